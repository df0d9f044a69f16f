"""`python -m bench.growth [--rows N] [--json]`: what a message costs when so many are finished (default 1,000,000).

Two systems of the same make, one with 10,000 finished messages in its tables and one with N: events, notifications,
deliveries, attempts and receipts, all copies of one that went through. Then each is given the same new events in turn,
and they are followed to their last receipt. The cost of a message is the time it took and the CPU of the drains and the
database, in milliseconds; the limit is 1.2 times that of the small system.

`--reads [--dossiers N] [--stays N]`: what lists, searches and counts cost, see `bench.growth_reads`.
"""

import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import UUID

import psutil
from sqlalchemy import Table, text

from bench import growth_reads
from bench.backlog import repeat_event, tell_once
from bench.ground import Ground, cpu_s, engine_of, ground, process_of
from bench.pairs import Result, finish, in_turn, number_after
from journey.handset import wait
from journey.outside import OutsideParty
from kernel.database.sessions import Base, Database
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from motcua.local.embedded import Supervisor
from motcua.wiring.joins.edge import Container, build_container
from notify.models import Attempt, Delivery, Notification, Receipt

_ROWS, _FEW = 1_000_000, 10_000
_TIMES: Final = 1.2
_COUNT: Final = 300
_PAIRS: Final = 5
_PATIENCE_S: Final = 120.0
_NO_ID: Final = UUID(int=0)
_DRAINS: Final = ("worker-plan", "worker-send", "worker-receipts")
_PROCESSES: Final = ("sandbox", "api", "worker-urgent", *_DRAINS)
_SLICE: Final = 50_000
_LATEST_TEXT: Final = "SELECT id FROM delivery WHERE channel = 'sms' AND state = 'delivered' ORDER BY id DESC LIMIT 1"
# Rows of message n have ids made from n, older than any new one, in the order in which they would have come.
_ID: Final = "CAST(lpad(to_hex({table}), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0') AS uuid)"
_FINGERPRINT: Final = f"uuid_send({_ID.format(table=7)})"
# By ranges of indexes alone: what is measured is the database's CPU, and this is asked again and again.
_OPEN: Final = text("""
SELECT (SELECT count(*) FROM outbox_event WHERE done_at IS NULL AND dead_at IS NULL)
    + (SELECT count(*) FROM delivery
        WHERE id > :since AND state IN ('queued', 'waiting', 'sending', 'unknown', 'accepted'))
    + (SELECT count(*) FROM receipt WHERE applied_at IS NULL AND problem IS NULL)
""")


