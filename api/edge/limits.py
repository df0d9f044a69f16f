"""How often an endpoint may be tried, by class. What is counted is a digest: no address or code reaches Valkey."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from typing import Final, Literal

from api.edge.context import EdgeRequest, edge


@dataclass(frozen=True, slots=True)
class Limit:
    """`tries` in `window_s` seconds for each `per`: the caller's address, or the account. The first one met refuses."""

    tries: int
    window_s: int
    per: Literal["address", "account"]


# Mobile networks, hotels and offices put thousands of phones behind one address, so what is counted is what a limit
# protects: an account, a log-in, a code being guessed at (`count_try`), a number (in the database). By address only
# floods are stopped, of calls that need no account.
LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    "login": (Limit(3000, 60, "address"),),
    "refresh": (Limit(6000, 60, "address"),),
    "lookup": (Limit(3000, 60, "address"),),
    # Each costs a text message: by number and by day they are capped where they are kept, in the database.
    "phone_proof": (Limit(10, 3600, "account"),),
    "phone_confirm": (Limit(30, 3600, "account"),),
    # A person sends a message again after looking at it; more is a script that spends an agency's money.
    "message": (Limit(120, 3600, "account"),),
    # Against floods alone: what files cost is bounded where they are kept, by open uploads and octets.
    "upload": (Limit(1200, 60, "account"),),
    "piece": (Limit(3000, 300, "account"),),
    "organisation": (Limit(60, 3600, "account"),),
    # One system may declare for many lodgings, all in the same hour of the evening.
    "residence": (Limit(1200, 60, "account"),),
    # PDFs and workbooks, each made anew when it is read, and a night's guests page by page.
    "reading": (Limit(120, 60, "account"),),
    "search": (Limit(300, 3600, "account"),),
}


def count_call(name: str, request: EdgeRequest) -> None:
    """Counts one call of an endpoint of class `name`. Raises `too_many_requests`."""
    for limit in LIMITS[name]:
        subject = str(request.actor.id) if limit.per == "account" else network(request.remote_addr or "")
        bucket = f"{name}:{limit.per}"
        edge().container.limiter.hit(bucket, digest(subject), limit=limit.tries, window_s=limit.window_s)


def count_try(bucket: str, subject: str, *, tries: int, window_s: int) -> None:
    """Counts one try at `subject` (a dossier code, a phone). Raises `too_many_requests`."""
    edge().container.limiter.hit(bucket, digest(subject), limit=tries, window_s=window_s)


def digest(subject: str) -> str:
    return hmac.digest(edge().digest_key, subject.encode(), hashlib.sha256)[:16].hex()


def network(address: str) -> str:
    """What one caller has: an IPv4 address, or the /64 an IPv6 host may choose from freely."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
