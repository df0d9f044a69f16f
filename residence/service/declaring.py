"""Arrivals into stays: what a single report and a file of ten thousand guests have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.outbox import record_event
from kernel.work import Work
from residence import store
from residence.batches.bulk import DECLARATION_COLUMNS, STAY_COLUMNS, copy_rows
from residence.clock import NightRule, due
from residence.guests import GuestDeclaration, GuestKind, Moment
from residence.models import DECLARATION_FIELD, Declaration, Lodging
from residence.reading.name_search import KEYS_VERSION
from residence.service.guest_keys import document_index, name_words
from residence.states import DeclarationKind, StayState
from residence.store import StayKey

DECLARED: Final = "residence.declared"
_ARRIVAL, _STAYING, _LEFT = str(DeclarationKind.ARRIVAL), str(StayState.STAYING), str(StayState.LEFT)


@dataclass(frozen=True, slots=True)
class Declarer:
    """Who declares: a person, or a system of the lodging's organisation."""

    person_id: UUID | None
    client_id: UUID | None


@dataclass(frozen=True, slots=True)
class Declared:
    """`stays` has, for each guest given, their stay and whether it is new; `declarations` are the new ones' ids."""

    stays: list[tuple[UUID, bool]] = field(default_factory=list)
    declarations: list[UUID] = field(default_factory=list)

    @property
    def repeated(self) -> int:
        return sum(1 for _, new in self.stays if not new)


def declarer(actor: Actor) -> Declarer:
    """Raises `unauthenticated` for anyone who is neither a person nor a system."""
    if actor.kind is ActorKind.CLIENT:
        return Declarer(None, actor.client_id)
    if actor.person_id is None:
        raise DomainError("unauthenticated")
    return Declarer(actor.person_id, None)


def declare_arrivals(
    work: Work,
    actor: Actor,
    lodging: Lodging,
    guests: Sequence[GuestDeclaration],
    *,
    rule: NightRule,
    batch_id: UUID | None = None,
) -> Declared:
    """Begins a stay for each guest whom this lodging has not declared for that night yet, and tells of it.

    `lodging` is locked, so no other declaration of it runs beside this one; `guests` have been checked.
    """
    declared = begin_stays(work, actor, lodging, guests, rule=rule, batch_id=batch_id)
    if declared.declarations:
        tell(work, lodging.id, batch_id, declared.declarations)
    return declared


def begin_stays(
    work: Work,
    actor: Actor,
    lodging: Lodging,
    guests: Sequence[GuestDeclaration],
    *,
    rule: NightRule,
    batch_id: UUID | None,
) -> Declared:
    """The same without telling: for a part of a file, which is told of when all of it is declared."""
    keys = [StayKey(document_index(work.vault, each.document_number), rule.night_of(each.arrival)) for each in guests]
    known = store.standing_stays(work.session, lodging.id, keys)
    declared = _Maker(work, lodging, declarer(actor), batch_id, known, rule).begin(keys, guests)
    if declared.declarations:
        store.withdraw_nils(work.session, lodging.id, min(key.night for key in keys), work.now())
    write_audit(work.session, actor, "guest.declare", "lodging", lodging.id, guests=len(declared.declarations))
    return declared


def tell(work: Work, lodging_id: UUID, batch_id: UUID | None, declarations: Sequence[UUID]) -> None:
    """Records that something was declared; of a batch, whose rows name it, no single ids are listed."""
    payload: dict[str, Any] = {
        "lodging_id": str(lodging_id),
        "batch_id": str(batch_id) if batch_id else None,
        "declaration_ids": [] if batch_id else [str(each) for each in declarations],
    }
    record_event(work.session, DECLARED, lodging_id, payload)


def guest_in(work: Work, row: Declaration | None) -> GuestDeclaration | None:
    """The guest that a declaration tells of; None once its content has been erased."""
    if row is None or row.content is None:
        return None
    return GuestDeclaration.from_json(work.vault.open(DECLARATION_FIELD, row.id, row.content))


@dataclass(frozen=True, slots=True)
class _Times:
    """The instants of a stay in UTC: from, to, until when it had to be declared, and whether that is over."""

    arrival: datetime
    departure: datetime
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class _New:
    """A guest about to be declared, with the ids of their stay and of its first declaration."""

    stay_id: UUID
    declaration_id: UUID
    key: StayKey
    guest: GuestDeclaration


class _Maker:
    """Rows of new stays and of their first declarations. `known` are the stays that stand; new ones are added."""

    def __init__(
        self,
        work: Work,
        lodging: Lodging,
        by: Declarer,
        batch_id: UUID | None,
        known: dict[StayKey, UUID],
        rule: NightRule,
    ) -> None:
        self._work, self._lodging, self._by, self._batch_id, self._known = work, lodging, by, batch_id, known
        self._rule = rule
        self._now = work.now()
        # Of a thousand guests most come and go at the same few times.
        self._times: dict[tuple[GuestKind, Moment, Moment], _Times] = {}
        self._declared = Declared()

    def begin(self, keys: Sequence[StayKey], guests: Sequence[GuestDeclaration]) -> Declared:
        """Begins the stays that are not known yet."""
        new = [added for key, guest in zip(keys, guests, strict=True) if (added := self._add(key, guest)) is not None]
        if new:
            session = self._work.session
            # Whatever the session holds is written first: a batch must be there before its declarations.
            session.flush()
            copy_rows(session, "stay", STAY_COLUMNS, map(self._stay, new))
            copy_rows(session, "declaration", DECLARATION_COLUMNS, map(self._declaration, new))
        return self._declared

    def _add(self, key: StayKey, guest: GuestDeclaration) -> _New | None:
        """None for a guest whose stay is known; either way it is noted."""
        standing = self._known.get(key)
        if standing is not None:
            self._declared.stays.append((standing, False))
            return None
        new = _New(new_id(), new_id(), key, guest)
        self._known[key] = new.stay_id
        self._declared.stays.append((new.stay_id, True))
        self._declared.declarations.append(new.declaration_id)
        return new

    def _stay(self, new: _New) -> tuple[Any, ...]:
        guest, kind = new.guest, new.guest.kind
        times = self._times_of(kind, guest.arrival, guest.left or guest.departure)
        return (
            new.stay_id,
            self._lodging.id,
            new.key.document_index,
            name_words(self._work.vault, guest.full_name),
            guest.nationality,
            kind.value,
            new.key.night,
            times.arrival,
            times.departure,
            guest.room,
            _LEFT if guest.left else _STAYING,
            1,
            self._now,
            times.due_at,
            times.late,
            KEYS_VERSION,
        )

    def _declaration(self, new: _New) -> tuple[Any, ...]:
        content, vault = new.guest.to_json(), self._work.vault
        return (
            new.declaration_id,
            new.stay_id,
            1,
            _ARRIVAL,
            vault.seal(DECLARATION_FIELD, new.declaration_id, content),
            self._now,
            self._by.person_id,
            self._by.client_id,
            self._batch_id,
        )

    def _times_of(self, kind: GuestKind, arrival: Moment, departure: Moment) -> _Times:
        known = self._times.get((kind, arrival, departure))
        if known is None:
            deadline = due(kind, arrival, remote=self._lodging.remote, rule=self._rule)
            starts, ends, due_at = (each.astimezone(UTC) for each in (arrival.instant, departure.instant, deadline.at))
            known = self._times[kind, arrival, departure] = _Times(starts, ends, due_at, deadline.missed(self._now))
        return known
