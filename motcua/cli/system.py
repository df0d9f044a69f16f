"""How every command finds the system of this machine: by the state folder that it was started with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from motcua.cli.terminal import plain_errors
from motcua.local.stack import ROOT
from motcua.local.state import of_running_system

if TYPE_CHECKING:
    from motcua.wiring.joins.edge import Container

STATE_OPTION: Final = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".data",
    help="Folder of the data and logs.",
)


def on_system(command: Callable[..., Any]) -> Callable[..., Any]:
    """For a command that needs a system: adds `--state`, and hands the system's settings over as `system`.

    They are what the system running from that folder left there; what the environment says goes before. A refusal is a
    sentence and exit code 1.
    """

    @STATE_OPTION
    @plain_errors
    @wraps(command)
    def run(*args: Any, state: Path, **kwargs: Any) -> Any:
        return command(*args, system=of_running_system(state), **kwargs)

    return run


@contextmanager
def opened(system: Mapping[str, str]) -> "Iterator[Container]":
    """What reaches the database and everything else of a system. Raises SettingsError."""
    from motcua.wiring.joins.edge import build_container

    held = build_container(system)
    try:
        yield held
    finally:
        held.close()
