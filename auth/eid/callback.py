"""What a provider's redirect carried, from the raw query string that reached the phone."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from auth.eid.http import EidRefused

_LONGEST = 16_384
_MOST_PARAMETERS = 30
_READ = ("code", "state", "iss", "encrypt_key")


@dataclass(frozen=True, slots=True)
class Callback:
    """`issuer` and `encrypt_key` are there only where the provider's dialect sends them."""

    code: str = field(repr=False)
    state: str = field(repr=False)
    issuer: str | None = None
    encrypt_key: str | None = field(default=None, repr=False)


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
    if not found.get("code") or not found.get("state"):
        raise EidRefused("callback_incomplete")
    return Callback(found["code"], found["state"], found.get("iss") or None, found.get("encrypt_key") or None)
