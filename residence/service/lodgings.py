"""Lodgings as their organisation keeps them: registered, described, staffed, closed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.texts.folding import fold
from kernel.work import Work
from residence import store
from residence.accounts.account import AccountState
from residence.events import OF_CHANGE, REGISTERED, LodgingChanged
from residence.models import Lodging, LodgingChange
from residence.ports import FrontDesk, Member
from residence.service.access import lodging_for, lodgings_for, person_of, require_standing
from residence.service.accounts import TriedAccount, give_account
from residence.states import LODGING_MOVES, LodgingEvent, LodgingState
from residence.views import LodgingView, RoomView

KINDS: Final = ("hotel", "guest_house", "homestay", "apartment", "medical", "boarding_house", "other")
CHANNELS: Final = ("zalo", "sms")
_REGISTER: Final = "register"
MOST_LODGINGS: Final = 1000
MOST_ROOMS: Final = 2000


@dataclass(frozen=True, slots=True)
class NewLodging:
    organisation_id: UUID
    name: str
    kind: str
    address: str
    commune_code: str
    reminder_channel: str


def register_lodging(work: Work, actor: Actor, desk: FrontDesk, asked: NewLodging) -> LodgingView:
    """Registers a lodging with the police of its commune, who must approve it.

    Raises `not_found`, `mandate_missing`, `organisation_disputed`, `lodging_known`, and `invalid_fields` for a commune
    without such police.
    """
    if require_standing(work, actor, desk, asked.organisation_id, "manage").disputed:
        raise DomainError("organisation_disputed")
    police = _police(work, asked.commune_code)
    if store.same_lodging(work.session, asked.organisation_id, asked.name):
        raise DomainError("lodging_known")
    require_room(
        work.session,
        "lodgings",
        asked.organisation_id,
        held=lambda: len(store.lodgings_of(work.session, [asked.organisation_id])),
        limit=MOST_LODGINGS,
        refusal="too_many_lodgings",
    )
    now = work.now()
    lodging = Lodging(
        id=new_id(),
        organisation_id=asked.organisation_id,
        agency_code=police,
        name=asked.name,
        kind=asked.kind,
        address=asked.address,
        commune_code=asked.commune_code,
        remote=False,
        state=LodgingState.PENDING.value,
        reminder_channel=asked.reminder_channel,
        authority_state=AccountState.MISSING.value,
        number=1,
        registered_by=person_of(actor),
        registered_at=now,
    )
    work.session.add(lodging)
    work.session.flush()
    _record(work, actor, lodging, _REGISTER, None)
    return LodgingView.of(lodging)


def read_lodging(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> LodgingView:
    """Raises `not_found`, `mandate_missing`."""
    return LodgingView.of(lodging_for(work, actor, desk, lodging_id, "read"))


def list_lodgings(work: Work, actor: Actor, desk: FrontDesk) -> list[LodgingView]:
    """Every lodging the caller may see, oldest first."""
    return [LodgingView.of(each) for each in lodgings_for(work, actor, desk)]


def change_lodging(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    *,
    changes: Mapping[str, Any],
    account: TriedAccount | None = None,
) -> LodgingView:
    """Changes name, kind, address (only what the police have not approved yet), the channel of reminders, or the
    account at the authority's portal. Raises `not_found`, `mandate_missing`, `lodging_approved`, and `invalid_fields`
    for an account that the portal refuses.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "manage", lock=True)
    described = changes.keys() & {"name", "kind", "address"}
    if described and lodging.state not in (LodgingState.PENDING, LodgingState.REFUSED):
        raise DomainError("lodging_approved")
    for name, value in changes.items():
        setattr(lodging, name, value)
    if account is not None:
        give_account(work, actor, lodging, account)
    lodging.number += 1
    write_audit(work.session, actor, "lodging.change", "lodging", lodging.id)
    return LodgingView.of(lodging)


