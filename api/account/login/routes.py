"""Log-in by electronic identity, and tokens. No connection is held while the provider is asked."""

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from api.account.login.schemas import CompleteLoginRequest, LoginAnswer, RefreshRequest, StartLoginRequest, TokensAnswer
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container
from api.edge.limits import count_try
from api.edge.transactions import unit_of_work
from auth.eid.callback import Callback, read_callback
from auth.eid.refusals import exchange_errors
from auth.service import attempts, login, sessions
from auth.service.attempts import LoginStart, TakenAttempt
from auth.tokens.issuer import Grant, TokenIssuer, Tokens
from kernel.errors import DomainError, FieldError

blueprint = Blueprint("auth", description="Log-in by electronic identity, and tokens (đăng nhập).")


@blueprint.operation(
    "POST",
    "/v1/auth/logins",
    "startLogin",
    body=StartLoginRequest(),
    answer=LoginAnswer(),
    status=201,
    limit="login",
    problems=("eid_unavailable",),
)
def start_login(body: dict[str, Any]) -> dict[str, Any]:
    """Begins a log-in: open `authorization_url` in the system browser, then complete with what its redirect carries."""
    held = container()
    with unit_of_work() as work:
        started = attempts.open_attempt(
            work, held.auth.eid, body["as_role"], body["redirect_uri"], step_up=body["step_up"]
        )
    return login_to_visit(started)


@blueprint.operation(
    "POST",
    "/v1/auth/logins/<uuid:login_id>/complete",
    "completeLogin",
    body=CompleteLoginRequest(),
    answer=TokensAnswer(),
    limit="login",
    problems=(
        "login_failed",
        "login_cancelled",
        "login_in_progress",
        "identity_conflict",
        "not_an_officer",
        "organisation_account",
        "eid_unavailable",
    ),
)
def complete_login(body: dict[str, Any], login_id: UUID) -> Tokens:
    """Exchanges the provider's code, once, for the tokens of a new session.

    The app that lost the answer sends the same again, within ten minutes, and gets it.
    """
    count_try("complete_login", str(login_id), tries=30, window_s=600)
    held, back = container(), read_redirect(body)
    with ExitStack() as place:
        with unit_of_work() as work:
            taken = attempts.take_attempt(work, held.auth.sessions, back, body["login_secret"])
            if taken.login_id != login_id:
                raise DomainError("login_failed")
            if taken.answered is None:
                # A log-in that cannot be asked about now is not used up: the app sends the same again.
                place.enter_context(held.eid.admitted())
        grant = taken.answered or _exchanged(taken, back, body["device"])
    return _issue(grant)


@blueprint.operation(
    "POST",
    "/v1/auth/tokens",
    "refreshTokens",
    body=RefreshRequest(),
    answer=TokensAnswer(),
    limit="refresh",
    problems=("unauthenticated",),
)
def refresh_tokens(body: dict[str, Any]) -> Tokens:
    """New tokens for a refresh token. A used one that comes back late ends its whole session."""
    with unit_of_work() as work:
        grant = sessions.refresh_session(work, container().auth.sessions, body["refresh_token"])
    if grant is None:
        raise DomainError("unauthenticated")
    return _issue(grant)


@blueprint.operation("POST", "/v1/auth/logout", "logOut", status=204)
def log_out() -> None:
    """Ends the session of this token."""
    session_id = actor().session_id
    if session_id is None:
        raise DomainError("unauthenticated")
    with unit_of_work() as work:
        sessions.revoke_session(work, actor(), session_id)
    container().token_reader.forget(session_id)


def _exchanged(taken: TakenAttempt, back: Callback, device: str | None) -> Grant:
    """The grant of a new session; what became of the attempt is kept, so that the same redirect is answered alike."""
    held = container()
    try:
        refusal = back.refusal()
        if refusal is not None:
            raise refusal
        identity = held.eid.exchange(back.code, taken.kept, issuer=back.issuer, encrypt_key=back.encrypt_key)
        with unit_of_work() as work:
            grant = login.open_session(work, held.auth.sessions, identity, taken.as_role, device)
            work.session.flush()
            attempts.settle_attempt(work, taken.login_id, grant.session_id)
    except DomainError as error:
        with unit_of_work() as work:
            attempts.settle_attempt(work, taken.login_id, error)
        raise
    return grant


def login_to_visit(started: LoginStart) -> dict[str, Any]:
    """What an app needs to open the provider's page and to come back from it."""
    return {
        "login_id": started.login_id,
        "login_secret": started.login_secret,
        "authorization_url": container().eid.authorization_url(started.request),
        "expires_at": started.expires_at,
    }


def read_redirect(body: dict[str, Any]) -> Callback:
    """The redirect's parameters, whichever way they were handed over. Raises `invalid_fields`, `login_failed`."""
    parts = {name: body[name] for name in ("code", "state", "iss")}
    if body["callback_query"] is None:
        missing = [FieldError(f"/{name}", "required") for name in ("code", "state") if parts[name] is None]
        if missing:
            raise DomainError("invalid_fields", fields=missing)
        return Callback(parts["code"], parts["state"], parts["iss"])
    twice = [FieldError(f"/{name}", "invalid") for name, value in parts.items() if value is not None]
    if twice:
        raise DomainError("invalid_fields", fields=twice)
    with exchange_errors():
        return read_callback(body["callback_query"])


def _issue(grant: Grant) -> Tokens:
    held = container()
    return TokenIssuer(held.keys, held.vault, held.clock, held.auth.sessions).issue(grant)
