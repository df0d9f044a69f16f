"""The commands that run a system on this machine, and say what runs."""

import importlib.metadata
import os
import sys
from pathlib import Path
from typing import Any

import click
import psutil
from rich.console import Console
from rich.table import Table

from kernel.configuration.environment import tidied
from motcua.cli.system import STATE_OPTION
from motcua.cli.terminal import COUNT, PORT, json_text, plain_errors
from motcua.local.embedded.output import worth_showing
from motcua.local.embedded.runfolder import read_noted, running_id
from motcua.local.embedded.supervisor import to_terminal
from motcua.local.ports import Ports, require_free
from motcua.local.stack import environment, judge, prepare, processes
from motcua.local.state import left_for_commands


@click.command()
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--sandbox-port", type=PORT, default=8025, show_default=True)
@STATE_OPTION
@click.option("--web-workers", type=COUNT, default=2, show_default=True)
@click.option("--all-logs", is_flag=True, help="Every log line on the terminal, not only warnings and errors.")
@plain_errors
def up(port: int, sandbox_port: int, state: Path, web_workers: int, all_logs: bool) -> None:
    """Runs everything on this machine; Ctrl-C stops it."""
    from motcua.local.embedded import Supervisor, engines

    ports, said = Ports(port, sandbox_port), tidied(os.environ)
    judge(state, ports, said)
    sandbox = said.get("MOTCUA_MODE") != "production"
    _announce(state)
    with engines(
        state,
        database_url=said.get("MOTCUA_DATABASE_URL"),
        redis_url=said.get("MOTCUA_REDIS_URL"),
        say=to_terminal,
    ) as urls:
        # Only now: what a killed supervisor of this folder left running may have held the ports.
        require_free(ports, sandbox=sandbox)
        env = environment(state, urls, ports, said)
        prepare(env)
        supervisor = Supervisor(state, echo=to_terminal if all_logs else _quiet, say=to_terminal)
        with left_for_commands(state, env):
            specs = processes(env, ports, web_workers=web_workers)
            code = supervisor.run(specs, lambda: _greet(ports, state, sandbox=sandbox))
    sys.exit(code)


def _quiet(line: str) -> None:
    if worth_showing(line.partition(" | ")[2]):
        to_terminal(line)


def _announce(state: Path) -> None:
    if (state / "run.lock").exists():
        to_terminal("Đang khởi động, khoảng mười giây… / Starting, about ten seconds…")
    else:
        to_terminal(
            "Lần đầu khởi động: tạo cơ sở dữ liệu và dữ liệu mẫu, khoảng nửa phút… / "
            "First start: makes the database and its first rows, about half a minute…"
        )


def _greet(ports: Ports, state: Path, *, sandbox: bool) -> None:
    to_terminal(f"\nMột Cửa  http://127.0.0.1:{ports.api}/v1/docs   Ctrl-C: dừng / stop")
    if sandbox:
        to_terminal(f"Điện thoại thử / phone:  http://127.0.0.1:{ports.sandbox}/phone")
        to_terminal(
            f"Đăng nhập bằng người bịa / invented people to log in as:  http://127.0.0.1:{ports.sandbox}/eid/people"
        )
        to_terminal("Bước đầu, từng lệnh một / first steps, command by command:  docs/first-steps.md")
    to_terminal(f"Nhật ký / logs:  {state / 'logs'}\n")


@click.command()
@STATE_OPTION
@click.option("--json", "as_json", is_flag=True)
@plain_errors
def status(state: Path, as_json: bool) -> None:
    """Says what runs from a state folder; exit code 3 when nothing does."""
    held = running_id(state)
    noted = read_noted(state / "run.json")
    rows = [_described(record["name"], int(record["pid"])) for record in noted.processes] if held else []
    if as_json:
        found = {"running": held is not None, "supervisor": held[1] if held else None, "processes": rows}
        click.echo(json_text(found))
    elif held is None:
        click.echo(f"Không có hệ thống nào chạy từ {state}. / Nothing runs from {state}.")
    else:
        click.echo(f"Đang chạy từ {state}, tiến trình {held[1]}. / Running from {state}, process {held[1]}.")
        table = Table("tiến trình / process", "pid", "trạng thái / state", "MB")
        for row in rows:
            table.add_row(row["name"], str(row["pid"]), row["state"], str(row["memory_mb"]))
        Console(highlight=False, markup=False).print(table)
    sys.exit(0 if held else 3)


def _described(name: str, pid: int) -> dict[str, Any]:
    try:
        process = psutil.Process(pid)
        memory = sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
        return {"name": name, "pid": pid, "state": "running", "memory_mb": memory // 1_000_000}
    except psutil.Error:
        return {"name": name, "pid": pid, "state": "waiting", "memory_mb": 0}


@click.command()
@STATE_OPTION
@plain_errors
def database(state: Path) -> None:
    """Runs the embedded PostgreSQL and Valkey alone, for other commands; Ctrl-C stops them."""
    import signal
    import threading

    from motcua.local.embedded import engines

    with engines(state, say=to_terminal) as urls:
        env = {"MOTCUA_DATABASE_URL": urls.database_url, "MOTCUA_REDIS_URL": urls.redis_url}
        with left_for_commands(state, env):
            to_terminal(f"MOTCUA_DATABASE_URL={urls.database_url}\nMOTCUA_REDIS_URL={urls.redis_url}")
            to_terminal("Ctrl-C: dừng / stop")
            stop = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: stop.set())
            stop.wait()


def version() -> str:
    """The installed version of the product."""
    return importlib.metadata.version("motcua")
