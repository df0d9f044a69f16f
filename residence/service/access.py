"""Which lodgings a caller may act for. What is another's answers as absent."""

from collections.abc import Collection, Sequence
from typing import Final, Literal
from uuid import UUID

from kernel.actor import Actor, ActorKind
from kernel.errors import DomainError
from kernel.work import Work
from residence import store
from residence.models import Lodging
from residence.ports import FrontDesk, Standing
from residence.states import LodgingState

MANAGE: Final = "manage_lodgings"
REPORT: Final = "report_guests"
Right = Literal["manage", "report", "read"]
_NEEDED: Final[dict[str, tuple[str, ...]]] = {"manage": (MANAGE,), "report": (REPORT,), "read": (REPORT, MANAGE)}


def lodging_for(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, right: Right, *, lock: bool = False
) -> Lodging:
    """The lodging, if the caller may do this for it. Raises `not_found`, `mandate_missing`.

    A system has what its scopes say, which the edge has looked at, for the lodgings that its grantor reaches.
    """
    lodging = store.find_lodging(work.session, lodging_id, lock=lock)
    if actor.kind is ActorKind.CLIENT:
        if actor.organisation_id != lodging.organisation_id or right == "manage":
            raise DomainError("not_found")
        if not _reaches(work, actor.grantor_id, actor.mandates, lodging):
            raise DomainError("not_found")
        return lodging
    standing = require_standing(work, actor, desk, lodging.organisation_id, right)
    if not _reaches(work, actor.person_id, standing.mandates, lodging):
        raise DomainError("not_found")
    return lodging


def active_lodging(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> Lodging:
    """The lodging to declare for, held until the transaction ends. Raises `lodging_not_active` besides."""
    lodging = lodging_for(work, actor, desk, lodging_id, "report", lock=True)
    if lodging.state != LodgingState.ACTIVE:
        raise DomainError("lodging_not_active", lodging_state=lodging.state)
    return lodging


def lodgings_for(work: Work, actor: Actor, desk: FrontDesk) -> Sequence[Lodging]:
    """Every lodging the caller may see, oldest first."""
    if actor.kind is ActorKind.CLIENT:
        owned = store.lodgings_of(work.session, [actor.organisation_id] if actor.organisation_id else [])
        return [each for each in owned if _reaches(work, actor.grantor_id, actor.mandates, each)]
    held = desk.organisations.standings(work, person_of(actor))
    found = [name for name, standing in held.items() if _allows(standing, "read")]
    lodgings = store.lodgings_of(work.session, found)
    return [each for each in lodgings if _reaches(work, actor.person_id, held[each.organisation_id].mandates, each)]


def require_standing(work: Work, actor: Actor, desk: FrontDesk, organisation_id: UUID, right: Right) -> Standing:
    """How the caller stands to an organisation. Raises `not_found` for anyone who is no member, `mandate_missing`."""
    standing = desk.organisations.standings(work, person_of(actor)).get(organisation_id)
    if standing is None:
        raise DomainError("not_found")
    if not _allows(standing, right):
        raise DomainError("mandate_missing", needed=_NEEDED[right][0])
    return standing


def person_of(actor: Actor) -> UUID:
    """Raises `not_found` for anyone who is no person: nothing here is theirs."""
    if actor.person_id is None:
        raise DomainError("not_found")
    return actor.person_id


def _allows(standing: Standing, right: str) -> bool:
    return not standing.mandates.isdisjoint(_NEEDED[right])


def _reaches(work: Work, person_id: UUID | None, mandates: Collection[str], lodging: Lodging) -> bool:
    """Whether a member is not narrowed to other lodgings; who manages them all never is."""
    if MANAGE in mandates:
        return True
    if person_id is None:
        return False
    narrowed = store.assignments(work.session, person_id).get(lodging.organisation_id)
    return narrowed is None or lodging.id in narrowed
