"""The row of messages that cannot go out, whatever is done; everything else has to flow past them."""

import os
import random
import signal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from bench.faults.arena import Arena, Order, Row
from kernel.outbox import record_event
from motcua.wiring.joins.edge import Container

KINDS: Final = 3
# Deeper than any reader of JSON goes.
_UNREADABLE_ANSWER: Final = "[" * 200_000
_PLANNED: Final = "SELECT count(*) FROM delivery WHERE dossier_id = :dossier AND state = 'queued'"
_BREAK: Final = "UPDATE delivery SET body = '\\x00' WHERE dossier_id = :dossier AND channel = 'sms'"
_EVENT: Final = "SELECT dead_at IS NOT NULL AND error IS NOT NULL FROM outbox_event WHERE subject_id = :dossier"
_DELIVERY: Final = """SELECT coalesce(bool_and(state = 'dead' AND code IS NOT NULL AND reason IS NOT NULL), false)
    FROM delivery WHERE dossier_id = :dossier AND channel = 'sms'"""


def poison(arena: Arena, _dice: random.Random) -> str:
    """A new set of poisonous messages among the good ones."""
    orders = list(islice(arena.spare, KINDS))
    arena.poison |= {order.phone for order in orders}
    arena.subject.poison(arena, orders)
    return "an event, a sealed text and an answer that cannot be worked with"


def poison_product(arena: Arena, held: Container, orders: list[Order]) -> None:
    """An event whose handler always raises; a text that cannot be opened; an answer that breaks whoever reads it."""
    event, text, answer = orders
    payload: dict[str, Any] = {"dossier_id": str(event.key), "timeline_id": "none", "event": "accept"}
    with held.database.transaction() as session:
        record_event(session, "dossier.state_changed", event.key, {**payload, "from": 1, "to": 2})
    local = answer.phone.removeprefix("+84")
    arena.provider.fail("status", op="send", match=local, status=201, body=_UNREADABLE_ANSWER, effect=False)
    arena.subject.carry_out(answer)
    _break_text(arena, text)
    broken = arena.notes.setdefault("poisoned", [])
    broken += [(_EVENT, event.key), (_DELIVERY, text.key), (_DELIVERY, answer.key)]


def _break_text(arena: Arena, order: Order) -> None:
    """The sender stands still while the sealed text is spoilt between plan and sending."""
    sender = arena.wait_for(lambda: arena.pid("worker-send"), "the sender")
    os.killpg(sender, signal.SIGSTOP)
    try:
        arena.subject.carry_out(order)
        arena.wait_for(lambda: arena.sql(_PLANNED, dossier=order.key)[0][0], "the plan")
        arena.sql(_BREAK, dossier=order.key)
    finally:
        os.killpg(sender, signal.SIGCONT)


def examine_product(arena: Arena) -> None:
    """Whether each ended dead, with a reason."""
    checks: list[tuple[str, UUID]] = arena.notes.get("poisoned", [])
    for statement, dossier in checks:
        rows = arena.sql(statement, dossier=dossier)
        if not rows or not rows[0][0]:
            where = "event" if statement == _EVENT else "delivery"
            arena.oddities.append(f"a poisonous {where} did not end dead with a reason")


def _examine(arena: Arena) -> None:
    arena.subject.examine_poison(arena)


ROWS: Final = (
    Row(
        "poison",
        "an event that always fails, a text that cannot be opened, an answer that breaks its reader",
        poison,
        examine=_examine,
        settings={"MOTCUA_EVENT_TRIES": "4", "MOTCUA_SEND_TRIES": "2"},
        gap=(2.0, 5.0),
    ),
)
