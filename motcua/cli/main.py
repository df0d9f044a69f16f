"""The `motcua` command."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from kernel.part import Part, load
from motcua.cli.audit import audit
from motcua.cli.backup import backup, restore
from motcua.cli.diagrams import diagrams
from motcua.cli.messages import messages
from motcua.cli.officers import appoint
from motcua.cli.residence import residence
from motcua.cli.running import database, status, up, version
from motcua.cli.sms import sms
from motcua.cli.system import on_system
from motcua.cli.terminal import COUNT, PORT, TerminalGroup, json_text, plain_errors
from motcua.cli.zalo import zalo
from motcua.local.ports import free_ports
from motcua.local.stack import ROOT, serving, working
from motcua.processes.start import QUEUES, RING


@click.group(cls=TerminalGroup)
@click.version_option(version(), prog_name="motcua")
def main() -> None:
    """Một Cửa: dịch vụ công trên điện thoại."""


@main.command()
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=COUNT, default=2, show_default=True)
@click.option(
    "--threads", type=COUNT, default=8, show_default=True, help="Threads of each worker that may wait for the database."
)
@on_system
def serve(system: Mapping[str, str], port: int, host: str, workers: int, threads: int) -> None:
    """Serves the API."""
    from motcua.wiring.container import Settings

    Settings.read(system)
    command = serving(port, workers, "--host", host, "--threads", str(threads))
    # Web workers are spawned from the process that serves: what this command has loaded they need not carry.
    _become(command, system)


@main.command()
@click.argument("queue", type=click.Choice(QUEUES))
@on_system
def worker(system: Mapping[str, str], queue: str) -> None:
    """Works off one queue."""
    _become(working(queue), system)


@main.command()
@on_system
def cron(system: Mapping[str, str]) -> None:
    """Rings every drain every few seconds."""
    _become(working(RING), system)


def _become(command: list[str], system: Mapping[str, str]) -> None:
    os.chdir(ROOT)
    os.execve(command[0], command, dict(system))


@main.command()
@on_system
def migrate(system: Mapping[str, str]) -> None:
    """Brings the database to the newest schema."""
    from migrations import head_revision
    from migrations.steps import migrate as bring_up
    from motcua.wiring.container import Settings

    bring_up(Settings.read(system).kernel.database_url)
    click.echo(f"schema {head_revision()}")


@main.command()
@click.argument("message")
@plain_errors
def revision(message: str) -> None:
    """Drafts a schema revision against a scratch database of its own."""
    import tempfile

    from migrations.steps import draft_revision
    from migrations.steps import migrate as bring_up
    from motcua.local.embedded import engines
    from motcua.wiring.parts import tables

    tables()
    with tempfile.TemporaryDirectory() as folder, engines(Path(folder), durable=False) as urls:
        bring_up(urls.database_url)
        draft_revision(urls.database_url, message)


@main.command()
@on_system
def seed(system: Mapping[str, str]) -> None:
    """Puts catalogue, signing keys and (not in production) the sandbox's people into the database."""
    from motcua.wiring.seeding import seed_system

    click.echo(json_text(seed_system(system)))


@main.command()
@plain_errors
def demo() -> None:
    """A dossier from the phone to the text with its result, over HTTP."""
    from motcua.local.demo import run_demo

    sys.exit(run_demo(free_ports()))


@main.command()
@click.option("--write", is_flag=True, help="Write mobile_contract/openapi.json.")
@plain_errors
def openapi(write: bool) -> None:
    """Prints the OpenAPI document."""
    from api.contract.openapi import render_detached
    from api.contract.spec import DOCUMENT

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
    from procedures.checks.check import check_file

    findings = check_file(file)
    if as_json:
        click.echo(json_text([finding.as_dict() for finding in findings]))
    else:
        for finding in findings:
            click.echo(str(finding))
    sys.exit(1 if findings else 0)


main.add_command(appoint)
main.add_command(audit)
main.add_command(backup)
main.add_command(database)
main.add_command(diagrams)
main.add_command(messages)
main.add_command(residence)
main.add_command(restore)
main.add_command(sms)
main.add_command(status)
main.add_command(up)
main.add_command(zalo)


def command_of(parts: Iterable[Part]) -> click.Group:
    """The command, with those that the parts add."""
    added = [load(path) for part in parts for path in part.commands]
    return TerminalGroup("motcua", {**main.commands, **{each.name: each for each in added}}, help=main.help)
