"""The `motcua` command."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from cli_messages import messages
from cli_residence import residence
from cli_sms import sms
from cli_zalo import zalo
from kernel.embedded import EngineError
from kernel.environment import tidied
from kernel.errors import DomainError
from kernel.settings import SettingsError
from stack import (
    LEAN,
    ROOT,
    Ports,
    free_ports,
    judge,
    left_for_commands,
    of_running_system,
    prepare,
    processes,
    require_free,
    serving,
    working,
)
from stack import environment as stack_environment
from working import QUEUES, RING

STATE = ROOT / ".data"


_console = Console(highlight=False)


def _plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal is a sentence on standard error and exit code 1, not a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (SettingsError, EngineError, DomainError, ValueError) as error:
            click.echo(str(error), err=True)
            sys.exit(1)

    return run


@click.group()
def main() -> None:
    """Một Cửa: dịch vụ công trên điện thoại."""


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--sandbox-port", default=8025, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), default=STATE, help="Folder of the data and logs.")
@click.option("--web-workers", default=2, show_default=True)
@_plain_errors
def up(port: int, sandbox_port: int, state: Path, web_workers: int) -> None:
    """Runs everything on this machine; Ctrl-C stops it."""
    from kernel.embedded import Supervisor, engines

    ports, said = Ports(port, sandbox_port), tidied(os.environ)
    judge(state, ports, said)
    with engines(
        state,
        database_url=said.get("MOTCUA_DATABASE_URL"),
        redis_url=said.get("MOTCUA_REDIS_URL"),
        say=click.echo,
    ) as urls:
        # Only now: what a killed supervisor of this folder left running may have held the ports.
        require_free(ports)
        env = stack_environment(state, urls, ports, said)
        prepare(state, env)
        supervisor = Supervisor(state)
        with left_for_commands(state, env):
            code = supervisor.run(processes(env, ports, web_workers=web_workers), lambda: _greet(ports, env))
    sys.exit(code)


def _greet(ports: Ports, env: dict[str, str]) -> None:
    _console.print(f"\n[bold green]Một Cửa[/] http://127.0.0.1:{ports.api}   API: /v1/docs   Ctrl-C: dừng / stop")
    if env.get("MOTCUA_MODE") != "production":
        _console.print(f"Điện thoại thử / phone: http://127.0.0.1:{ports.sandbox}/phone\n")


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=8, show_default=True, help="Threads of each worker that may wait for the database.")
@_plain_errors
def serve(port: int, host: str, workers: int, threads: int) -> None:
    """Serves the API with granian."""
    from wiring import Settings

    Settings.read(os.environ)
    command = serving(port, workers, "--host", host, "--threads", str(threads))
    os.chdir(ROOT)
    for name, value in LEAN.items():
        os.environ.setdefault(name, value)
    # Web workers are spawned from the process that serves: what this command has loaded they need not carry.
    os.execv(command[0], command)


@main.command()
@click.argument("queue", type=click.Choice(QUEUES))
def worker(queue: str) -> None:
    """Works off one queue."""
    _become_working(queue)


@main.command()
def cron() -> None:
    """Rings every drain every few seconds."""
    _become_working(RING)


def _become_working(task: str) -> None:
    command = working(task)
    os.chdir(ROOT)
    os.execv(command[0], command)


@main.command()
@_plain_errors
def migrate() -> None:
    """Brings the database of MOTCUA_DATABASE_URL to the newest schema."""
    from migrations import head_revision
    from migrations.steps import migrate as bring_up
    from wiring import Settings

    bring_up(Settings.read(of_running_system(STATE)).kernel.database_url)
    click.echo(f"schema {head_revision()}")


@main.command()
@click.argument("message")
@_plain_errors
def revision(message: str) -> None:
    """Drafts a schema revision against a scratch database of its own."""
    import tempfile

    from kernel.embedded import engines
    from migrations.steps import draft_revision
    from migrations.steps import migrate as bring_up

    with tempfile.TemporaryDirectory() as folder, engines(Path(folder), durable=False) as urls:
        bring_up(urls.database_url)
        draft_revision(urls.database_url, message)


@main.command()
@_plain_errors
def seed() -> None:
    """Puts catalogue, signing keys and (not in production) the sandbox's people into the database."""
    from seeding import seed_system

    click.echo(json.dumps(seed_system(of_running_system(STATE))))


@main.command()
@_plain_errors
def demo() -> None:
    """A dossier from the phone to the text with its result, over HTTP."""
    from bench.journey.demo import run_demo

    sys.exit(run_demo(free_ports()))


@main.command()
@click.option("--write", is_flag=True, help="Write mobile_contract/openapi.json.")
@_plain_errors
def openapi(write: bool) -> None:
    """Prints the OpenAPI document."""
    from api.openapi import render_detached
    from api.spec import DOCUMENT

    text = render_detached()
    if write:
        DOCUMENT.write_text(text, encoding="utf-8")
    else:
        click.echo(text)


@main.group()
def catalogue() -> None:
    """Procedures as data."""


@catalogue.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def check(file: Path, as_json: bool) -> None:
    """Checks a procedure file; exit code 1 when it is not sound."""
    from tracking.catalogue.check import check_file

    findings = check_file(file)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(str(finding))
    sys.exit(1 if findings else 0)


@main.command()
@click.argument("agency")
@click.argument("roles", nargs=-1, required=True)
@click.option("--name", required=True, help="The name the officer signs with.")
@_plain_errors
def appoint(agency: str, roles: tuple[str, ...], name: str) -> None:
    """Gives a person an office; the identity number is asked for, so that it stands in no command line.

    Roles: receiver, appraiser, leader, hand_over, admin.
    """
    from seeding import appoint_officer

    number = click.prompt("Số định danh cá nhân / identity number", hide_input=True)
    new = appoint_officer(of_running_system(STATE), number=number, name=name, agency=agency, roles=roles)
    click.echo("Đã bổ nhiệm. / Appointed." if new else "Đã có từ trước. / Held already.")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@_plain_errors
def verify() -> None:
    """Walks the whole chain; exit code 1 when anything is wrong."""
    from kernel.audit import verify_audit
    from wiring import build_container

    held = build_container(of_running_system(STATE))
    with held.database.transaction() as session:
        findings = verify_audit(session, held.vault)
    for finding in findings:
        click.echo(finding)
    click.echo("OK" if not findings else f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


main.add_command(messages)
main.add_command(residence)
main.add_command(sms)
main.add_command(zalo)


@main.command()
def diagrams() -> None:
    """Writes docs/states/ anew from the state tables."""
    from auth import diagrams as of_auth
    from notify import diagrams as of_notify
    from tracking import diagrams as of_tracking

    of_auth.write()
    of_tracking.write()
    of_notify.write()


if __name__ == "__main__":
    main()
