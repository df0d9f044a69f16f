"""Log-in with an electronic identity, in three use cases around one call to the provider.

    open_attempt -> (commit) -> provider.authorization_url
    take_attempt -> (commit) -> provider.exchange -> open_session -> (commit) -> TokenIssuer.issue

An attempt is taken before the provider is asked, so a code is never exchanged twice, and no connection is held over
the network.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog

from auth import store
from auth.eid.pkce import code_challenge
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity
from auth.models import BIRTH_FIELD, IDENTITY_FIELD, SUBJECT_FIELD, LoginAttempt, LoginSession, Officer, Person
from auth.rules import ATTEMPT_TTL
from auth.service.sessions import grant_for
from auth.settings import EidSettings, SessionSettings
from auth.states import AttemptState, attempt_state
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import Grant
from kernel.actor import ActorKind
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.work import Work

LoginRole = Literal["citizen", "officer"]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LoginStart:
    """`login_secret` stays in the app instance that asked; `request` becomes the address for the browser."""

    login_id: UUID
    login_secret: str = field(repr=False)
    expires_at: datetime
    request: AuthorizationRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakenAttempt:
    login_id: UUID
    as_role: LoginRole
    kept: CodeExchange


def open_attempt(
    work: Work, settings: EidSettings, as_role: LoginRole, redirect_uri: str | None = None, *, step_up: bool = False
) -> LoginStart:
    """Begins a log-in; with `step_up` the provider must ask the person anew.

    Raises `invalid_fields` for a redirect that is not one of ours.
    """
    chosen = redirect_uri or settings.redirect_uris[0]
    if chosen not in settings.redirect_uris:
        raise DomainError("invalid_fields", fields=[FieldError("/redirect_uri", "invalid")])
    now = work.now()
    attempt = LoginAttempt(
        id=new_id(),
        as_role=as_role,
        redirect_uri=chosen,
        created_at=now,
        expires_at=now + ATTEMPT_TTL,
        step_up=step_up,
    )
    work.session.add(attempt)
    kept = _kept(work, attempt)
    return LoginStart(
        login_id=attempt.id,
        login_secret=_derived(work, "secret").make(attempt.id),
        expires_at=attempt.expires_at,
        request=AuthorizationRequest(
            redirect_uri=chosen,
            state=_derived(work, "state").make(attempt.id),
            nonce=kept.nonce,
            code_challenge=code_challenge(kept.verifier),
            step_up=step_up,
        ),
    )


def take_attempt(work: Work, state: str, login_secret: str) -> TakenAttempt:
    """Uses up the attempt that a callback's `state` belongs to, once, for the app that began it.

    Raises `login_failed` for an unknown, used or expired one, and for another app's secret, which leaves it open.
    """
    named = _derived(work, "state").read(state)
    if named is None:
        raise _refused("state")
    attempt = store.lock_attempt(work.session, named[0])
    if attempt is None:
        raise _refused("attempt_unknown")
    standing = attempt_state(attempt.taken_at, attempt.expires_at, work.now())
    if standing is not AttemptState.OPEN:
        raise _refused(f"attempt_{standing}")
    if not _derived(work, "secret").belongs(login_secret, attempt.id):
        raise _refused("login_secret")
    attempt.taken_at = work.now()
    role: LoginRole = "officer" if attempt.as_role == "officer" else "citizen"
    return TakenAttempt(attempt.id, role, _kept(work, attempt))


def open_session(
    work: Work, settings: SessionSettings, identity: EidIdentity, as_role: LoginRole, device: str | None = None
) -> Grant:
    """Makes the person known, if new, and opens a session. Raises `not_an_officer` for who holds no office today."""
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


def _kept(work: Work, attempt: LoginAttempt) -> CodeExchange:
    return CodeExchange(
        redirect_uri=attempt.redirect_uri,
        nonce=_derived(work, "nonce").make(attempt.id),
        verifier=_derived(work, "verifier").make(attempt.id),
        fresh_since=attempt.created_at if attempt.step_up else None,
    )


def _derived(work: Work, part: str) -> DerivedTokens:
    return DerivedTokens(work.vault.derive(f"auth login {part}"))


def _refused(reason: str) -> DomainError:
    _log.warning("login.refused", reason=reason)
    return DomainError("login_failed")