def resubmit_lodging(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> LodgingView:
    """Asks the police again after a refusal. Raises `lodging_step_refused`."""
    lodging = lodging_for(work, actor, desk, lodging_id, "manage", lock=True)
    step_lodging(work, actor, lodging, LodgingEvent.RESUBMIT)
    return LodgingView.of(lodging)


def close_lodging(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> LodgingView:
    """It takes no guests any more; what was declared stays. Raises `lodging_step_refused`."""
    lodging = lodging_for(work, actor, desk, lodging_id, "manage", lock=True)
    step_lodging(work, actor, lodging, LodgingEvent.CLOSE)
    return LodgingView.of(lodging)


def step_lodging(work: Work, actor: Actor, lodging: Lodging, event: LodgingEvent, reason: str | None = None) -> None:
    """One move of a locked lodging, with its row of history. A repeat changes nothing."""
    before = LodgingState(lodging.state)
    after = LODGING_MOVES.move(before, event)
    if after is not before:
        lodging.state = after.value
        lodging.number += 1
        _record(work, actor, lodging, event.value, before.value, reason)


def list_rooms(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> list[RoomView]:
    lodging_for(work, actor, desk, lodging_id, "read")
    return [frozen(RoomView, each) for each in store.rooms_of(work.session, lodging_id)]


def set_rooms(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, rooms: Sequence[tuple[str, int]]
) -> list[RoomView]:
    """Replaces the rooms, (name, beds) each. Raises `invalid_fields` for a name given twice."""
    lodging_for(work, actor, desk, lodging_id, "manage", lock=True)
    seen: set[str] = set()
    for position, (name, _) in enumerate(rooms):
        if fold(name) in seen:
            raise DomainError("invalid_fields", fields=[FieldError(f"/rooms/{position}/name", "room_twice")])
        seen.add(fold(name))
    store.set_rooms(work.session, lodging_id, [{"id": new_id(), "name": name, "beds": beds} for name, beds in rooms])
    write_audit(work.session, actor, "lodging.rooms", "lodging", lodging_id, rooms=len(rooms))
    return [frozen(RoomView, each) for each in store.rooms_of(work.session, lodging_id)]


def list_staff(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> list[Member]:
    """The members narrowed to this lodging; without any, every member with the mandate declares for it."""
    lodging = lodging_for(work, actor, desk, lodging_id, "manage")
    assigned = set(store.staff_of(work.session, lodging_id))
    write_audit(work.session, actor, "lodging.staff_list", "lodging", lodging_id)
    members = desk.organisations.members(work, lodging.organisation_id)
    return [member for member in members if member.person_id in assigned]


def set_staff(
    work: Work,
    actor: Actor,
    desk: FrontDesk,
    lodging_id: UUID,
    member_ids: Sequence[UUID],
    *,
    narrow_keys: bool = False,
) -> list[Member]:
    """Narrows these members to this lodging (and others they are narrowed to). Raises `invalid_fields`.

    Keys that rest on them reach no more than they do: unless `narrow_keys`, `grants_remain` names those that lose.
    """
    lodging = lodging_for(work, actor, desk, lodging_id, "manage", lock=True)
    members = {member.member_id: member for member in desk.organisations.members(work, lodging.organisation_id)}
    for position, member_id in enumerate(member_ids):
        if member_id not in members:
            raise DomainError("invalid_fields", fields=[FieldError(f"/member_ids/{position}", "choice")])
    chosen = [members[member_id] for member_id in dict.fromkeys(member_ids)]
    people = {member.person_id for member in chosen}
    keys = desk.organisations.keys_of(work, lodging.organisation_id, _losing_reach(work, lodging, people))
    if keys and not narrow_keys:
        named = [{"id": str(key.key_id), "name": key.name} for key in keys]
        raise DomainError("grants_remain", clients=named, members=[], client_count=len(named), member_count=0)
    store.set_staff(work.session, lodging_id, people, work.now())
    write_audit(work.session, actor, "lodging.staff", "lodging", lodging_id, members=len(chosen))
    return chosen


def _losing_reach(work: Work, lodging: Lodging, chosen: Collection[UUID]) -> set[UUID]:
    """Who reaches fewer lodgings once `chosen` are the staff of this one."""
    losing = set()
    for person in {*chosen, *store.staff_of(work.session, lodging.id)}:
        before = store.assignments(work.session, person).get(lodging.organisation_id)
        after = (before or frozenset()) - {lodging.id} | ({lodging.id} if person in chosen else set())
        # Who is narrowed to none reaches all.
        if after and (before is None or not before <= after):
            losing.add(person)
    return losing


def _police(work: Work, commune_code: str) -> str:
    code = store.police_of(work.session, commune_code)
    if code is None:
        raise DomainError("invalid_fields", fields=[FieldError("/commune_code", "commune_without_police")])
    return code


def _record(
    work: Work, actor: Actor, lodging: Lodging, event: str, before: str | None, reason: str | None = None
) -> None:
    by_officer, row = actor.kind is ActorKind.OFFICER, new_id()
    work.session.add(
        LodgingChange(
            id=row,
            lodging_id=lodging.id,
            at=work.now(),
            event=event,
            from_state=before,
            to_state=lodging.state,
            person_id=None if by_officer else actor.person_id,
            officer_id=actor.officer_id if by_officer else None,
            reason=reason,
        )
    )
    write_audit(work.session, actor, f"lodging.{event}", "lodging", lodging.id)
    kind = REGISTERED if event == _REGISTER else OF_CHANGE[LodgingEvent(event)]
    LodgingChanged(kind, lodging.id, row).record(work.session)
