"""From the Authorization header to an actor, and from an operation id to yes or no."""

from api.context import EdgeRequest, edge
from api.permits import anyone
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
    return actor


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
