"""The VNeID dialect of the eID port: an authorization code in an RSA and AES envelope, without id_token.

Written from a public description of the 2026 protocol (unconfirmed by the provider), so endpoints and key are settings.
There is neither nonce nor PKCE nor an id_token: what binds the redirect to the log-in is the state, used once, and the
secret that never left the app (docs/decisions/0015).
"""

from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote, urlencode

from auth.eid.claims import (
    birth_date,
    birth_part,
    full_name,
    identity_number,
    level,
    organisation_number,
    required_token,
)
from auth.eid.envelope import Envelopes
from auth.eid.http import EidRefused, JsonClient
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity, EidOrganisation
from auth.eid.refusals import admitted, exchange_errors
from auth.settings import EidSettings, VneidSettings
from kernel.clock import Clock, local
from kernel.ids import new_token


class VneidProvider:
    """One per process: keeps its connections. `close()` at the end."""

    def __init__(self, settings: EidSettings, vneid: VneidSettings, clock: Clock) -> None:
        self._settings = settings
        self._vneid = vneid
        self._clock = clock
        self._client = JsonClient(timeout_s=settings.timeout_s)
        self._envelopes = Envelopes(vneid.private_key)

    def close(self) -> None:
        self._client.close()

    def admitted(self) -> AbstractContextManager[None]:
        return admitted(self._client)

    def authorization_url(self, request: AuthorizationRequest) -> str:
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": request.redirect_uri,
            "scope": self._settings.scope,
            "state": request.state,
        }
        endpoint = self._vneid.authorization_url
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query, quote_via=quote)

    def exchange(
        self, code: str, kept: CodeExchange, *, issuer: str | None = None, encrypt_key: str | None = None
    ) -> EidIdentity:
        del issuer  # The dialect has none.
        with exchange_errors(), self._client.login():
            return self._exchange(code, kept, encrypt_key)

    def _exchange(self, code: str, kept: CodeExchange, encrypt_key: str | None) -> EidIdentity:
        token = self._ask_token(self._plain_code(code, encrypt_key), kept, encrypt_key)
        if str(token.get("token_type", "bearer")).lower() != "bearer":
            raise EidRefused("token_type")
        bearer = {"Authorization": f"Bearer {required_token(token, 'access_token')}"}
        claims = self._envelopes.document(self._client.get(self._vneid.userinfo_url, bearer))
        if token.get("citizenPid", claims.get("citizenPid")) != claims.get("citizenPid"):
            raise EidRefused("userinfo_pid")
        now = self._clock.now()
        names = self._settings.claims
        tax_code = organisation_number(claims, names.account_type, names.organisation_types, names.tax_code)
        number = identity_number(claims, ("citizenPid",), local(now).date()) if tax_code is None else None
        subject, name = tax_code or number, full_name(claims, "fullName")
        if subject is None:
            raise EidRefused("identity_number")
        return EidIdentity(
            issuer=self._settings.issuer,
            subject=subject,
            identity_number=number,
            full_name=name,
            birth_date=birth_date(claims.get("birthDate")),
            birth_part=birth_part(claims.get("birthDate")),
            level=level(claims.get("accountLevel")),
            # Not said by the provider; the code that proves it lives for seconds.
            authenticated_at=now,
            organisation=None if tax_code is None else EidOrganisation(tax_code, name),
        )

    def _plain_code(self, code: str, encrypt_key: str | None) -> str:
        """The code itself. One that cannot be opened is replaced by one that cannot be right.

        The provider is asked in both cases, so that no time of ours tells whether an envelope could be opened.
        """
        if encrypt_key is None:
            return code
        try:
            return self._envelopes.open(code, encrypt_key).decode("ascii")
        except (EidRefused, UnicodeDecodeError):
            return new_token()

    def _ask_token(self, code: str, kept: CodeExchange, encrypt_key: str | None) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "redirect_uri": kept.redirect_uri,
        }
        if encrypt_key is not None:
            fields["encrypt_key"] = encrypt_key
        return self._envelopes.document(self._client.post_form(self._vneid.token_url, fields, {}))
