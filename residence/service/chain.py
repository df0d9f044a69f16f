"""What follows an arrival: extension, early leave, correction, annulment. Nothing declared is ever changed; each is a
new link of the stay's chain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.work import Work
from residence import store
from residence.clock import due
from residence.guests import GuestDeclaration, Moment
from residence.models import DECLARATION_FIELD, NOTE_FIELD, Declaration, Lodging, Stay
from residence.ports import FrontDesk
from residence.reading.name_search import KEYS_VERSION
from residence.rules.judging import judge_declaration
from residence.service.access import active_lodging, lodging_for
from residence.service.declaring import declarer, guest_in, tell
from residence.service.guest_keys import document_index, name_words
from residence.service.reports import refuse_broken
from residence.states import STAY_MOVES, DeclarationKind, StayState
from residence.views import StayView

# The authority takes no extension past this; unconfirmed as law.
LONGEST_EXTENSION: Final = timedelta(days=30)
# The stay as it stands and its latest declaration -> the declaration from now on.
_Change = Callable[[Stay, GuestDeclaration], GuestDeclaration]
Match = Callable[[int], None]
"""Compares the number of a stay's declarations with what the caller has read."""


def _whatever(_declarations: int) -> None:
    """For a caller who read nothing before."""


@dataclass(frozen=True, slots=True)
class Link:
    """One declaration of a chain. `guest` and `note` are None once erased; `by` is the organisation's name for them."""

    number: int
    kind: str
    declared_at: datetime
    by: str
    guest: GuestDeclaration | None
    note: str | None


@dataclass(frozen=True, slots=True)
class History:
    stay: StayView
    links: list[Link]


def read_stay(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID) -> History:
    """A stay with all that was declared of it, when and by whom. Raises `not_found`."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    stay = store.find_stay(work.session, lodging.id, stay_id)
    write_audit(work.session, actor, "stay.read", "stay", stay.id)
    return history(work, desk, lodging, stay)


def list_stays(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    *,
    night: date | None,
    after: UUID | None,
    limit: int,
) -> list[tuple[StayView, GuestDeclaration | None]]:
    """Stays with their guests as declared last, newest first; with `night` those who stay that night."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    rows = store.stays_of(work.session, lodging.id, night=night, after=after, limit=limit)
    heads = store.heads_of(work.session, [row.id for row in rows])
    write_audit(work.session, actor, "stay.list", "lodging", lodging.id)
    return [(StayView.of(row), guest_in(work, heads.get(row.id))) for row in rows]


def history(work: Work, desk: FrontDesk, lodging: Lodging, stay: Stay) -> History:
    names = desk.organisations.names(work, lodging.organisation_id)
    return History(StayView.of(stay), [_link(work, names, row) for row in store.chain_of(work.session, stay.id)])


def extend_stay(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID, departure: Moment
) -> History:
    """A later departure than expected. Raises `invalid_fields`, `stay_step_refused`."""

    def change(_stay: Stay, guest: GuestDeclaration) -> GuestDeclaration:
        if departure.instant <= guest.departure.instant:
            raise _wrong("/departure", "departure_not_later")
        if departure.day > guest.arrival.day + LONGEST_EXTENSION:
            raise _wrong("/departure", "extension_too_long", days=LONGEST_EXTENSION.days)
        return replace(guest, departure=departure)

    return _Act(work, actor, desk, lodging_id, stay_id).run(DeclarationKind.EXTENSION, change)


def leave_early(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID, left: Moment) -> History:
    """The guest left before the expected departure. Raises `invalid_fields`, `stay_step_refused`."""

    def change(_stay: Stay, guest: GuestDeclaration) -> GuestDeclaration:
        if left.day < guest.arrival.day or (
            left.clock and guest.arrival.clock and left.instant < guest.arrival.instant
        ):
            raise _wrong("/left", "left_before_arrival")
        if left.instant > guest.departure.instant or left.instant > work.now():
            raise _wrong("/left", "left_too_late")
        return replace(guest, left=left)

    return _Act(work, actor, desk, lodging_id, stay_id).run(DeclarationKind.EARLY_LEAVE, change)


