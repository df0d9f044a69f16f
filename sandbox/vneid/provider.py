"""VNeID's protocol under `/vneid`: authorize, token, userinfo, each answer sealed; and the ways it can go wrong.

After a public description (ospgroupvn/vneid-keycloak-extensions, MIT); the paths are ours.
"""

import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from aiohttp import web

from sandbox.citizen_app import for_browser
from sandbox.eid import page, people
from sandbox.eid.authorize import redirect_allowed
from sandbox.eid.grants import Grant, Grants
from sandbox.eid.people import Person
from sandbox.vneid.sealing import Seal, spoilt
from sandbox.world import Op, Twin, World, json_object, pairs_of, query

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state")
_WHERE = ("code", "token", "userinfo")


class VneidProvider(Twin):
    """One provider, one registered client, the people of `people.json`.

    Modes with a place (`wrong_key_token`): sealed for another key, half an envelope, not sealed at all, spoilt data.
    """

    name: ClassVar[str] = "vneid"
    modes: ClassVar[frozenset[str]] = frozenset(
        {f"{how}_{where}" for how in ("wrong_key", "half", "plain", "spoilt") for where in _WHERE}
        | {"wrong_state", "replay_code", "swapped_pid", "shut_out"}
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.people = people.load()
        self.grants = Grants()
        self.seal = Seal()
        self._restart()

    def _restart(self) -> None:
        self.grants.clear()
        self.seal.registered()
        self.counts: Counter[str] = Counter()
        self.code_life_s = 15
        self.token_life_s = 300

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "/authorize", "authorize", self.authorize),
            Op("POST", "/authorize", "authorize", self.choose),
            Op("POST", "/token", "token", self.token),
            Op("GET", "/userinfo", "userinfo", self.userinfo),
        )

    def controls(self) -> Sequence[Op]:
        return (Op("PATCH", "/settings", "settings", self.turn),)

    def reset(self) -> None:
        super().reset()
        self._restart()

    def state(self) -> dict[str, Any]:
        lives = {"code_life_s": self.code_life_s, "token_life_s": self.token_life_s}
        return {"settings": lives, "counts": dict(self.counts), "codes": len(self.grants)}

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """The log-in page; with a `login_hint` that names a person, straight back with a code."""
        given = query(request)
        refused = self._refusal(given)
        if refused is not None:
            return page.refuse(refused)
        person = self.people.get(given.get("login_hint", ""))
        if person is not None:
            return self._let_in(given, person)
        return page.choose(list(self.people.values()), {name: given[name] for name in _ASKED if name in given}, None)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """The page's form: the request's parameters again, with `person`."""
        given = dict(pairs_of(await request.read()))
        person = self.people.get(given.get("person", ""))
        refused = self._refusal(given)
        if refused is not None or person is None:
            return page.refuse(refused or "không có ai được chọn")
        return for_browser(self.world.origin, self._let_in(given, person))

    def _refusal(self, given: dict[str, str]) -> str | None:
        if given.get("client_id") != self.world.settings.eid_client_id:
            return "client_id không được đăng ký"
        if not redirect_allowed(given.get("redirect_uri", "")):
            return "redirect_uri không được đăng ký"
        if given.get("response_type") != "code" or given.get("scope") != "openid" or not given.get("state"):
            return "cần response_type=code, scope=openid và state"
        return None

    def _let_in(self, given: dict[str, str], person: Person) -> web.Response:
        now = self.world.now()
        uri = given["redirect_uri"]
        grant = Grant(person, given["client_id"], uri, "", None, "openid", int(now), now + self.code_life_s)
        self.counts["logins"] += 1
        code = self.grants.issue(grant, now)
        state = "khong-phai-state-da-gui" if self.faults.take("wrong_state") else given["state"]
        carried = f"state={quote(state, safe='')}&" + self._code(code)
        # Written as it is: the provider does not encode the plus signs of base64, and that must be seen here.
        address = uri + ("&" if urlsplit(uri).query else "?") + carried
        return web.Response(status=303, headers={"Location": address, **_NO_STORE})

    def _code(self, code: str) -> str:
        if self.faults.take("plain_code"):
            return f"code={code}"
        data, key = self.seal.text(code, wrong_key=self.faults.take("wrong_key_code"))
        if self.faults.take("spoilt_code"):
            data = spoilt(data)
        return f"code={data}" if self.faults.take("half_code") else f"code={data}&encrypt_key={key}"

    async def token(self, request: web.Request) -> web.StreamResponse:
        given = dict(pairs_of(await request.read()))
        if self.faults.take("shut_out"):
            return self.failure(401)
        settings = self.world.settings
        right = hmac.compare_digest(given.get("client_secret", "").encode(), settings.eid_client_secret.encode())
        if not right or given.get("client_id") != settings.eid_client_id:
            return self._no_token("invalid_client", 401)
        if given.get("grant_type") != "authorization_code":
            return self._no_token("unsupported_grant_type")
        now = self.world.now()
        grant = self.grants.redeem(given.get("code", ""), now, again=self.faults.take("replay_code"))
        if grant is None or given.get("redirect_uri") != grant.redirect_uri:
            return self._no_token("invalid_grant")
        self.counts["tokens"] += 1
        answer: dict[str, object] = {"token_type": "Bearer", "expires_in": self.token_life_s}
        if self.faults.take("swapped_pid"):
            other = next(one for one in self.people.values() if one is not grant.person)
            answer["citizenPid"] = grant.person.citizen_pid
            grant = replace(grant, person=other)
        return self._answer("token", {**answer, "access_token": self.grants.token(grant, now, self.token_life_s)})

    def _no_token(self, error: str, status: int = 400) -> web.Response:
        self.counts[error] += 1
        return web.json_response({"error": error}, status=status, headers=_NO_STORE)

    async def userinfo(self, request: web.Request) -> web.StreamResponse:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self.grants.holder(token.strip(), self.world.now()) if kind.lower() == "bearer" else None
        if grant is None or self.faults.take("shut_out"):
            return self.failure(401)
        return self._answer("userinfo", claims(grant.person))

    def _answer(self, where: str, document: dict[str, object]) -> web.Response:
        if not self.faults.take(f"plain_{where}"):
            document = self.seal.document(document, wrong_key=self.faults.take(f"wrong_key_{where}"))
            if self.faults.take(f"half_{where}"):
                del document["key"]
            if self.faults.take(f"spoilt_{where}"):
                document["data"] = spoilt(str(document["data"]))
        return web.json_response(document, headers=_NO_STORE)

    async def turn(self, request: web.Request) -> web.StreamResponse:
        """{"public_key": PEM, "code_life_s": n, "token_life_s": n}, each optional."""
        given = await json_object(request)
        lives = {name: given.get(name, getattr(self, name)) for name in ("code_life_s", "token_life_s")}
        if not all(isinstance(life, int) and 0 <= life <= 86_400 for life in lives.values()):
            return web.json_response({"error": "code_life_s, token_life_s: seconds"}, status=400)
        try:
            if "public_key" in given:
                self.seal.register(str(given["public_key"]))
        except ValueError:
            return web.json_response({"error": "public_key: the PEM of an RSA key"}, status=400)
        self.code_life_s, self.token_life_s = lives["code_life_s"], lives["token_life_s"]
        return web.json_response(self.state()["settings"])


def claims(person: Person) -> dict[str, object]:
    """What the provider says of a person, all of it text."""
    if person.tax_code:
        return {"fullName": person.name.upper(), "accountType": "2", "taxCode": person.tax_code, "accountLevel": "2"}
    born = date.fromisoformat(person.birthdate)
    return {
        "citizenPid": person.citizen_pid,
        "fullName": person.name.upper(),
        "birthDate": f"{born:%d/%m/%Y}",
        "accountType": "1",
        "accountLevel": str(person.identity_level),
    }
