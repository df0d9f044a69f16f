"""The lodging's account at the authority's portal: given by its people, tried before it is kept."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.work import Work
from residence.accounts.account import ACCOUNT_MOVES, AccountEvent, AccountState
from residence.accounts.store import release_waiting
from residence.authority.port import Trial
from residence.models import PASSWORD_FIELD, Lodging
from residence.ports import FrontDesk
from residence.service.access import lodging_for


@dataclass(frozen=True, slots=True)
class TriedAccount:
    """An account as it was given, and what trying it gave."""

    username: str
    password: str = field(repr=False)
    trial: Trial = Trial.UNANSWERED


def may_give_account(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> None:
    """Raises `not_found`, `mandate_missing` before a password is tried anywhere."""
    lodging_for(work, actor, desk, lodging_id, "manage")


def give_account(work: Work, actor: Actor, lodging: Lodging, given: TriedAccount) -> None:
    """Keeps the account of a locked lodging; what waited for one leaves at once. One that the portal could not be asked
    about is kept too, and tried by the worker.

    Raises `invalid_fields` for one that the portal refused: nothing is kept.
    """
    if given.trial is Trial.REFUSED:
        raise DomainError("invalid_fields", fields=[FieldError("/authority_account", "account_refused")])
    state = ACCOUNT_MOVES.move(AccountState(lodging.authority_state), AccountEvent.GIVE)
    if given.trial is Trial.WORKS:
        state = ACCOUNT_MOVES.move(state, AccountEvent.LOG_IN)
    lodging.authority_username = given.username
    lodging.authority_password = work.vault.seal(PASSWORD_FIELD, lodging.id, given.password)
    lodging.authority_state = state.value
    lodging.authority_given_at = work.now()
    lodging.authority_told_at = None if state is AccountState.UNTRIED else work.now()
    # By the clock of the database, as everything that a drain looks for.
    lodging.authority_try_at = func.now() if state is AccountState.UNTRIED else None
    work.session.flush()
    release_waiting(work.session, [lodging.id])
    write_audit(work.session, actor, "lodging.account", "lodging", lodging.id, state=state.value)
