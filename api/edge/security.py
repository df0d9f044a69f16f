"""From the Authorization header to an actor, and from an operation id to yes or no."""

from api.edge.context import Edge, EdgeRequest, edge
from api.edge.permits import SteppedUp, anyone
from kernel.actor import ANONYMOUS, Actor
from kernel.errors import DomainError

_LONGEST_TOKEN = 4096


def admit(operation_id: str, request: EdgeRequest) -> Actor:
    """The actor, if the permit of the operation lets them in; raises `unauthenticated`, `forbidden` or what the
    token's reader raises. Operations open to anyone read no token: a stale one must not keep its owner from a refresh.
    """
    held = edge()
    permit = held.permits[operation_id]
    if permit is anyone:
        return ANONYMOUS
    actor = held.container.token_reader.read(bearer_token(request))
    if not permit(actor):
        raise DomainError("forbidden")
    if isinstance(permit, SteppedUp):
        _demand_step_up(permit, actor, held)
    return actor


def _demand_step_up(demand: SteppedUp, actor: Actor, held: Edge) -> None:
    """Raises `step_up_required` for a log-in that is too old or of too low a level, whatever it is asked for."""
    settings = held.container.auth.sessions
    oldest = settings.signing_login if demand.lately == "signing" else settings.admin_login
    seen = actor.authenticated_at
    recent = seen is not None and held.container.clock.now() - seen <= oldest
    if not recent or actor.identity_level < demand.level:
        raise DomainError("step_up_required", max_age=int(oldest.total_seconds()), acr_values=str(demand.level))


def bearer_token(request: EdgeRequest) -> str:
    """The token of the Authorization header (RFC 6750). Raises `unauthenticated`."""
    sent: str = request.environ.get("HTTP_AUTHORIZATION", "")
    scheme, _, token = sent.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        raise DomainError("unauthenticated")
    return token


def challenge(request: EdgeRequest) -> str:
    """The WWW-Authenticate value of a 401 (RFC 6750 section 3)."""
    presented = request.environ.get("HTTP_AUTHORIZATION", "").lower().startswith("bearer ")
    return 'Bearer realm="motcua", error="invalid_token"' if presented else 'Bearer realm="motcua"'


def step_up_challenge(max_age: int, acr_values: str) -> str:
    """The WWW-Authenticate value that says what kind of log-in is needed (RFC 9470 section 3)."""
    return (
        'Bearer realm="motcua", error="insufficient_user_authentication", '
        f'max_age="{max_age}", acr_values="{acr_values}"'
    )
