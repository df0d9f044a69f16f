"""Claims to a tax code, and what a proof of one does to the others.

Whoever claims a code files their own guests and sees nobody else's. Only one of the claims to a code is proved.
"""

from collections.abc import Sequence
from uuid import UUID

from agencies.tree import is_top
from auth.events import StandingChanged
from auth.models import IDENTITY_FIELD, Organisation, Person
from auth.organisations import claim_store
from auth.organisations.proof_models import OrganisationChange
from auth.organisations.standing import Means, Standing, StandingEvent, displaces, next_standing
from auth.organisations.views import ClaimView
from auth.service.access import person_of
from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work


def prove(work: Work, actor: Actor, organisation: Organisation, means: Means, name: str | None = None) -> Standing:
    """Notes a proof of an organisation's tax code, whose claims are locked. `name`: the one the proof gives it.

    It is proved unless another claim is, by a proof worth as much: then it is disputed, and both are told. The other
    claims become disputed. Returns where it stands.
    """
    claims = claim_store.lock_claims(work.session, organisation.registration_index)
    others = [each for each in claims if each.id != organisation.id]
    proved = next((each for each in others if each.standing == Standing.PROVED), None)
    if proved is not None and not displaces(means, Means(proved.proved_by or Means.PAPER)):
        standing = step(work, actor, organisation, StandingEvent.CONTEST, means)
        StandingChanged.contested(proved.id).record(work.session)
        return standing
    for other in others:
        step(work, actor, other, StandingEvent.RIVAL_PROVED, means)
    # The index that lets one claim be proved looks at each statement.
    work.session.flush()
    standing = step(work, actor, organisation, StandingEvent.PROVE, means)
    organisation.name = name or organisation.name
    return standing


def withdraw_proof(work: Work, actor: Actor, organisation_id: UUID, reason: str) -> ClaimView:
    """An admin of the whole system takes a proof back; the other claims may be proved again.

    Raises `not_found` for anyone else, and `organisation_not_proved`.
    """
    organisation = work.session.get(Organisation, organisation_id)
    if organisation is None or not is_top(work.session, actor.agency_code):
        raise DomainError("not_found")
    claims = claim_store.lock_claims(work.session, organisation.registration_index)
    work.session.refresh(organisation)
    if organisation.standing != Standing.PROVED:
        raise DomainError("organisation_not_proved")
    step(work, actor, organisation, StandingEvent.WITHDRAW, None, reason)
    for other in claims:
        if other.id != organisation.id:
            step(work, actor, other, StandingEvent.RIVAL_FELL, None)
    return ClaimView.of(organisation)


def step(
    work: Work,
    actor: Actor,
    organisation: Organisation,
    event: StandingEvent,
    means: Means | None,
    reason: str | None = None,
) -> Standing:
    """One move of a locked organisation, with its row of history; whoever represents it is told of a change."""
    before = Standing(organisation.standing)
    after = next_standing(before, event)
    if after is None:
        raise DomainError("organisation_not_proved")
    organisation.standing = after.value
    if after is Standing.PROVED:
        organisation.proved_by, organisation.proved_at = str(means), work.now()
    else:
        organisation.proved_by = organisation.proved_at = None
    by_officer = actor.kind is ActorKind.OFFICER
    work.session.add(
        OrganisationChange(
            id=new_id(),
            organisation_id=organisation.id,
            at=work.now(),
            event=event.value,
            from_standing=before.value,
            to_standing=after.value,
            means=None if means is None else means.value,
            person_id=None if by_officer else actor.person_id,
            officer_id=actor.officer_id if by_officer else None,
            reason=reason,
        )
    )
    write_audit(work.session, actor, f"organisation.{event}", "organisation", organisation.id)
    if after is not before:
        StandingChanged.to(after, organisation.id).record(work.session)
    return after


def rivals_of(work: Work, organisation: Organisation) -> Sequence[Organisation]:
    """The other claims to the same code, for an officer who has to decide between them."""
    claims = claim_store.lock_claims(work.session, organisation.registration_index)
    return [each for each in claims if each.id != organisation.id]


def prove_household(work: Work, actor: Actor, organisation: Organisation, number: str) -> None:
    """A household business whose tax code is its owner's personal number is proved by the owner's own log-in."""
    if actor.identity_level >= 2 and own_number(work, actor) == number:
        prove(work, actor, organisation, Means.EID)


def own_number(work: Work, actor: Actor) -> str | None:
    """The caller's personal number, as the eID provider vouches for it."""
    person = work.session.get_one(Person, person_of(actor))
    sealed = person.identity_number
    return None if sealed is None else work.vault.open(IDENTITY_FIELD, person.id, sealed)
