"""The OpenID Connect dialect of the eID port: authorization code with PKCE, for any certified provider.

Follows OpenID Connect Core 1.0, RFC 9700 (current security practice) and RFC 9207 (issuer in the callback).
"""

import base64
import hmac
import unicodedata
from datetime import date
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import structlog

from auth.eid import pkce
from auth.eid.discovery import Discovery, ProviderMetadata
from auth.eid.http import EidRefused, EidUnreachable, JsonClient
from auth.eid.id_token import Expected, instant, read_header, verify
from auth.eid.keys import ProviderKeys
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity
from auth.settings import ClaimNames, EidSettings
from kernel.clock import Clock, local
from kernel.errors import DomainError
from kernel.vietnam import BadIdentityNumber, parse_identity_number

_RETRY_AFTER_S = 5
_log = structlog.get_logger()


class OidcProvider:
    """One per process: keeps the provider's metadata, keys and connections. `close()` at the end."""

    def __init__(self, settings: EidSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client = JsonClient(timeout_s=settings.timeout_s)
        self._discovery = Discovery(self._client, settings.issuer)
        self._keys = ProviderKeys(self._client)

    def close(self) -> None:
        self._client.close()

    def authorization_url(self, request: AuthorizationRequest) -> str:
        try:
            endpoint = self._discovery.metadata().authorization_endpoint
        except (EidRefused, EidUnreachable) as error:
            raise _unavailable(error) from None
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": request.redirect_uri,
            "scope": self._settings.scope,
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "code_challenge_method": pkce.METHOD,
        }
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query, quote_via=quote)

    def exchange(self, code: str, kept: CodeExchange, *, issuer: str | None = None) -> EidIdentity:
        try:
            return self._exchange(code, kept, issuer)
        except EidUnreachable as error:
            raise _unavailable(error) from None
        except EidRefused as error:
            _log.warning("login.refused", reason=error.reason)
            raise DomainError("login_failed") from None

    def _exchange(self, code: str, kept: CodeExchange, issuer: str | None) -> EidIdentity:
        metadata = self._discovery.metadata()
        if issuer != metadata.issuer and (metadata.sends_issuer or issuer is not None):
            raise EidRefused("callback_iss")
        answer = self._ask_token(metadata, code, kept)
        access_token, id_token = _text(answer, "access_token"), _text(answer, "id_token")
        if _text(answer, "token_type").lower() != "bearer":
            raise EidRefused("token_type")
        alg, kid = read_header(id_token, metadata.signatures)
        key = self._keys.find(metadata.jwks_uri, kid, alg)
        now = self._clock.now()
        expected = Expected(metadata.issuer, self._settings.client_id, kept.nonce, access_token, now)
        claims = verify(id_token, key, alg, expected)
        authenticated_at = min(now, instant(claims, "auth_time" if "auth_time" in claims else "iat"))
        known = {**claims, **self._ask_userinfo(metadata, access_token, claims["sub"])}
        return EidIdentity(
            issuer=metadata.issuer,
            subject=claims["sub"],
            identity_number=_identity_number(known, self._settings.claims, local(now).date()),
            full_name=_full_name(known, self._settings.claims),
            birth_date=_birth_date(known, self._settings.claims),
            level=_level(known, self._settings.claims),
            authenticated_at=authenticated_at,
        )

    def _ask_token(self, metadata: ProviderMetadata, code: str, kept: CodeExchange) -> dict[str, Any]:
        client_id, secret = self._settings.client_id, self._settings.client_secret
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": kept.redirect_uri,
            "code_verifier": kept.verifier,
        }
        if metadata.client_auth == "client_secret_post":
            return self._client.post_form(
                metadata.token_endpoint, {**fields, "client_id": client_id, "client_secret": secret}, {}
            )
        # RFC 6749 §2.3.1 wants both parts form-encoded before they are joined.
        pair = base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()
        return self._client.post_form(metadata.token_endpoint, fields, {"Authorization": f"Basic {pair}"})

    def _ask_userinfo(self, metadata: ProviderMetadata, access_token: str, subject: str) -> dict[str, Any]:
        if metadata.userinfo_endpoint is None:
            return {}
        answer = self._client.get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
        if not hmac.compare_digest(_text(answer, "sub").encode(), subject.encode()):
            raise EidRefused("userinfo_sub")
        return answer


def _unavailable(error: Exception) -> DomainError:
    _log.warning("login.provider_unavailable", reason=str(error))
    return DomainError("eid_unavailable", retry_after=_RETRY_AFTER_S)


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise EidRefused(f"answer_{name}")
    return value


def _identity_number(claims: dict[str, Any], names: ClaimNames, today: date) -> str | None:
    """The personal number, from the first claim named that is there. The subject counts only if it is one."""
    for name in names.identity_number:
        value = claims.get(name)
        if value is None:
            continue
        try:
            return parse_identity_number(str(value), today=today).number
        except BadIdentityNumber:
            if name != "sub":
                raise EidRefused("identity_number") from None
    return None


def _full_name(claims: dict[str, Any], names: ClaimNames) -> str:
    value = claims.get(names.full_name)
    return unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else ""


def _birth_date(claims: dict[str, Any], names: ClaimNames) -> date | None:
    """Only a full ISO date counts; OpenID allows the year alone, or a year of 0000."""
    value = claims.get(names.birth_date)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _level(claims: dict[str, Any], names: ClaimNames) -> int:
    """1 unless level 2 is said, as a number ("2") or as an assurance class ("loa2")."""
    return 2 if str(claims.get(names.identity_level)).lower() in {"2", "loa2"} else 1
