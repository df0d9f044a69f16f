"""Lodgings with declared guests, an authority behind the port, and time that passes by moving rows back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.vault import Vault
from outbound.jobs.outcomes import AskFailed, OutcomeKind
from residence.authority.port import Account, ArrayOutcome, Element, ItemAnswer, Sign, Trial
from residence.clock import NightRule
from residence.guests import GuestDeclaration
from residence.models import DECLARATION_FIELD, DOCUMENT_INDEX, PASSWORD_FIELD, Batch, Declaration, Lodging, Stay
from residence.states import DeclarationKind, StayState
from residence.transmission.drain import TransmissionDrain, transmission_drain
from residence.transmission.ledger import Ledger
from residence.transmission.news import TransmissionPatience
from residence.transmission.planner import plan_transmissions
from residence.transmission.states import TransmissionKind
from tests.db.residence.hotels import add_organisation

VAULT = Vault({1: bytes(range(32))}, bytes(32))
AGENCY = "H17.CA"
DAY = date(2026, 11, 20)
PATIENCE = TransmissionPatience(
    start_within=timedelta(seconds=5),
    timeout=timedelta(seconds=8),
    margin=timedelta(seconds=2),
    preparing=timedelta(seconds=12),
    count_after=timedelta(seconds=20),
)
_QUIET = timedelta(hours=3)
_ENOUGH = 60
_PERSON = UUID("01998a00-0000-7000-8000-000000000001")


def add_lodging(session: Session, clock: SettableClock, *, account: bool = True, username: str = "cslt-1") -> Lodging:
    """An active hotel of an organisation of its own."""
    organisation, lodging = add_organisation(session, AGENCY, _PERSON), new_id()
    made = Lodging(
        id=lodging,
        organisation_id=organisation,
        agency_code=AGENCY,
        name="Khách sạn Thử",
        kind="hotel",
        address="1 đường Thử",
        commune_code="20551",
        state="active",
        reminder_channel="sms",
        authority_username=username if account else None,
        authority_state="working" if account else "missing",
        authority_password=VAULT.seal(PASSWORD_FIELD, lodging, "mat-khau-thu") if account else None,
        number=1,
        registered_by=_PERSON,
        registered_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def declare(
    session: Session, clock: SettableClock, lodging: UUID, guest: GuestDeclaration, *, batch_id: UUID | None = None
) -> tuple[UUID, UUID]:
    """A new stay with its arrival: the ids of stay and declaration."""
    stay = Stay(
        id=new_id(),
        lodging_id=lodging,
        document_index=VAULT.index(DOCUMENT_INDEX, guest.document_number),
        name_words=[],
        nationality=guest.nationality,
        kind=guest.kind.value,
        night=NightRule().night_of(guest.arrival),
        arrival=guest.arrival.instant.astimezone(UTC),
        departure=guest.departure.instant.astimezone(UTC),
        room=guest.room,
        state=StayState.STAYING.value,
        declarations=0,
        declared_at=clock.now(),
        due_at=clock.now(),
        late=False,
    )
    session.add(stay)
    session.flush()
    return stay.id, follow(session, clock, stay.id, DeclarationKind.ARRIVAL, guest, batch_id=batch_id)


def follow(
    session: Session,
    clock: SettableClock,
    stay_id: UUID,
    kind: DeclarationKind,
    guest: GuestDeclaration,
    *,
    batch_id: UUID | None = None,
) -> UUID:
    """The next link of a stay's chain."""
    stay = session.get_one(Stay, stay_id)
    stay.declarations += 1
    row = new_id()
    session.add(
        Declaration(
            id=row,
            stay_id=stay_id,
            number=stay.declarations,
            kind=kind.value,
            content=VAULT.seal(DECLARATION_FIELD, row, guest.to_json()),
            declared_at=clock.now(),
            declared_by=_PERSON,
            batch_id=batch_id,
        )
    )
    session.flush()
    return row


def add_batch(session: Session, clock: SettableClock, lodging: UUID, rows: int) -> UUID:
    batch = Batch(
        id=new_id(),
        lodging_id=lodging,
        sha256=new_id().bytes,
        size=1,
        file_key="k",
        night=DAY,
        state="accepted",
        rows=rows,
        rejected=0,
        warnings=0,
        accepted=rows,
        repeated=0,
        as_of=clock.now(),
        created_at=clock.now(),
        created_by=_PERSON,
    )
    session.add(batch)
    session.flush()
    return batch.id


def plan(session: Session, lodging: UUID, ids: Sequence[UUID], *, size: int = 50, batch_id: UUID | None = None) -> int:
    payload = {
        "lodging_id": str(lodging),
        "batch_id": str(batch_id) if batch_id else None,
        "declaration_ids": [str(each) for each in ids],
    }
    return plan_transmissions(session, payload, size)


Mood = Callable[[Sequence[Element]], str | ArrayOutcome]


