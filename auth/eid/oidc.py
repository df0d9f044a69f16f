"""The OpenID Connect dialect of the eID port: authorization code with PKCE, for any certified provider.

Follows OpenID Connect Core 1.0, RFC 9700 (current security practice) and RFC 9207 (issuer in the callback).
"""

import base64
import hmac
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from auth.eid import id_token, pkce
from auth.eid.claims import (
    LONGEST_SUBJECT,
    birth_date,
    birth_part,
    full_name,
    identity_number,
    level,
    organisation_number,
    reconciled,
    required_text,
    required_token,
)
from auth.eid.discovery import SIGNATURES, Discovery, ProviderMetadata
from auth.eid.http import EidRefused, EidUnreachable, JsonClient
from auth.eid.keys import ProviderKeys
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity, EidOrganisation
from auth.eid.refusals import admitted, exchange_errors, unavailable
from auth.settings import EidSettings
from kernel.clock import Clock, local


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

    def admitted(self) -> AbstractContextManager[None]:
        return admitted(self._client)

    def authorization_url(self, request: AuthorizationRequest) -> str:
        try:
            endpoint = self._discovery.metadata().authorization_endpoint
        except (EidRefused, EidUnreachable) as error:
            raise unavailable(error) from None
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": request.redirect_uri,
            "scope": self._settings.scope,
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "code_challenge_method": pkce.METHOD,
            # Both say "ask again"; with max_age the provider must also say when it did (OpenID Connect Core §2).
            **({"prompt": "login", "max_age": "0"} if request.step_up else {}),
        }
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query, quote_via=quote)

    def exchange(
        self, code: str, kept: CodeExchange, *, issuer: str | None = None, encrypt_key: str | None = None
    ) -> EidIdentity:
        del encrypt_key  # Nothing is sealed in this dialect.
        with exchange_errors(), self._client.login():
            return self._exchange(code, kept, issuer)

    def _exchange(self, code: str, kept: CodeExchange, issuer: str | None) -> EidIdentity:
        metadata = self._discovery.metadata()
        if issuer != metadata.issuer and (metadata.sends_issuer or issuer is not None):
            raise EidRefused("callback_iss")
        answer = self._ask_token(metadata, code, kept)
        access_token, token = required_token(answer, "access_token"), required_text(answer, "id_token")
        if required_text(answer, "token_type").lower() != "bearer":
            raise EidRefused("token_type")
        signed = self._keys.verify(metadata.jwks_uri, token, metadata.signatures, "id_token")
        claims, now = signed.claims, self._clock.now()
        expected = id_token.Expected(metadata.issuer, self._settings.client_id, kept.nonce, access_token, now)
        id_token.check(claims, signed.key, expected)
        if kept.fresh_since is not None:
            id_token.check_fresh(claims, kept.fresh_since)
        since = "iat" if claims.get("auth_time") is None else "auth_time"
        names = self._settings.claims
        known = self._joined(claims, self._ask_userinfo(metadata, access_token, claims["sub"]))
        number = organisation_number(known, names.account_type, names.organisation_types, names.tax_code)
        name = full_name(known, names.full_name)
        today = local(now).date()
        return EidIdentity(
            issuer=metadata.issuer,
            subject=claims["sub"],
            identity_number=identity_number(known, names.identity_number, today) if number is None else None,
            full_name=name,
            birth_date=birth_date(known.get(names.birth_date)),
            birth_part=birth_part(known.get(names.birth_date)),
            level=level(known.get(names.identity_level)),
            authenticated_at=min(now, id_token.instant(claims, since)),
            organisation=None if number is None else EidOrganisation(number, name),
        )

    def _joined(self, signed: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        """What is known of the person: the signed id_token first, then what userinfo adds. Raises EidRefused."""
        names = self._settings.claims
        reconciled(signed, told, names.identity_number, lambda number: str(number).strip())
        for claim in (names.account_type, names.tax_code):
            reconciled(signed, told, (claim,), lambda said: str(said).strip())
        reconciled(signed, told, (names.birth_date,), birth_date)
        reconciled(signed, told, (names.identity_level,), level)
        return {**told, **{name: value for name, value in signed.items() if value is not None}}

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
        bearer = {"Authorization": f"Bearer {access_token}"}
        answer = self._client.get_signed(metadata.userinfo_endpoint, bearer)
        claims = answer if isinstance(answer, dict) else self._signed_userinfo(metadata, answer)
        if not hmac.compare_digest(required_text(claims, "sub", LONGEST_SUBJECT).encode(), subject.encode()):
            raise EidRefused("userinfo_sub")
        return claims

    def _signed_userinfo(self, metadata: ProviderMetadata, token: str) -> dict[str, Any]:
        """OpenID Connect Core 1.0 §5.3.2: issuer and audience should be there, and must be right where they are."""
        claims = self._keys.verify(metadata.jwks_uri, token, SIGNATURES, "userinfo").claims
        if claims.get("iss", metadata.issuer) != metadata.issuer:
            raise EidRefused("userinfo_iss")
        audience = claims.get("aud", self._settings.client_id)
        if self._settings.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise EidRefused("userinfo_aud")
        return claims
