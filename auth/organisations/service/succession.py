"""What becomes of keys and memberships that rest on somebody whose rights end or shrink.

The act that ends or narrows the rights says so: they end too, or another holder of the same rights takes them over. One
that says nothing is refused and told what there is, so that no program of a hotel falls silent unnoticed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from auth.events import CLIENTS_ENDED, CLIENTS_ENDING
from auth.models import ApiClient, Membership
from auth.organisations.rights import NOTHING, Holding, mandates_of, may_have_given, usable_scopes
from auth.organisations.service.clients import take_over, tell
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of what rests on somebody. `heir_id`: the membership, or the office, of whoever takes it over;
    `heir_pointer`: where the request said so.
    """

    how: Literal["end", "take_over"]
    heir_id: UUID | None = None
    heir_pointer: str = "/heir"


@dataclass(slots=True)
class Resting:
    """What loses its ground. `given` are memberships that rest on the person themselves, `members` these and those
    that rest on them in turn.
    """

    clients: list[ApiClient] = field(default_factory=list)
    own_clients: list[ApiClient] = field(default_factory=list)
    given: list[Membership] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.clients or self.members)


def holding_of(member: Membership) -> Holding:
    return Holding(mandates_of(member.role, member.mandates), member.valid_to)


def resting_on(
    members: Collection[Membership], clients: Collection[ApiClient], person_id: UUID, before: Holding, after: Holding
) -> Resting:
    """What of an organisation's open keys and memberships loses its ground when a person's rights become `after`."""
    found, queue = Resting(), [(person_id, before, after)]
    while queue:
        grantor, had, has = queue.pop()
        lost = [each for each in clients if each.grantor_id == grantor and _loses(each, had, has)]
        given = [
            each
            for each in members
            if each.granted_by == grantor
            and each not in found.members
            and not may_have_given(has, each.mandates, each.valid_to)
        ]
        if grantor == person_id:
            found.own_clients, found.given = lost, given
        found.clients += [each for each in lost if each not in found.clients]
        found.members += given
        queue += [(each.person_id, holding_of(each), NOTHING) for each in given]
    return found


def settle(work: Work, actor: Actor, resting: Resting, fate: Fate | None, heir: Membership | None) -> None:
    """Raises `grants_remain` where nothing was said of what there is, `invalid_fields` for an heir who holds less."""
    if not resting:
        return
    if fate is None:
        raise remaining(resting.clients, resting.members)
    if fate.how == "take_over":
        _hand_over(work, actor, resting, fate, heir)
        return
    end_clients(work, actor, resting.clients)
    for member in resting.members:
        member.revoked_at = work.now()
        write_audit(work.session, actor, "member.end", "membership", member.id, cause="grantor")


def settle_later(
    work: Work, actor: Actor, resting: Resting, fate: Fate | None, heir: Membership | None, last: date
) -> None:
    """The same where the rights last until a day to come: what is to end works until then."""
    if not resting or fate is None or fate.how == "take_over":
        settle(work, actor, resting, fate, heir)
        return
    warn(work, resting.clients, last)
    for member in resting.members:
        member.valid_to = last if member.valid_to is None else min(last, member.valid_to)
        write_audit(work.session, actor, "member.end", "membership", member.id, cause="grantor")


def remaining(clients: Sequence[ApiClient], members: Sequence[Membership] = ()) -> DomainError:
    """The refusal that names what rests on somebody."""
    return DomainError(
        "grants_remain",
        clients=[{"id": str(client.id), "name": client.name} for client in clients],
        members=[{"id": str(member.id), "display_name": member.display_name} for member in members],
        client_count=len(clients),
        member_count=len(members),
    )


def warn(work: Work, clients: Sequence[ApiClient], last: date) -> None:
    """Tells whoever looks after these keys that they end after a day; once for that day."""
    for client in clients:
        client.warned_of = last
    tell(work, CLIENTS_ENDING, clients, until=last)


def end_clients(work: Work, actor: Actor, clients: Sequence[ApiClient]) -> None:
    """Ends keys whose ground is gone; whoever looks after them is told."""
    for client in clients:
        client.revoked_at, client.end_reason = work.now(), "grantor"
        write_audit(work.session, actor, "client.end", "api_client", client.id, grantor=str(client.grantor_id))
    tell(work, CLIENTS_ENDED, clients)


def unfit_heir(fate: Fate) -> DomainError:
    return DomainError("invalid_fields", fields=[FieldError(fate.heir_pointer, "heir_holds_less")])


def _hand_over(work: Work, actor: Actor, resting: Resting, fate: Fate, heir: Membership | None) -> None:
    if heir is None:
        raise unfit_heir(fate)
    holds = holding_of(heir)
    represents = heir.role == "representative"
    fit = all(usable_scopes(each.scopes, holds.mandates) >= set(each.scopes) for each in resting.own_clients)
    fit = fit and (represents or all(may_have_given(holds, each.mandates, each.valid_to) for each in resting.given))
    if not fit or any(each.id == heir.id for each in resting.given):
        raise unfit_heir(fate)
    take_over(work, actor, resting.own_clients, heir.person_id)
    for member in resting.given:
        member.granted_by = None if represents else heir.person_id
        write_audit(work.session, actor, "member.take_over", "membership", member.id, grantor=str(heir.person_id))


def _loses(client: ApiClient, had: Holding, has: Holding) -> bool:
    """Whether a key can do less, or for less long, than it could."""
    last = local(client.expires_at).date()
    could, can = usable_scopes(client.scopes, had.mandates), usable_scopes(client.scopes, has.mandates)
    return not could <= can or (bool(could) and min(has.until or last, last) < min(had.until or last, last))
