"""What a provider's redirect carried, from the raw query string that reached the phone."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from auth.eid.http import EidRefused, EidUnreachable
from auth.eid.refusals import refused, unavailable
from kernel.errors import DomainError

_LONGEST = 16_384
_MOST_PARAMETERS = 30
_READ = ("code", "state", "iss", "encrypt_key", "error")
_CANCELLED = "access_denied"
_LATER = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class Callback:
    """`issuer` and `encrypt_key` are there only where the provider's dialect sends them.

    `error` is set where the provider sent the person back without a code, which then is empty.
    """

    code: str = field(repr=False)
    state: str = field(repr=False)
    issuer: str | None = None
    encrypt_key: str | None = field(default=None, repr=False)
    error: str | None = None

    def refusal(self) -> DomainError | None:
        """What an `error` means to the person (RFC 6749 §4.1.2.1); None where there is a code to exchange."""
        if self.error is None:
            return None
        if self.error == _CANCELLED or self.error.startswith("user_cancel"):
            return DomainError("login_cancelled")
        if self.error in _LATER:
            return unavailable(EidUnreachable(f"callback_{self.error}"))
        return refused("callback_error")


def read_callback(query: str) -> Callback:
    """The parameters of a callback. Percent escapes are decoded; `+` stays a plus.

    VNeID puts base64 into the query as it is, so what a form parser takes for spaces are plus signs. Nothing that other
    providers send has spaces in it. Raises EidRefused when a parameter is missing or there twice (RFC 6749 §3.1).
    """
    pairs = query.lstrip("?").partition("#")[0].split("&")
    if len(query) > _LONGEST or len(pairs) > _MOST_PARAMETERS:
        raise EidRefused("callback_size")
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in _READ:
            continue
        if name in found:
            raise EidRefused("callback_twice")
        found[name] = unquote(value, errors="replace")
    error = found.get("error") or None
    if not found.get("state") or not (found.get("code") or error):
        raise EidRefused("callback_incomplete")
    # A redirect that says both is no permission: the error counts.
    code = "" if error else found["code"]
    return Callback(code, found["state"], found.get("iss") or None, found.get("encrypt_key") or None, error)
