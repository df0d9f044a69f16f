"""What may be asked of the authorization endpoint (OpenID Connect Core 3.1.2, RFC 7636, RFC 8252, RFC 9700)."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

PARAMETERS = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt",
)  # fmt: skip
SCOPES = ("openid", "profile")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


@dataclass(frozen=True, slots=True)
class Ask:
    """An authorization request whose client and redirect address are known to be good."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str | None
    nonce: str | None
    challenge: str
    given: dict[str, str]

    def back(self, issuer: str | None, **answer: str) -> str:
        """The redirect address with the answer, the state, and the issuer (RFC 9207)."""
        pairs = dict(answer)
        if self.state is not None:
            pairs.setdefault("state", self.state)
        if issuer is not None:
            pairs["iss"] = issuer
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        return self.redirect_uri + joint + urlencode(pairs)


def redirect_allowed(uri: str) -> bool:
    """Loopback addresses on any port, https under the reserved names .example and .test, private-use app schemes."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not (uri.isascii() and uri.isprintable()) or " " in uri or parts.fragment or "#" in uri:
        return False
    if parts.scheme in ("http", "https"):
        reserved = parts.scheme == "https" and host.endswith((".example", ".test"))
        return parts.username is None and (reserved or _loopback(host))
    return _PRIVATE_SCHEME.fullmatch(parts.scheme) is not None


def read(given: dict[str, str], client_id: str) -> Ask | str:
    """The request, or why not even an error may be sent back to its redirect address."""
    if given.get("client_id") != client_id:
        return "client_id không được đăng ký"
    uri = given.get("redirect_uri", "")
    if not redirect_allowed(uri):
        return "redirect_uri không được đăng ký"
    return Ask(
        client_id=client_id,
        redirect_uri=uri,
        scope=given.get("scope", ""),
        state=given.get("state"),
        nonce=given.get("nonce"),
        challenge=given.get("code_challenge", ""),
        given={name: given[name] for name in PARAMETERS if name in given},
    )


def fault_of(ask: Ask) -> tuple[str, str] | None:
    """(error, description) to send back, None if the request is in order."""
    given = ask.given
    if given.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if "openid" not in ask.scope.split():
        return "invalid_scope", "scope must contain openid"
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(ask.challenge):
        return "invalid_request", "PKCE with S256 is required"
    return None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
