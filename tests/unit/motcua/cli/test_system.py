"""Which commands find a running system, and that they all do it in one way."""

from collections.abc import Iterator

import click
import pytest

from motcua.cli.main import main

# They need no system, or start one of their own.
_ALONE = {
    "catalogue check",
    "demo",
    "diagrams",
    "openapi",
    "residence check",
    "residence template",
    "revision",
    "sms parts",
    "zalo challenge",
}


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


@pytest.mark.parametrize(("name", "command"), list(_commands(main)), ids=lambda value: str(value))
def test_a_command_that_needs_a_system_is_told_which(name: str, command: click.Command) -> None:
    assert ("state" in {parameter.name for parameter in command.params}) == (name not in _ALONE)
