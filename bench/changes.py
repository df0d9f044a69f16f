"""Changes of status that wait to be told, each of its own dossier, person, phone and timeline entry.

All are copies of one that the system made itself, laid into the tables without any event of theirs being seen to.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from auth.models import Person
from bench.bare_twilio import phone
from journey.handset import wait
from kernel.database.sessions import Base
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.vault import Vault
from motcua.wiring.joins.edge import Container
from tracking.models import PHONE_FIELD, Dossier, TimelineEntry

_SLICE: Final = 1000
_MODELS: Final = (Person, Dossier, TimelineEntry, OutboxEvent)
_PATIENCE_S: Final = 300.0
_POLL_S: Final = 0.01
_EVENTS_OPEN: Final = text("SELECT EXISTS (SELECT FROM outbox_event WHERE done_at IS NULL AND dead_at IS NULL)")
# By the indexes of open work alone: what is asked again and again must not cost what is measured.
_TEXTS_OPEN: Final = text("""
SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'waiting')) OR
    EXISTS (SELECT FROM delivery WHERE state IN ('sending', 'unknown'))
""")
_TAKEN: Final = text("SELECT count(*) FROM delivery WHERE state = 'accepted' AND dossier_id IS NOT NULL")
_HOLD: Final = text("UPDATE delivery SET due_at = now() + interval '1 day' WHERE state = 'queued'")
_RELEASE: Final = text("UPDATE delivery SET due_at = now() WHERE state = 'queued'")
_AGAIN: Final = text(
    "UPDATE delivery SET state = 'queued', due_at = now() WHERE state = 'accepted' AND dossier_id IS NOT NULL"
)
_FORGET: Final = text("UPDATE delivery SET state = 'cancelled', due_at = NULL WHERE state = 'accepted'")


@dataclass(frozen=True, slots=True)
class _Original:
    """The rows of the one change that happened."""

    event: Mapping[str, Any]
    entry: Mapping[str, Any]
    dossier: Mapping[str, Any]
    person: Mapping[str, Any]


class Changes:
    """Lays changes, and moves their texts. `told`: the event of the one that happened, whose citizen was told."""

    def __init__(self, held: Container, told: UUID) -> None:
        self._held = held
        self._numbers = itertools.count(1)
        with held.database.transaction() as session:
            event = _row(session, OutboxEvent, told)
            entry = _row(session, TimelineEntry, UUID(event["payload"]["timeline_id"]))
            dossier = _row(session, Dossier, entry["dossier_id"])
            self._original = _Original(event, entry, dossier, _row(session, Person, dossier["applicant_id"]))

    def lay(self, count: int) -> None:
        """So many, in one transaction; nobody has been told of them, and no bell is rung."""
        with self._held.database.transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            for size in _slices(count):
                copies = [_copy(self._held.vault, self._original, next(self._numbers)) for _ in range(size)]
                for model, rows in zip(_MODELS, zip(*copies, strict=True), strict=True):
                    session.execute(insert(model), list(rows))
        with self._held.database.reading() as connection:
            connection.execute(text("ANALYZE person, dossier, timeline_entry, outbox_event"))

    def wait_until_planned(self) -> None:
        wait(lambda: not self._asked(_EVENTS_OPEN), "the last change to be planned", _PATIENCE_S, every_s=_POLL_S)

    def wait_until_taken(self, count: int | None = None) -> None:
        """Until the gateway has accepted every text. Raises AssertionError unless it took so many."""
        wait(
            lambda: not self._asked(_EVENTS_OPEN) and not self._asked(_TEXTS_OPEN),
            "the last text to be accepted",
            _PATIENCE_S,
            every_s=_POLL_S,
        )
        taken = self._asked(_TAKEN)
        if count is not None and taken != count:
            raise AssertionError(f"the gateway accepted {taken} of {count} texts")

    def hold_texts(self) -> None:
        """What is planned is not sent before `release_texts`."""
        self._do(_HOLD)

    def release_texts(self) -> None:
        self._do(_RELEASE)

    def send_again(self) -> None:
        """The texts that were accepted are to be sent once more."""
        self._do(_AGAIN)

    def forget_texts(self) -> None:
        """The texts that were accepted are not counted any more."""
        self._do(_FORGET)

    def _asked(self, question: Any) -> int:
        with self._held.database.reading() as connection:
            return int(connection.execute(question).scalar_one())

    def _do(self, statement: Any) -> None:
        with self._held.database.transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(statement)


def _row(session: Session, model: type[Base], key: UUID) -> Mapping[str, Any]:
    """What an INSERT of the same row would give; what the database counts is left out."""
    table = model.metadata.tables[model.__tablename__]
    found = session.execute(select(table).where(table.c.id == key)).mappings().one()
    return {column.name: found[column.name] for column in table.columns if column.identity is None}


def _slices(count: int) -> Iterator[int]:
    for begin in range(0, count, _SLICE):
        yield min(_SLICE, count - begin)


def _copy(vault: Vault, one: _Original, number: int) -> Sequence[dict[str, Any]]:
    """The rows of another change: person, dossier, timeline entry, event."""
    person, dossier, entry, event = new_id(), new_id(), new_id(), new_id()
    agency_and_day = str(one.dossier["code"]).rpartition("-")[0]
    payload = {**one.event["payload"], "dossier_id": str(dossier), "timeline_id": str(entry)}
    return (
        {
            **one.person,
            "id": person,
            "identity_number": None,
            "identity_index": None,
            "subject_index": person.bytes,
            "birth_date": None,
        },
        {
            **one.dossier,
            "id": dossier,
            "code": f"{agency_and_day}-{number + 1_000_000}",
            "applicant_id": person,
            "notify_phone": vault.seal(PHONE_FIELD, dossier, phone(number)),
        },
        {**one.entry, "id": entry, "dossier_id": dossier, "cause_id": None, "reason": None},
        {
            **one.event,
            "id": event,
            "subject_id": dossier,
            "payload": payload,
            "attempts": 0,
            "done_at": None,
            "dead_at": None,
            "error": None,
        },
    )
