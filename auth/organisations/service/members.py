"""Members of an organisation and their mandates (ủy quyền): added, changed, ended.

Nobody gives a mandate they do not hold, nor for longer than they hold it, and nobody changes their own membership. What
a representative gives, the organisation has given. What a member of the staff gives rests on them: it ends with them
unless somebody who holds as much takes it over in the same act.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from auth.models import Membership
from auth.organisations import client_store
from auth.organisations import store as party_store
from auth.organisations.rights import NOTHING, Holding, mandates_of
from auth.organisations.service.organisations import Held, require_mandate, stands
from auth.organisations.service.succession import Fate, holding_of, resting_on, settle, settle_later, unfit_heir
from auth.organisations.views import MemberView
from auth.service.access import person_of
from auth.service.register import check_days, enter_person
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.work import Work

MemberRole = Literal["representative", "staff"]


MOST_MEMBERS: Final = 1000


@dataclass(frozen=True, slots=True)
class NewMember:
    identity_number: str = field(repr=False)
    display_name: str
    role: MemberRole
    mandates: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None


def list_members(work: Work, actor: Actor, organisation_id: UUID) -> list[MemberView]:
    require_mandate(work, actor, organisation_id, "manage_members")
    write_audit(work.session, actor, "member.list", "organisation", organisation_id)
    return [frozen(MemberView, each) for each in party_store.members_of(work.session, organisation_id)]


def add_member(work: Work, actor: Actor, organisation_id: UUID, asked: NewMember) -> MemberView:
    """Makes a person a member. The answer is the same whether the person was known here before or not.

    Raises `not_found`, `mandate_missing` (also for a mandate the caller does not hold), `already_member`, and
    `invalid_fields` for an end later than that of the caller's own.
    """
    members = party_store.lock_members(work.session, organisation_id)
    held = require_mandate(work, actor, organisation_id, "manage_members")
    check_days(asked.valid_from, asked.valid_to)
    _check_reach(held, asked.role, asked.mandates)
    _check_end(held, asked.valid_to)
    person = enter_person(work, asked.identity_number, asked.display_name)
    if any(member.person_id == person.id for member in members):
        raise DomainError("already_member")
    require_room(
        work.session,
        "members",
        organisation_id,
        held=lambda: len(party_store.members_of(work.session, organisation_id)),
        limit=MOST_MEMBERS,
        refusal="too_many_members",
    )
    member = Membership(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=person.id,
        role=asked.role,
        mandates=sorted(set(asked.mandates)),
        display_name=asked.display_name,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        granted_by=_grantor(held, actor),
        created_at=work.now(),
    )
    work.session.add(member)
    work.session.flush()
    write_audit(work.session, actor, "member.add", "membership", member.id, organisation=str(organisation_id))
    return frozen(MemberView, member)


def change_member(
    work: Work,
    actor: Actor,
    organisation_id: UUID,
    member_id: UUID,
    changes: Mapping[str, Any],
    fate: Fate | None = None,
) -> MemberView:
    """Changes role, mandates, last day or name of another member.

    Raises `not_found`, `mandate_missing`, `own_membership`, `last_representative`, `invalid_fields`, and
    `grants_remain` where keys or members that rest on them would lose their ground and `fate` says nothing of them.
    """
    members = party_store.lock_members(work.session, organisation_id)
    held = require_mandate(work, actor, organisation_id, "manage_members")
    member = _find(members, member_id)
    if member.person_id == person_of(actor):
        raise DomainError("own_membership")
    _check_reach(held, member.role, ())
    before, today = holding_of(member), local(work.now()).date()
    role, last = changes.get("role", member.role), changes.get("valid_to", member.valid_to)
    mandates = sorted(set(changes.get("mandates", member.mandates)))
    _check_reach(held, role, set(mandates) - set(member.mandates))
    if "valid_to" in changes:
        check_days(max(member.valid_from, today), last)
    if _represents(member, today) and (role != "representative" or last is not None):
        _check_another(members, member, today)
    after = Holding(mandates_of(role, mandates), last)
    if not before.mandates >= after.mandates or not before.lasts_as_long_as(last):
        # More than it was: this is a grant, and rests on whoever makes it.
        _check_reach(held, role, mandates)
        _check_end(held, last)
        member.granted_by = _grantor(held, actor)
    _settle(work, actor, members, member, after, fate)
    member.role, member.mandates, member.valid_to = role, mandates, last
    member.display_name = changes.get("display_name", member.display_name)
    write_audit(work.session, actor, "member.change", "membership", member.id, organisation=str(organisation_id))
    return frozen(MemberView, member)


def end_member(
    work: Work, actor: Actor, organisation_id: UUID, member_id: UUID, fate: Fate | None = None
) -> list[UUID]:
    """Revokes a membership at once, and says which keys ended with it.

    Raises `not_found`, `mandate_missing`, `last_representative`, and `grants_remain` as `change_member` does.
    """
    members = party_store.lock_members(work.session, organisation_id)
    held = require_mandate(work, actor, organisation_id, "manage_members")
    member = _find(members, member_id)
    _check_reach(held, member.role, ())
    today = local(work.now()).date()
    if _represents(member, today):
        _check_another(members, member, today)
    ended = _settle(work, actor, members, member, NOTHING, fate)
    member.revoked_at = work.now()
    write_audit(work.session, actor, "member.end", "membership", member.id, organisation=str(organisation_id))
    return ended


def _settle(
    work: Work, actor: Actor, members: Sequence[Membership], member: Membership, after: Holding, fate: Fate | None
) -> list[UUID]:
    """Whatever rests on a member whose rights become `after`, as `fate` says. Returns the keys that it touches."""
    clients = client_store.lock_open_clients(work.session, member.organisation_id, work.now())
    before = holding_of(member)
    resting = resting_on(members, clients, member.person_id, before, after)
    heir = _heir(work, members, member, fate)
    if after.until is not None and after.mandates >= before.mandates:
        settle_later(work, actor, resting, fate, heir, after.until)
    else:
        settle(work, actor, resting, fate, heir)
    return [client.id for client in resting.clients]


def _heir(work: Work, members: Sequence[Membership], leaving: Membership, fate: Fate | None) -> Membership | None:
    if fate is None or fate.heir_id is None:
        return None
    today = local(work.now()).date()
    heir = next((each for each in members if each.id == fate.heir_id and stands(each, today)), None)
    if heir is None or heir.id == leaving.id:
        raise unfit_heir(fate)
    return heir


def _find(members: Sequence[Membership], member_id: UUID) -> Membership:
    member = next((each for each in members if each.id == member_id), None)
    if member is None:
        raise DomainError("not_found")
    return member


def _represents(member: Membership, day: date) -> bool:
    return member.role == "representative" and stands(member, day)


def _check_another(members: Sequence[Membership], leaving: Membership, day: date) -> None:
    """Raises `last_representative` where nobody else represents the organisation, now."""
    if not any(_represents(each, day) for each in members if each.id != leaving.id):
        raise DomainError("last_representative")


def _check_reach(held: Held, role: str, mandates: Collection[str]) -> None:
    if role == "representative" and held.role != "representative":
        raise DomainError("mandate_missing", needed="representative")
    beyond = sorted(set(mandates) - held.mandates)
    if beyond:
        raise DomainError("mandate_missing", needed=beyond[0])


def _check_end(held: Held, last: date | None) -> None:
    """A representative gives for the organisation, which has no end; a member of the staff for as long as they hold."""
    if held.role != "representative" and held.until is not None and (last is None or last > held.until):
        raise DomainError("invalid_fields", fields=[FieldError("/valid_to", "grantor_ends", {"last": held.until})])


def _grantor(held: Held, actor: Actor) -> UUID | None:
    return None if held.role == "representative" else person_of(actor)
