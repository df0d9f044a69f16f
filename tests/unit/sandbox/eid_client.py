"""A relying party as strict as the standard asks, for the provider's tests."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.unit.sandbox.support import SETTINGS, Answer, Caller, basic

CLIENT, SECRET = SETTINGS.eid_client_id, SETTINGS.eid_client_secret
REDIRECT = "http://127.0.0.1:8000/v1/dang-nhap/tro-ve"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASK = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": REDIRECT,
    "scope": "openid",
    "state": "trang-thai-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class RelyingParty:
    """`ask` are the authorization request's parameters; `call` reaches the provider."""

    call: Caller
    ask: dict[str, str] = field(default_factory=lambda: dict(ASK))

    @property
    def issuer(self) -> str:
        return f"{self.call.origin}/eid"

    def authorize(self, **changes: str | None) -> Answer:
        given = {**self.ask, **changes}
        return self.call(
            "GET", "/eid/authorize?" + urlencode({key: value for key, value in given.items() if value is not None})
        )

    def login(self, person: str = "thu", /, **changes: str | None) -> dict[str, str]:
        """What came back to the redirect address."""
        return returned(self.authorize(login_hint=person, **changes))

    def exchange(self, issued: str, /, **changes: str | None) -> Answer:
        """The token request with client_secret_basic; a change to None leaves the field out."""
        form = {
            "grant_type": "authorization_code",
            "code": issued,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.call(
            "POST",
            "/eid/token",
            form={key: value for key, value in form.items() if value is not None},
            headers=basic(CLIENT, SECRET),
        )

    def tokens(self, person: str = "thu") -> Any:
        answer = self.exchange(self.login(person)["code"])
        assert answer.status == 200, answer.text
        return answer.json()

    def userinfo(self, access_token: str, method: str = "GET") -> Answer:
        return self.call(method, "/eid/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def verify(self, id_token: str, nonce: str = "nonce-1") -> dict[str, Any]:
        """The claims, or the library's error; a wrong or missing nonce is an InvalidTokenError too."""
        header = jwt.get_unverified_header(id_token)
        keys = jwt.PyJWKSet.from_dict(self.call("GET", "/eid/jwks").json())
        key = next((key for key in keys.keys if key.key_id == header.get("kid")), None)
        if key is None:
            raise jwt.InvalidKeyError("unknown kid")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key.key,
            algorithms=["RS256", "ES256"],
            audience=CLIENT,
            issuer=self.issuer,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        if claims.get("nonce") != nonce:
            raise jwt.InvalidTokenError("nonce")
        return claims


def returned(answer: Answer) -> dict[str, str]:
    assert answer.status == 303, answer.text
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == REDIRECT
    return {key: values[0] for key, values in parse_qs(address.query, strict_parsing=True).items()}
