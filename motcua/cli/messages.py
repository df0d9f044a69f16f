"""The `motcua messages` commands: what was given up, and trying it anew."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import click
from rich.console import Console
from rich.table import Column, Table

from motcua.cli.system import on_system, opened
from motcua.cli.terminal import json_text

if TYPE_CHECKING:
    from kernel.work import Work

_MESSAGE = "message"
_KINDS = click.Choice([_MESSAGE, "event", "receipt"])
_MOST = 500


@click.group()
def messages() -> None:
    """Messages that were given up."""


@dataclass(frozen=True, slots=True)
class _Line:
    id: UUID
    at: str
    what: str
    why: str
    advice: str


@messages.command()
@click.option("--kind", type=_KINDS, default=_MESSAGE, show_default=True)
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
@on_system
def dead(system: Mapping[str, str], kind: str, limit: int, as_json: bool) -> None:
    """Lists the newest of them, with what can be done."""
    with _work(system) as work:
        lines = _listed(work, kind, limit)
    if as_json:
        for line in lines:
            click.echo(json_text({**asdict(line), "id": str(line.id)}))
        return
    # An id that is cut short names nothing.
    whole = Column("id", no_wrap=True, min_width=36)
    table = Table(whole, "khi nào / when", "gì / what", "mã / code", "việc cần làm / what to do")
    for line in lines:
        table.add_row(str(line.id), line.at, line.what, line.why, line.advice)
    Console(highlight=False, markup=False).print(table)


@messages.command()
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--kind", type=_KINDS, default=_MESSAGE, show_default=True)
@click.option("--all", "all_of_them", is_flag=True, help="All that are listed, up to five hundred.")
@on_system
def revive(system: Mapping[str, str], ids: tuple[UUID, ...], kind: str, all_of_them: bool) -> None:
    """Tries them anew: messages are sent again, events handled again, receipts matched again."""
    from auth.service.former_phones import no_longer_theirs
    from kernel.actor import SYSTEM
    from notify.desk.dead_letters import DeadKind, redrive

    if bool(ids) == all_of_them:
        raise click.UsageError("Cho biết mã, hoặc --all. / Give ids, or --all.")
    with _work(system) as work:
        wanted = [line.id for line in _listed(work, kind, _MOST)] if all_of_them else list(ids)
        done = redrive(
            work, SYSTEM, DeadKind(kind), wanted, theirs=lambda person, to: not no_longer_theirs(work, person, to)
        )
    click.echo(f"Chạy lại / tried anew: {len(done.sent)}; bỏ qua / left: {len(done.left)}")


def _listed(work: "Work", kind: str, limit: int) -> list[_Line]:
    from kernel.actor import SYSTEM
    from notify.desk.dead_letters import DeadKind, list_dead
    from notify.desk.messages import dead_messages

    if kind == _MESSAGE:
        return [
            _Line(
                id=row.id,
                at=f"{row.settled_at or row.created_at:%Y-%m-%d %H:%M}Z",
                what=f"{row.event} ({row.channel})",
                why=row.code or "",
                advice=row.advice[0] if row.advice else "",
            )
            for row in dead_messages(work, SYSTEM, limit=limit)
        ]
    return [
        _Line(row.id, f"{row.at:%Y-%m-%d %H:%M}Z", row.what, row.error, row.advice[0])
        for row in list_dead(work, SYSTEM, DeadKind(kind), limit=limit, before=None)
    ]


@contextmanager
def _work(system: Mapping[str, str]) -> "Iterator[Work]":
    from kernel.work import Work

    with opened(system) as held, held.database.transaction() as session:
        yield Work(session, held.vault, held.clock)
