"""From an identity that the eID provider vouches for to a session.

open_attempt -> (commit) -> provider.authorization_url
take_attempt -> (commit) -> provider.exchange -> open_session -> settle_attempt -> (commit) -> TokenIssuer.issue
"""

import structlog

from auth import store
from auth.eid.port import EidIdentity
from auth.models import LoginSession, Officer, Person
from auth.service.attempts import LoginRole
from auth.service.identity import know_person
from auth.service.sessions import grant_for
from auth.settings import SessionSettings
from auth.tokens.issuer import Grant
from kernel.actor import ActorKind
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work

_log = structlog.get_logger()


def open_session(
    work: Work, settings: SessionSettings, identity: EidIdentity, as_role: LoginRole, device: str | None = None
) -> Grant:
    """Makes the person known, if new, and opens a session; older ones keep no higher level than the provider says now.

    Raises `not_an_officer` for anyone without an office today, `identity_conflict` for anyone who cannot be told apart,
    `organisation_account` for an account that is nobody's own.
    """
    if identity.organisation is not None:
        raise DomainError("organisation_account")
    person = know_person(work, identity)
    officer = _office(work, person) if as_role == "officer" else None
    now = work.now()
    kind = ActorKind.CITIZEN if officer is None else ActorKind.OFFICER
    session = LoginSession(
        id=new_id(),
        person_id=person.id,
        officer_id=None if officer is None else officer.id,
        identity_level=identity.level,
        authenticated_at=identity.authenticated_at,
        device=device,
        generation=1,
        rotated_at=now,
        created_at=now,
        expires_at=now + settings.lifetime(kind),
    )
    work.session.add(session)
    store.lower_levels(work.session, person.id, identity.level, now)
    grant = grant_for(session, officer, settings)
    write_audit(work.session, grant.actor, "session.open", "login_session", session.id)
    return grant


def _office(work: Work, person: Person) -> Officer:
    officer = store.officer_of(work.session, person.id, local(work.now()).date())
    if officer is None:
        _log.warning("login.refused", reason="not_an_officer", person_id=str(person.id))
        raise DomainError("not_an_officer")
    return officer
