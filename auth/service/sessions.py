"""Sessions: refreshed under bad networks, listed, revoked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auth import store
from auth.models import LoginSession, Officer
from auth.service.access import person_of
from auth.settings import SessionSettings
from auth.states import RefreshStep, Rotation, presented, refresh_step, session_state
from auth.store import SessionRow
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import REFRESH_PURPOSE, Grant
from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError
from kernel.work import Work


@dataclass(frozen=True, slots=True)
class SessionView:
    """One device of the caller. `last_used_at` is the last refresh."""

    id: UUID
    kind: ActorKind
    device: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


def refresh_session(work: Work, settings: SessionSettings, token: str) -> Grant | None:
    """The grant that follows a refresh token, or None: commit in both cases, then issue or answer `unauthenticated`.

    None must not roll back: a replayed token has just ended its whole family.
    """
    named = DerivedTokens(work.vault.derive(REFRESH_PURPOSE)).read(token)
    session = None if named is None else store.lock_session_row(work.session, named[0])
    if named is None or session is None:
        return None
    now = work.now()
    standing = session_state(
        session.revoked_at, session.expires_at, session.rotated_at, settings.idle(_kind(session)), now
    )
    used = session.used_generation >= session.generation
    rotation = Rotation(session.generation, session.rotated_at, used)
    step = refresh_step(standing, presented(named[1], rotation, settings.refresh_window, now))
    if step is RefreshStep.REFUSE:
        return None
    if step is RefreshStep.REVOKE:
        _end_family(work, session.id, "token_replayed")
        return None
    officer = None
    if session.officer_id is not None:
        officer = store.officer_in_office(work.session, session.officer_id, local(now).date())
        if officer is None:
            _end_family(work, session.id, "office_ended")
            return None
    if step is RefreshStep.ROTATE:
        session = store.move_session(work.session, session, now)
    return grant_for(session, officer, settings)


def list_sessions(work: Work, actor: Actor, settings: SessionSettings) -> list[SessionView]:
    """The devices on which the caller is logged in, newest first."""
    return [
        SessionView(
            id=session.id,
            kind=_kind(session),
            device=session.device,
            created_at=session.created_at,
            last_used_at=session.rotated_at,
            expires_at=_ends(session, settings),
            current=session.id == actor.session_id,
        )
        for session in store.open_sessions(work.session, person_of(actor), work.now())
        if work.now() < _ends(session, settings)
    ]


def revoke_session(work: Work, actor: Actor, session_id: UUID) -> None:
    """Logs one device of the caller out; one that is out already stays so. Raises `not_found` for another's."""
    session = store.lock_session(work.session, session_id)
    if session is None or session.person_id != person_of(actor):
        raise DomainError("not_found")
    if session.revoked_at is None:
        _revoke(work, session, "logout", actor)


def revoke_all(work: Work, actor: Actor, *, keep_current: bool = False) -> list[UUID]:
    """Logs every device of the caller out, or every other one. Returns the sessions that ended."""
    ended = [
        session
        for session in store.open_sessions(work.session, person_of(actor), work.now())
        if not (keep_current and session.id == actor.session_id)
    ]
    for session in ended:
        _revoke(work, session, "logout_all", actor)
    return [session.id for session in ended]


def grant_for(session: LoginSession | SessionRow, officer: Officer | None, settings: SessionSettings) -> Grant:
    return Grant(
        actor=_actor(session, officer),
        session_id=session.id,
        generation=session.generation,
        authenticated_at=session.authenticated_at,
        refresh_until=_ends(session, settings),
    )


def _end_family(work: Work, session_id: UUID, reason: str) -> None:
    session = store.lock_session(work.session, session_id)
    if session is not None:
        _revoke(work, session, reason)


def _revoke(work: Work, session: LoginSession, reason: str, actor: Actor | None = None) -> None:
    session.revoked_at = work.now()
    session.revoke_reason = reason
    by = actor or _actor(session, None)
    write_audit(work.session, by, "session.revoke", "login_session", session.id, reason=reason)


def _actor(session: LoginSession | SessionRow, officer: Officer | None) -> Actor:
    return Actor(
        kind=_kind(session),
        person_id=session.person_id,
        session_id=session.id,
        identity_level=session.identity_level,
        officer_id=session.officer_id,
        agency_code=None if officer is None else officer.agency_code,
        roles=frozenset() if officer is None else frozenset(officer.roles),
        authenticated_at=session.authenticated_at,
    )


def _kind(session: LoginSession | SessionRow) -> ActorKind:
    return ActorKind.CITIZEN if session.officer_id is None else ActorKind.OFFICER


def _ends(session: LoginSession | SessionRow, settings: SessionSettings) -> datetime:
    return min(session.expires_at, session.rotated_at + settings.idle(_kind(session)))