def correct_stay(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    stay_id: UUID,
    *,
    guest: GuestDeclaration,
    note: str,
    match: Match = _whatever,
) -> History:
    """What was declared was wrong; `guest` is how it is right. `match` raises for a stay that is not as it was read.

    Raises `invalid_fields`, `nothing_changed`, `stay_declared` where that makes it another stay already declared.
    """

    def change(stay: Stay, before: GuestDeclaration) -> GuestDeclaration:
        match(stay.declarations)
        asked = guest if guest.left or stay.state != StayState.LEFT else replace(guest, left=before.left)
        asked, findings = judge_declaration(asked, work.now())
        refuse_broken([findings], ["/guest"])
        if asked == before:
            raise DomainError("nothing_changed")
        return asked

    return _Act(work, actor, desk, lodging_id, stay_id).run(DeclarationKind.CORRECTION, change, note)


def annul_stay(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID, *, note: str) -> History:
    """It should never have been declared. Raises `stay_step_refused`."""
    act = _Act(work, actor, desk, lodging_id, stay_id)
    return act.run(DeclarationKind.ANNULMENT, lambda _stay, guest: guest, note)


class _Act:
    """One link added to the chain of a stay that is held until the transaction ends."""

    def __init__(self, work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID) -> None:
        self._work, self._actor, self._desk = work, actor, desk
        self._lodging = active_lodging(work, actor, desk, lodging_id)
        self._stay = store.find_stay(work.session, lodging_id, stay_id, lock=True)

    def run(self, kind: DeclarationKind, change: _Change, note: str = "") -> History:
        work, stay = self._work, self._stay
        state = STAY_MOVES.move(StayState(stay.state), kind)
        before = guest_in(work, store.heads_of(work.session, [stay.id]).get(stay.id))
        if before is None:
            raise DomainError("stay_erased")
        guest = change(stay, before)
        stay.state = state.value
        stay.declarations += 1
        self._show(guest)
        link = self._declare(kind, guest, note)
        try:
            work.session.flush()
        except IntegrityError:
            raise DomainError("stay_declared") from None
        # An extension or a correction may reach into nights that were said to be without guests.
        store.withdraw_nils(work.session, stay.lodging_id, stay.night, work.now())
        tell(work, stay.lodging_id, None, [link])
        write_audit(work.session, self._actor, f"stay.{kind}", "stay", stay.id)
        return history(work, self._desk, self._lodging, stay)

    def _show(self, guest: GuestDeclaration) -> None:
        """The stay's own columns, after its latest declaration."""
        stay, vault = self._stay, self._work.vault
        rule = self._desk.settings.night_rule
        deadline = due(guest.kind, guest.arrival, remote=self._lodging.remote, rule=rule)
        stay.document_index = document_index(vault, guest.document_number)
        stay.name_words = name_words(vault, guest.full_name)
        stay.key_version = KEYS_VERSION
        stay.nationality, stay.kind = guest.nationality, guest.kind.value
        stay.night, stay.room = rule.night_of(guest.arrival), guest.room
        stay.arrival = guest.arrival.instant.astimezone(UTC)
        stay.departure = (guest.left or guest.departure).instant.astimezone(UTC)
        stay.due_at, stay.late = deadline.at.astimezone(UTC), deadline.missed(stay.declared_at)

    def _declare(self, kind: DeclarationKind, guest: GuestDeclaration, note: str) -> UUID:
        row, by, vault, content = new_id(), declarer(self._actor), self._work.vault, guest.to_json()
        self._work.session.add(
            Declaration(
                id=row,
                stay_id=self._stay.id,
                number=self._stay.declarations,
                kind=kind.value,
                content=vault.seal(DECLARATION_FIELD, row, content),
                note=vault.seal(NOTE_FIELD, row, note) if note else None,
                declared_at=self._work.now(),
                declared_by=by.person_id,
                client_id=by.client_id,
            )
        )
        return row


def _link(work: Work, names: Mapping[UUID, str], row: Declaration) -> Link:
    by = row.declared_by or row.client_id
    return Link(
        number=row.number,
        kind=row.kind,
        declared_at=row.declared_at,
        by=names.get(by, "") if by else "",
        guest=guest_in(work, row),
        note=None if row.note is None else work.vault.open(NOTE_FIELD, row.id, row.note),
    )


def _wrong(pointer: str, code: str, **params: str | int) -> DomainError:
    return DomainError("invalid_fields", fields=[FieldError(pointer, code, dict(params))])
