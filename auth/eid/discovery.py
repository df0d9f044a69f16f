"""What an OpenID provider says of itself (OpenID Connect Discovery 1.0)."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from auth.eid.http import EidRefused, JsonClient

ClientAuth = Literal["client_secret_basic", "client_secret_post"]
_PATH = "/.well-known/openid-configuration"
# Asymmetric only: a shared secret or no signature at all would let others than the provider make identities.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
_KEPT_S = 3600.0
# What a URI may be made of (RFC 3986), and no longer than what servers take.
_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2000}")


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    client_auth: ClientAuth
    signatures: frozenset[str]
    sends_issuer: bool


def read_metadata(document: Mapping[str, Any], issuer: str) -> ProviderMetadata:
    """The parts we use. Raises EidRefused for another issuer than the one asked for, or for a gap.

    Both spellings of an issuer, with a slash at its end and without, have this one document, so it decides.
    """
    named = document.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != issuer.rstrip("/"):
        raise EidRefused("metadata_issuer")
    offered = document.get("id_token_signing_alg_values_supported", ["RS256"])
    signatures = SIGNATURES.intersection(name for name in _list(offered) if isinstance(name, str))
    if not signatures:
        raise EidRefused("metadata_signatures")
    userinfo = document.get("userinfo_endpoint")
    return ProviderMetadata(
        issuer=named,
        authorization_endpoint=_address(document, "authorization_endpoint"),
        token_endpoint=_address(document, "token_endpoint"),
        jwks_uri=_address(document, "jwks_uri"),
        userinfo_endpoint=None if userinfo is None else _address(document, "userinfo_endpoint"),
        client_auth=_client_auth(document),
        signatures=signatures,
        sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


class Discovery:
    """The metadata of one issuer, read when first needed and again every hour."""

    def __init__(self, client: JsonClient, issuer: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._issuer = issuer
        self._monotonic = monotonic
        self._kept: tuple[float, ProviderMetadata] | None = None

    def metadata(self) -> ProviderMetadata:
        kept = self._kept
        if kept is not None and self._monotonic() < kept[0]:
            return kept[1]
        metadata = read_metadata(self._client.get(self._issuer.rstrip("/") + _PATH), self._issuer)
        self._kept = (self._monotonic() + _KEPT_S, metadata)
        return metadata


def _client_auth(document: Mapping[str, Any]) -> ClientAuth:
    methods = _list(document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]))
    if "client_secret_basic" in methods:
        return "client_secret_basic"
    if "client_secret_post" in methods:
        return "client_secret_post"
    raise EidRefused("metadata_client_auth")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EidRefused("metadata_shape")
    return value


def _address(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise EidRefused(f"metadata_{name}")
    try:
        parts, issuer = urlsplit(value), urlsplit(document["issuer"])
        # Reading the port is what judges it.
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise EidRefused(f"metadata_{name}") from None
    # Plain http is for a sandbox on loopback, whose issuer is plain http itself. A name before the host hides the host.
    if not reachable or "@" in parts.netloc or parts.scheme not in {"https", issuer.scheme}:
        raise EidRefused(f"metadata_{name}")
    return value
