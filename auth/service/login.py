"""From an identity that the eID provider vouches for to a session.

open_attempt -> (commit) -> provider.authorization_url
take_attempt -> (commit) -> provider.exchange -> open_session -> settle_attempt -> (commit) -> TokenIssuer.issue
"""

import structlog

from auth import store
from auth.eid.port import EidIdentity
from auth.models import BIRTH_FIELD, IDENTITY_FIELD, SUBJECT_FIELD, LoginSession, Officer, Person
from auth.service.attempts import LoginRole
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

    Raises `not_an_officer` for who holds no office today.
    """
    person = _know_person(work, identity)
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


def _know_person(work: Work, identity: EidIdentity) -> Person:
    number, vault = identity.identity_number, work.vault
    index = None if number is None else vault.index(IDENTITY_FIELD, number)
    subject = vault.index(SUBJECT_FIELD, f"{identity.issuer}\0{identity.subject}") if number is None else None
    person = store.find_person(work.session, identity_index=index, subject_index=subject)
    if person is None:
        row = new_id()
        sealed = None if number is None else vault.seal(IDENTITY_FIELD, row, number)
        store.add_person_once(
            work.session,
            {
                "id": row,
                "identity_number": sealed,
                "identity_index": index,
                "subject_index": subject,
                "full_name": identity.full_name,
                "identity_level": identity.level,
            },
        )
        person = store.find_person(work.session, identity_index=index, subject_index=subject)
        if person is None:
            raise LookupError("a person just added is gone")
    _follow_provider(work, person, identity)
    return person


def _follow_provider(work: Work, person: Person, identity: EidIdentity) -> None:
    """The provider is the authority on names, birth dates and levels; what it leaves out is kept."""
    person.full_name = identity.full_name or person.full_name
    person.identity_level = identity.level
    if identity.birth_date is not None:
        person.birth_date = work.vault.seal(BIRTH_FIELD, person.id, identity.birth_date.isoformat())
    person.updated_at = work.now()