@dataclass
class FakeAuthority:
    """Has what it imported, knows it again, and refuses arrays as a whole. `mood` says how the next call goes:
    "good", "empty" (a yes without an import), "lost" (imported, answer lost), "vanished" (not imported, answer lost),
    "down" (nothing reached it), "skip" (the last one left out), or an outcome of its own."""

    mood: Mood = lambda _: "good"
    counts: bool = True
    timeout_s: float = 8.0
    has: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[tuple[TransmissionKind, list[Element]]] = field(default_factory=list)
    asked: int = 0
    trial: Trial = Trial.WORKS
    tried: list[str] = field(default_factory=list)
    on_call: Callable[[], None] = lambda: None

    async def declare(self, account: Account, kind: TransmissionKind, array: Sequence[Element]) -> ArrayOutcome:
        self.calls.append((kind, list(array)))
        self.on_call()
        mood = self.mood(array)
        if isinstance(mood, ArrayOutcome):
            return mood
        if mood in ("down", "vanished"):
            return ArrayOutcome(OutcomeKind.TRANSIENT if mood == "down" else OutcomeKind.UNKNOWN, code=mood)
        there = self._there(account, array) if kind is not TransmissionKind.CHANGE else ()
        if not there and mood != "empty":
            taken = list(array)[: -1 if mood == "skip" else None]
            self.has += [
                (account.username, _document(each), each["ngayDenCsltStr"][:10])
                for each in taken
                if kind is not TransmissionKind.CHANGE
            ]
        if mood == "lost":
            return ArrayOutcome(OutcomeKind.UNKNOWN, code="lost")
        if there:
            return ArrayOutcome(OutcomeKind.PERMANENT, code="refused", items=there)
        return ArrayOutcome(OutcomeKind.ACCEPTED)

    async def count(self, account: Account, kind: TransmissionKind, day: date) -> int | None:
        self.asked += 1
        if self.mood([]) == "down":
            raise AskFailed("down")
        if not self.counts or kind is TransmissionKind.CHANGE:
            return None
        foreign = kind is TransmissionKind.FOREIGN
        return sum(
            1
            for username, document, arrived in self.has
            if (username, arrived) == (account.username, day.isoformat()) and document.startswith("K") == foreign
        )

    async def try_account(self, account: Account) -> Trial:
        self.tried.append(account.username)
        return self.trial

    async def close(self) -> None:
        return None

    def _there(self, account: Account, array: Sequence[Element]) -> tuple[ItemAnswer, ...]:
        known = {(username, document) for username, document, _ in self.has}
        return tuple(
            ItemAnswer(place, Sign.THERE, "still_staying", "đang tạm trú")
            for place, each in enumerate(array, 1)
            if (account.username, _document(each)) in known
        )

    def documents(self) -> list[str]:
        return [document for _, document, _ in self.has]


def _document(element: Element) -> str:
    return str(element.get("soHoChieu") or element.get("soGiayTo"))


@contextmanager
def transmitter(
    database: Database, authority: FakeAuthority, clock: SettableClock, *, probe: bool = False, in_flight: int = 8
) -> Iterator[TransmissionDrain]:
    made = transmission_drain(Ledger(database, VAULT, clock, PATIENCE, probe=probe), authority, PATIENCE, in_flight)
    try:
        yield made
    finally:
        made.close()


def drain(database: Database, authority: FakeAuthority, clock: SettableClock, **how: Any) -> None:
    """One run until dry."""
    with transmitter(database, authority, clock, **how) as made:
        made.run(time_slice_s=20)


def drain_until_quiet(database: Database, authority: FakeAuthority, clock: SettableClock, **how: Any) -> None:
    """Runs, and lets hours pass between, until nothing is to be done."""
    with transmitter(database, authority, clock, **how) as made:
        for _ in range(_ENOUGH):
            made.run(time_slice_s=20)
            later(database, _QUIET)
            with database.transaction() as session:
                if not session.scalar(text("SELECT count(*) FROM transmission WHERE due_at IS NOT NULL")):
                    return
    raise AssertionError("it never comes to rest")


def later(database: Database, by: timedelta) -> None:
    """What was due in `by` is due now."""
    with database.transaction() as session:
        session.execute(text("UPDATE transmission SET due_at = due_at - :by"), {"by": by})


def states(database: Database) -> list[str]:
    """Of all transmissions, in the order in which they were made."""
    with database.transaction() as session:
        return list(session.scalars(text("SELECT state FROM transmission ORDER BY id")))


def item_states(database: Database) -> list[tuple[str, str | None]]:
    """(state, code) of all items, by transmission and place."""
    with database.transaction() as session:
        rows = session.execute(text("SELECT state, code FROM transmission_item ORDER BY transmission_id, position"))
        return [(row.state, row.code) for row in rows]


def events(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.transaction() as session:
        rows = session.scalars(text("SELECT payload FROM outbox_event WHERE kind = :kind ORDER BY seq"), {"kind": kind})
        return list(rows)
