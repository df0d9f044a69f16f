"""Log-in attempts: begun by an app, used up once by the provider's redirect, remembered for an answer that got lost.

An attempt is taken before the provider is asked, so a code is never exchanged twice, and no connection is held over
the network. What became of it is written down, so that the app which lost the answer may ask for it again.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from auth import store
from auth.eid.callback import Callback
from auth.eid.pkce import code_challenge
from auth.eid.port import AuthorizationRequest, CodeExchange
from auth.eid.refusals import refused
from auth.models import LoginAttempt
from auth.rules import ATTEMPT_TTL, EXCHANGE_LASTS, LOGIN_REPEAT
from auth.service.sessions import grant_for
from auth.settings import EidSettings, SessionSettings
from auth.states import AttemptState, attempt_state
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import Grant
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.ids import new_id
from kernel.work import Work

LoginRole = Literal["citizen", "officer"]


@dataclass(frozen=True, slots=True)
class LoginStart:
    """`login_secret` stays in the app instance that asked; `request` becomes the address for the browser."""

    login_id: UUID
    login_secret: str = field(repr=False)
    expires_at: datetime
    request: AuthorizationRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakenAttempt:
    """`answered` is set where this redirect was completed before: its grant, to be issued again."""

    login_id: UUID
    as_role: LoginRole
    kept: CodeExchange
    answered: Grant | None = None


def open_attempt(
    work: Work,
    settings: EidSettings,
    as_role: LoginRole,
    redirect_uri: str | None = None,
    *,
    step_up: bool = False,
    organisation_id: UUID | None = None,
) -> LoginStart:
    """Begins a log-in; with `step_up` the provider must ask the person anew. One for an organisation proves it by its
    own account and opens no session.

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
        organisation_id=organisation_id,
    )
    work.session.add(attempt)
    return _started(work, attempt)


def _started(work: Work, attempt: LoginAttempt) -> LoginStart:
    kept = _kept(work, attempt)
    return LoginStart(
        login_id=attempt.id,
        login_secret=_derived(work, "secret").make(attempt.id),
        expires_at=attempt.expires_at,
        request=AuthorizationRequest(
            redirect_uri=attempt.redirect_uri,
            state=_derived(work, "state").make(attempt.id),
            nonce=kept.nonce,
            code_challenge=code_challenge(kept.verifier),
            step_up=attempt.step_up,
        ),
    )


def take_attempt(
    work: Work, settings: SessionSettings, back: Callback, login_secret: str, *, organisation_id: UUID | None = None
) -> TakenAttempt:
    """Uses up the attempt that a callback's `state` belongs to, once, for the app that began it.

    The same app with the same redirect is told again what became of it: the grant, the refusal, or
    `login_in_progress`. Raises `login_failed` for an unknown or expired attempt, for another redirect of a used one,
    and for another app's secret, which leaves the attempt open.
    """
    named = _derived(work, "state").read(back.state)
    if named is None:
        raise refused("state")
    attempt = store.lock_attempt(work.session, named[0])
    if attempt is None:
        raise refused("attempt_unknown")
    standing = attempt_state(attempt.taken_at, attempt.expires_at, work.now())
    if standing is AttemptState.EXPIRED:
        raise refused(f"attempt_{standing}")
    if not _derived(work, "secret").belongs(login_secret, attempt.id):
        raise refused("login_secret")
    if attempt.organisation_id != organisation_id:
        raise refused("attempt_for_another")
    digest = _digest(work, back)
    answered = None
    if attempt.taken_at is None:
        attempt.taken_at, attempt.callback_digest = work.now(), digest
    else:
        answered = _answer_again(work, settings, attempt, digest, attempt.taken_at)
    role: LoginRole = "officer" if attempt.as_role == "officer" else "citizen"
    return TakenAttempt(attempt.id, role, _kept(work, attempt), answered)


def settle_attempt(work: Work, login_id: UUID, outcome: UUID | DomainError) -> None:
    """Remembers what a taken attempt came to: its session, or why there is none."""
    attempt = store.lock_attempt(work.session, login_id)
    if attempt is None:
        return
    if isinstance(outcome, UUID):
        attempt.session_id = outcome
    else:
        # What is away may be back at the next try, but this code is used up: the log-in has to be begun anew.
        attempt.failure = "login_failed" if outcome.code == "eid_unavailable" else outcome.code


def _answer_again(
    work: Work, settings: SessionSettings, attempt: LoginAttempt, digest: bytes, taken_at: datetime
) -> Grant:
    since = work.now() - taken_at
    same = attempt.callback_digest is not None and hmac.compare_digest(attempt.callback_digest, digest)
    if not same or since > LOGIN_REPEAT:
        raise refused("attempt_taken")
    if attempt.failure is not None:
        raise DomainError(attempt.failure)
    if attempt.session_id is not None:
        return _first_grant(work, settings, attempt.session_id)
    if since <= EXCHANGE_LASTS:
        raise DomainError("login_in_progress", retry_after=1)
    raise refused("attempt_taken")


def _first_grant(work: Work, settings: SessionSettings, session_id: UUID) -> Grant:
    """The grant of a session nobody has refreshed yet: once somebody has, the first answer did arrive."""
    session, now = store.lock_session(work.session, session_id), work.now()
    if session is None or session.revoked_at is not None or session.generation != 1 or now >= session.expires_at:
        raise refused("attempt_taken")
    officer = None
    if session.officer_id is not None:
        officer = store.officer_in_office(work.session, session.officer_id, local(now).date())
        if officer is None:
            raise DomainError("not_an_officer")
    return grant_for(session, officer, settings)


def _kept(work: Work, attempt: LoginAttempt) -> CodeExchange:
    return CodeExchange(
        redirect_uri=attempt.redirect_uri,
        nonce=_derived(work, "nonce").make(attempt.id),
        verifier=_derived(work, "verifier").make(attempt.id),
        fresh_since=attempt.created_at if attempt.step_up else None,
    )


def _derived(work: Work, part: str) -> DerivedTokens:
    return DerivedTokens(work.vault.derive(f"auth login {part}"))


def _digest(work: Work, back: Callback) -> bytes:
    """Tells one redirect of an attempt from another; the code itself is not kept."""
    said = "\0".join((back.code, back.encrypt_key or "", back.error or ""))
    return hmac.digest(work.vault.derive("auth login callback"), said.encode(errors="replace"), hashlib.sha256)
