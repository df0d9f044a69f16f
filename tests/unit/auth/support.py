"""A scripted OpenID provider over real HTTP, and what a log-in with it needs."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from structlog.testing import capture_logs

from auth.eid.oidc import OidcProvider
from auth.eid.port import AuthorizationRequest, CodeExchange
from auth.settings import ClaimNames, EidSettings
from kernel.clock import SettableClock
from kernel.errors import DomainError

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
CLIENT_ID = "motcua thử:1"
CLIENT_SECRET = "bí mật/+thử"
REQUEST = AuthorizationRequest("https://app.motcua.example/eid/callback", "state-thu", "nonce-thu", "c" * 43)
KEPT = CodeExchange("https://app.motcua.example/eid/callback", "nonce-thu", "v" * 43)
ACCESS_TOKEN = "access-token-thu"
CLAIMS = {"name": "Nguyễn Văn Thử", "birthdate": "1990-09-02", "citizen_pid": "049090000001", "identity_level": 2}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Answer = tuple[int, dict[str, str], bytes]

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it must be refused
KEYS: dict[str, PrivateKey] = {
    "RS256": RSA,
    "PS256": RSA,
    "PS384": RSA,
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def jwk(key: PrivateKey, kid: str | None, **members: str) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    named = {} if kid is None else {"kid": kid}
    return {name: value for name, value in public.items() if name != "key_ops"} | named | members


def half_hash(text: str, name: str = "sha256") -> str:
    digest = hashlib.new(name, text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def json_answer(document: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Script:
    """Everything the provider says; a test changes what it wants to see refused."""

    alg: str = "RS256"
    key: PrivateKey | None = None
    kid: str | None = "k1"
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    id_claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: dict(CLAIMS))
    keys: list[dict[str, Any]] | None = None
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)


class ScriptedProvider:
    """The provider; `asked` is what it was asked, in order."""

    def __init__(self) -> None:
        self.script = Script()
        self.asked: list[Asked] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                provider.serve(self)

            def do_POST(self) -> None:
                provider.serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}/op/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)

    def count(self, name: str) -> int:
        return sum(1 for asked in self.asked if asked.path.endswith(name))

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        self.asked.append(Asked(handler.command, handler.path, dict(handler.headers), dict(parse_qsl(raw.decode()))))
        name = handler.path.rpartition("/")[2]
        status, headers, body = self.script.answers.get(name, lambda: json_answer(self._document(name)))()
        handler.send_response(status)
        for header, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(header, value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            # The caller gave up, which is what the test is about.
            handler.close_connection = True

    def _document(self, name: str) -> dict[str, Any]:
        script = self.script
        if name == "openid-configuration":
            base = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}authorize?tenant=thu",
                "token_endpoint": f"{self.issuer}token",
                "userinfo_endpoint": f"{self.issuer}userinfo",
                "jwks_uri": f"{self.issuer}jwks",
                "id_token_signing_alg_values_supported": ["none", "HS256", *KEYS],
            }
            return _present({**base, **script.metadata})
        if name == "jwks":
            return {"keys": [jwk(self._key(), script.kid)] if script.keys is None else script.keys}
        if name == "userinfo":
            return _present({"sub": "chu-the-1", **script.userinfo})
        token = {"access_token": ACCESS_TOKEN, "token_type": "bearer", "id_token": self.id_token()}
        return _present({**token, **script.token})

    def id_token(self) -> str:
        now = int(NOW.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": "chu-the-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": KEPT.nonce,
            **self.script.id_claims,
        }
        header = {"kid": self.script.kid, **self.script.header}
        return jwt.encode(_present(claims), self._key(), algorithm=self.script.alg, headers=_present(header))

    def _key(self) -> PrivateKey:
        return self.script.key or KEYS[self.script.alg]


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def eid_settings(issuer: str, **changes: Any) -> EidSettings:
    known: dict[str, Any] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": (KEPT.redirect_uri,),
        "scope": "openid profile",
        "claims": ClaimNames(("citizen_pid", "sub"), "name", "birthdate", "identity_level"),
        "timeout_s": 5.0,
    }
    return EidSettings(**{**known, **changes})


def client_of(issuer: str, **changes: Any) -> OidcProvider:
    return OidcProvider(eid_settings(issuer, **changes), SettableClock(NOW))


def refusal(eid: OidcProvider, *, issuer: str | None = None) -> tuple[str, str]:
    """The public code, and the reason in the log."""
    with capture_logs() as logs, pytest.raises(DomainError) as raised:
        eid.exchange("code-thu", KEPT, issuer=issuer)
    return raised.value.code, str(logs[-1]["reason"])