@dataclass(frozen=True, slots=True)
class _Table:
    """`key`: the row that is copied, by the text that went through; `own`: what is another in every copy."""

    table: Table
    key: str
    own: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a message."""

    wall: float
    cpu: float

    @property
    def whole(self) -> float:
        return self.wall + self.cpu


class System:
    """One of the two, with its tables filled."""

    def __init__(self, place: Ground, supervisor: Supervisor, rows: int) -> None:
        self.held: Container = build_container(place.environment)
        receipts = {"delay_ms": [20, 200], "double": 0.0}
        with closing(OutsideParty(place.sandbox_url, "twilio")) as gateway:
            gateway.turn(receipts=receipts)
        self._told = tell_once(place, self.held)
        self._wait_until_dry(_NO_ID)
        fill(self.held.database, rows)
        self._processes: list[psutil.Process] = [process_of(supervisor, name) for name in _DRAINS]
        self._processes.append(engine_of(place, "postgres"))

    def cost(self, count: int) -> Cost:
        """Of so many new messages, from their events to their last receipts."""
        since, begun, cpu = new_id(), time.perf_counter(), self._cpu_s()
        repeat_event(self.held, self._told, count)
        self.held.bell.ring("plan")
        self._wait_until_dry(since)
        wall = time.perf_counter() - begun
        return Cost(wall / count * 1e3, (self._cpu_s() - cpu) / count * 1e3)

    def _cpu_s(self) -> float:
        return sum(map(cpu_s, self._processes))

    def _wait_until_dry(self, since: UUID) -> None:
        """Since this id was made, everything has come to its end."""

        def dry() -> bool:
            with self.held.database.reading() as connection:
                return bool(connection.scalar(_OPEN, {"since": since}) == 0)

        wait(dry, "the last receipt", _PATIENCE_S)


def measure(rows: int = _ROWS, *, few: int = _FEW, count: int = _COUNT, pairs: int = _PAIRS) -> Result:
    """`more` has time and CPU apart."""
    with (
        ground() as one,
        ground() as other,
        one.running(*_PROCESSES) as beside_one,
        other.running(*_PROCESSES) as beside_other,
    ):
        small, large = System(one, beside_one, min(rows, few)), System(other, beside_other, rows)
        small.cost(count // 2), large.cost(count // 2)
        found = in_turn(pairs, lambda: small.cost(count), lambda: large.cost(count))
        small.held.close()
        large.held.close()
    return Result(
        name=f"growth --rows {rows}",
        figure=median(one.whole for _, one in found),
        limit=median(_TIMES * one.whole for one, _ in found),
        ratio=median(_TIMES * one.whole / other.whole for one, other in found),
        unit="ms",
        least=1.0,
        pairs=tuple((other.whole, _TIMES * one.whole) for one, other in found),
        more={
            "cpu_ms": median(one.cpu for _, one in found),
            "cpu_ms_of_few": median(one.cpu for one, _ in found),
            "wall_ms": median(one.wall for _, one in found),
            "wall_ms_of_few": median(one.wall for one, _ in found),
            "ratio_cpu": median(_TIMES * one.cpu / other.cpu for one, other in found),
        },
    )


def fill(database: Database, rows: int) -> None:
    """So many finished messages in every table, then the statistics and the map of what is visible, as they would be
    by then."""
    copy_finished(database, rows)
    with database.reading() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE outbox_event, notification, delivery, attempt, receipt"))
        connection.execute(text("RESET statement_timeout"))


def copy_finished(database: Database, rows: int) -> None:
    """So many copies of the latest text that was delivered, with all that belongs to it."""
    with database.reading() as connection:
        told = connection.execute(text(_LATEST_TEXT)).scalar_one()
    for begin in range(1, rows + 1, _SLICE):
        values = {"told": told, "begin": begin, "end": min(begin + _SLICE - 1, rows)}
        for each in _tables():
            with database.transaction() as session:
                # A slice takes longer than any statement of the system's own may.
                session.execute(text("SET LOCAL statement_timeout = 0"))
                session.execute(text(_copy(each)), values)


def _tables() -> list[_Table]:
    mapped: list[tuple[type[Base], str, dict[str, str]]] = [
        (
            OutboxEvent,
            "id = (SELECT event_id FROM notification n JOIN delivery d ON d.notification_id = n.id WHERE d.id = :told)",
            {"subject_id": _ID.format(table=9)},
        ),
        (
            Notification,
            "id = (SELECT notification_id FROM delivery WHERE id = :told)",
            {"event_id": _ID.format(table=1), "dossier_id": _ID.format(table=9), "person_id": _ID.format(table=8)},
        ),
        (
            Delivery,
            "id = :told",
            {
                "notification_id": _ID.format(table=2),
                "dossier_id": _ID.format(table=9),
                "fingerprint": "uuid_send(" + _ID.format(table=7) + ")",
            },
        ),
        (
            Attempt,
            "delivery_id = :told AND state = 'accepted'",
            {"delivery_id": _ID.format(table=3), "provider_ref": "'SM' || lpad(to_hex(n), 32, 'f')"},
        ),
        (
            Receipt,
            "kind = 'delivered' AND attempt_id IN (SELECT id FROM attempt WHERE delivery_id = :told)",
            {"attempt_id": _ID.format(table=4), "event_id": "'before-' || n"},
        ),
    ]
    return [
        _Table(model.metadata.tables[model.__tablename__], key, {"id": _ID.format(table=number), **own})
        for number, (model, key, own) in enumerate(mapped, 1)
    ]


def _copy(each: _Table) -> str:
    kept = [column.name for column in each.table.columns if column.identity is None and column.name not in each.own]
    names = ", ".join([*kept, *each.own])
    picked = ", ".join([*(f"one.{name}" for name in kept), *each.own.values()])
    return f"""INSERT INTO {each.table.name} ({names})
        SELECT {picked} FROM generate_series(CAST(:begin AS bigint), CAST(:end AS bigint)) AS n, (
            SELECT * FROM {each.table.name} WHERE {each.key} LIMIT 1) AS one"""  # noqa: S608 - names of our own


if __name__ == "__main__":
    if "--reads" in sys.argv:
        dossiers = number_after("--dossiers", sys.argv, growth_reads.MANY.dossiers)
        stays = number_after("--stays", sys.argv, growth_reads.MANY.stays)
        finish(growth_reads.measure(growth_reads.Size(dossiers, stays)), sys.argv)
    else:
        finish(measure(number_after("--rows", sys.argv, _ROWS)), sys.argv)
