"""OpenID provider under `/eid`: discovery, authorize, token, userinfo, JWKS; and the ways it can lie."""

import base64
import hmac
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import unquote_plus

from aiohttp import web

from sandbox.citizen_app import for_browser
from sandbox.eid import authorize, page, people
from sandbox.eid.authorize import Ask
from sandbox.eid.grants import Grant, Grants, proves
from sandbox.eid.keys import ALGORITHMS, CLAIM_LIES, SIGNATURE_LIES, Algorithm, KeyRing
from sandbox.eid.people import Person
from sandbox.world import Op, Twin, World, json_object, pairs_of, query

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REDIRECT_LIES = frozenset({"wrong_state", "wrong_iss_param", "no_iss_param"})


class EidProvider(Twin):
    """One provider, one registered client, the people of `people.json`."""

    name: ClassVar[str] = "eid"
    modes: ClassVar[frozenset[str]] = (
        frozenset(CLAIM_LIES) | SIGNATURE_LIES | _REDIRECT_LIES | {"replay_code", "swapped_sub", "no_id_token"}
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.issuer = f"{world.origin}/{self.name}"
        self.people = people.load()
        self.keys = KeyRing()
        self.grants = Grants()
        self._restart()

    def _restart(self) -> None:
        self.grants.clear()
        self.counts: Counter[str] = Counter()
        self.algorithm: Algorithm = "RS256"
        self.code_life_s = 60
        self.token_life_s = 300

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "/.well-known/openid-configuration", "discovery", self.discovery),
            Op("GET", "/jwks", "jwks", self.jwks),
            Op("GET", "/people", "people", self.meet),
            Op("GET", "/authorize", "authorize", self.authorize),
            Op("POST", "/authorize", "authorize", self.choose),
            Op("POST", "/token", "token", self.token),
            Op("GET", "/userinfo", "userinfo", self.userinfo),
            Op("POST", "/userinfo", "userinfo", self.userinfo),
        )

    def controls(self) -> Sequence[Op]:
        return (
            Op("GET", "/people", "people", self.show_people),
            Op("PATCH", "/settings", "settings", self.turn),
            Op("POST", "/keys/rotate", "rotate", self.rotate),
        )

    def reset(self) -> None:
        super().reset()
        self._restart()

    def state(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "settings": self._settings(),
            "kids": [key["kid"] for key in self.keys.jwks()["keys"]],
            "signing_kid": self.keys.kid(self.algorithm),
            "counts": dict(self.counts),
            "codes": len(self.grants),
        }

    def failure(self, status: int) -> web.Response:
        error = "temporarily_unavailable" if status in (429, 503) else "server_error"
        return web.json_response({"error": error}, status=status, headers=_NO_STORE)

    async def discovery(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "scopes_supported": list(authorize.SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": list(ALGORITHMS),
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "acr_values_supported": ["loa1", "loa2"],
                "claims_supported": [
                    "sub", "name", "birthdate", "citizen_pid", "identity_level", "auth_time", "acr", "nonce",
                ],
            }
        )  # fmt: skip

    async def jwks(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.keys.jwks(), headers={"Cache-Control": "public, max-age=60"})

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """The log-in page; with a `login_hint` that names a person, straight back with a code."""
        given = query(request)
        ask = self._asked(given)
        if isinstance(ask, web.Response):
            return ask
        hint = given.get("login_hint")
        person = self._person(hint)
        if person is not None:
            return self._let_in(ask, person)
        if given.get("prompt") == "none":
            return self._turn_back(ask, "login_required", "nobody is logged in here")
        notice = None if hint is None else "Không có ai mang tên đăng nhập đó; hãy chọn một người dưới đây."
        return page.choose(list(self.people.values()), ask.given, notice)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """The page's form: the request's parameters again, with `person` (a login or a sub)."""
        return for_browser(self.world.origin, self._chosen(dict(pairs_of(await request.read()))))

    async def meet(self, _request: web.Request) -> web.StreamResponse:
        """Who can log in, for a reader."""
        return page.show(list(self.people.values()))

    def _chosen(self, given: dict[str, str]) -> web.Response:
        ask = self._asked(given)
        if isinstance(ask, web.Response):
            return ask
        person = self._person(given.get("person"))
        if person is None:
            return self._turn_back(ask, "access_denied", "nobody was chosen")
        return self._let_in(ask, person)

    def _asked(self, given: dict[str, str]) -> Ask | web.Response:
        ask = authorize.read(given, self.world.settings.eid_client_id)
        if isinstance(ask, str):
            return page.refuse(ask)
        fault = authorize.fault_of(ask)
        return ask if fault is None else self._turn_back(ask, *fault)

    def _person(self, handle: str | None) -> Person | None:
        if handle is None:
            return None
        return self.people.get(handle) or next((one for one in self.people.values() if one.sub == handle), None)

    def _let_in(self, ask: Ask, person: Person) -> web.Response:
        now = self.world.now()
        grant = Grant(
            person=person,
            client_id=ask.client_id,
            redirect_uri=ask.redirect_uri,
            challenge=ask.challenge,
            nonce=ask.nonce,
            scope=ask.scope,
            at=int(now),
            expires=now + self.code_life_s,
        )
        self.counts["logins"] += 1
        answer = {"code": self.grants.issue(grant, now)}
        if self.faults.take("wrong_state"):
            answer["state"] = "khong-phai-state-da-gui"
        issuer: str | None = self.issuer
        if self.faults.take("wrong_iss_param"):
            issuer = "https://eid-khac.example"
        elif self.faults.take("no_iss_param"):
            issuer = None
        return _see(ask.back(issuer, **answer))

    def _turn_back(self, ask: Ask, error: str, description: str) -> web.Response:
        return _see(ask.back(self.issuer, error=error, error_description=description))

    async def token(self, request: web.Request) -> web.StreamResponse:
        given = dict(pairs_of(await request.read()))
        denied = self._client_fault(request, given)
        if denied is not None:
            return denied
        if given.get("grant_type") != "authorization_code":
            return self._no_token("unsupported_grant_type", "only authorization_code")
        now = self.world.now()
        replay = self.faults.take("replay_code")
        grant = self.grants.redeem(given.get("code", ""), now, again=replay)
        if grant is None or given.get("redirect_uri") != grant.redirect_uri:
            return self._no_token("invalid_grant", "the code is unknown, used, expired or was issued elsewhere")
        if not proves(given.get("code_verifier", ""), grant.challenge):
            return self._no_token("invalid_grant", "the code verifier does not match")
        self.counts["tokens"] += 1
        answer: dict[str, object] = {
            "access_token": self.grants.token(grant, now, self.token_life_s),
            "token_type": "Bearer",
            "expires_in": self.token_life_s,
            "scope": " ".join(name for name in authorize.SCOPES if name in grant.scope.split()),
        }
        if not self.faults.take("no_id_token"):
            answer["id_token"] = self._id_token(grant, int(now))
        return web.json_response(answer, headers=_NO_STORE)

    def _client_fault(self, request: web.Request, given: dict[str, str]) -> web.Response | None:
        """Exactly one of client_secret_basic and client_secret_post (RFC 6749, 2.3.1)."""
        header = request.headers.get("Authorization")
        if header is not None and "client_secret" in given:
            return self._no_token("invalid_request", "one way to authenticate, not two")
        posted = given.get("client_id", ""), given.get("client_secret", "")
        name, secret = posted if header is None else _basic(header)
        settings = self.world.settings
        right = hmac.compare_digest(secret.encode(), settings.eid_client_secret.encode())
        if right and name == settings.eid_client_id:
            return None
        challenge = {**_NO_STORE, "WWW-Authenticate": 'Basic realm="eid"'}
        return web.json_response({"error": "invalid_client"}, status=401, headers=challenge)

    def _no_token(self, error: str, description: str) -> web.Response:
        self.counts[error] += 1
        document = {"error": error, "error_description": description}
        return web.json_response(document, status=400, headers=_NO_STORE)

    def _id_token(self, grant: Grant, now: int) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": grant.person.sub,
            "aud": grant.client_id,
            "iat": now,
            "exp": now + self.token_life_s,
            "auth_time": grant.at,
            "acr": f"loa{grant.person.identity_level}",
            **grant.person.claims(),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        for lie, told in CLAIM_LIES.items():
            if self.faults.take(lie):
                claims = told(claims)
        lie_in_signature = next((lie for lie in sorted(SIGNATURE_LIES) if self.faults.take(lie)), None)
        return self.keys.sign(self.algorithm, claims, lie_in_signature)

    async def userinfo(self, request: web.Request) -> web.StreamResponse:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self.grants.holder(token.strip(), self.world.now()) if kind.lower() == "bearer" else None
        if grant is None:
            challenge = 'Bearer realm="eid"' + (', error="invalid_token"' if token else "")
            return web.json_response({"error": "invalid_token"}, status=401, headers={"WWW-Authenticate": challenge})
        person = grant.person
        if self.faults.take("swapped_sub"):
            person = next(other for other in self.people.values() if other is not person)
        return web.json_response({"sub": person.sub, **person.claims()}, headers=_NO_STORE)

    async def show_people(self, _request: web.Request) -> web.StreamResponse:
        people_shown = [
            {"login": person.login, "sub": person.sub, "role": person.role, **person.claims()}
            for person in self.people.values()
            if not person.tax_code
        ]
        return web.json_response({"people": people_shown})

    def _settings(self) -> dict[str, object]:
        return {"algorithm": self.algorithm, "code_life_s": self.code_life_s, "token_life_s": self.token_life_s}

    async def turn(self, request: web.Request) -> web.StreamResponse:
        """{"algorithm": "RS256"|"ES256", "code_life_s": n, "token_life_s": n}, each optional."""
        given = {**self._settings(), **await json_object(request)}
        lives = [given["code_life_s"], given["token_life_s"]]
        fit = all(isinstance(life, int) and not isinstance(life, bool) and 0 <= life <= 86_400 for life in lives)
        if set(given) != set(self._settings()) or given["algorithm"] not in ALGORITHMS or not fit:
            return web.json_response({"error": "algorithm, code_life_s, token_life_s"}, status=400)
        self.algorithm, (self.code_life_s, self.token_life_s) = given["algorithm"], lives
        return web.json_response(self._settings())

    async def rotate(self, request: web.Request) -> web.StreamResponse:
        """{"drop_old": true} takes the old keys out of the JWKS at once."""
        self.keys.rotate(drop_old=(await json_object(request)).get("drop_old") is True)
        return web.json_response({"kids": self.state()["kids"], "signing_kid": self.keys.kid(self.algorithm)})


def _see(address: str) -> web.Response:
    # Written as a plain header: the redirect address must reach the caller byte for byte.
    return web.Response(status=303, headers={"Location": address, **_NO_STORE})


def _basic(header: str) -> tuple[str, str]:
    kind, _, value = header.partition(" ")
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if kind.lower() == "basic" else ("", "")
