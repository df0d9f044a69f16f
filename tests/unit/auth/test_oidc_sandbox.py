"""Our side of OpenID Connect and the sandbox's, with everything the sandbox can do wrong."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from auth.eid.oidc import OidcProvider
from auth.eid.pkce import code_challenge
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity, EidOrganisation
from auth.settings import AuthSettings
from kernel.clock import SystemClock
from kernel.configuration.settings import Environment
from kernel.errors import DomainError
from kernel.ids import new_token
from tests.unit.sandbox.support import Caller, running


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with running() as origin:
        yield origin


@pytest.fixture
def call(origin: str) -> Iterator[Caller]:
    caller = Caller(origin)
    caller.control("POST", "/reset")
    yield caller
    caller.control("POST", "/reset")


@pytest.fixture
def eid(origin: str) -> Iterator[OidcProvider]:
    """What the environment of a development system gives, but for the port."""
    settings = AuthSettings.read(Environment({"MOTCUA_EID_ISSUER": f"{origin}/eid"}))
    provider = OidcProvider(settings.eid, SystemClock())
    yield provider
    provider.close()


class Browser:
    """The system browser and the app around one log-in."""

    def __init__(self, call: Caller, eid: OidcProvider) -> None:
        self.call = call
        self.eid = eid
        self.kept = CodeExchange("https://app.motcua.example/eid/callback", new_token(), new_token(48))
        self.state = new_token()

    def visit(self, login: str = "thu") -> dict[str, str]:
        """What the callback is given."""
        request = AuthorizationRequest(
            self.kept.redirect_uri, self.state, self.kept.nonce, code_challenge(self.kept.verifier)
        )
        url = urlsplit(self.eid.authorization_url(request))
        answer = self.call("GET", f"{url.path}?{url.query}&login_hint={login}")
        assert answer.status == 303
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def log_in(self, login: str = "thu") -> EidIdentity:
        back = self.visit(login)
        assert back["state"] == self.state
        return self.eid.exchange(back["code"], self.kept, issuer=back.get("iss"))


@pytest.fixture
def browser(call: Caller, eid: OidcProvider) -> Browser:
    return Browser(call, eid)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_citizen_logs_in(browser: Browser, algorithm: str) -> None:
    browser.call.control("PATCH", "/eid/settings", {"algorithm": algorithm})
    found = browser.log_in("gia")
    assert (found.identity_number, found.full_name) == ("048205000001", "Lê Văn Giả")
    assert (found.birth_date, found.level) == (date(2005, 3, 8), 1)
    assert found.issuer == f"{browser.call.origin}/eid"


@pytest.mark.parametrize(
    ("login", "number", "name"),
    [
        ("tochuc", "4009000021", "Khách sạn Thử Nghiệm"),
        ("congty", "4009000022", "Công ty TNHH Ví Dụ Điện Bàn"),
    ],
)
def test_an_organisation_logs_in_with_its_own_account(browser: Browser, login: str, number: str, name: str) -> None:
    found = browser.log_in(login)
    assert (found.organisation, found.identity_number) == (EidOrganisation(number, name), None)
    assert browser.log_in("thu").organisation is None


@pytest.mark.parametrize(
    "mode",
    [
        "wrong_iss", "wrong_aud", "wrong_nonce", "no_nonce", "expired", "future", "alg_none", "alg_hs256",
        "bad_signature", "unknown_kid", "swapped_sub", "no_id_token", "wrong_iss_param", "no_iss_param",
    ],
)  # fmt: skip
def test_every_lie_is_seen_and_the_next_log_in_works(browser: Browser, mode: str) -> None:
    browser.call.control("POST", "/eid/faults", {"mode": mode, "count": 1})
    with pytest.raises(DomainError) as raised:
        browser.log_in()
    assert (raised.value.code, raised.value.params) == ("login_failed", {})
    assert browser.log_in().identity_number == "049090000001"


def test_a_code_works_once(browser: Browser) -> None:
    back = browser.visit()
    browser.eid.exchange(back["code"], browser.kept, issuer=back["iss"])
    with pytest.raises(DomainError) as raised:
        browser.eid.exchange(back["code"], browser.kept, issuer=back["iss"])
    assert raised.value.code == "login_failed"


def test_a_replayed_code_brings_another_nonce(browser: Browser) -> None:
    browser.call.control("POST", "/eid/faults", {"mode": "replay_code"})
    back = browser.visit()
    victim = CodeExchange(browser.kept.redirect_uri, new_token(), browser.kept.verifier)
    with pytest.raises(DomainError) as raised:
        browser.eid.exchange(back["code"], victim, issuer=back["iss"])
    assert raised.value.code == "login_failed"


def test_a_code_without_its_verifier_is_worth_nothing(browser: Browser) -> None:
    back = browser.visit()
    thief = CodeExchange(browser.kept.redirect_uri, browser.kept.nonce, new_token(48))
    with pytest.raises(DomainError) as raised:
        browser.eid.exchange(back["code"], thief, issuer=back["iss"])
    assert raised.value.code == "login_failed"


@pytest.mark.parametrize("drop_old", [True, False])
def test_rotated_keys_cost_no_log_in(browser: Browser, drop_old: bool) -> None:
    for _ in range(4):
        browser.log_in()
        browser.call.control("POST", "/eid/keys/rotate", {"drop_old": drop_old})
    assert browser.log_in().level == 2


@pytest.mark.parametrize("op", ["token", "jwks", "userinfo"])
@pytest.mark.parametrize("fault", [{"mode": "status", "status": 503}, {"mode": "half"}, {"mode": "reset"}])
def test_a_provider_in_trouble_is_unavailable_and_recovers(browser: Browser, op: str, fault: dict[str, object]) -> None:
    browser.call.control("POST", "/eid/faults", {**fault, "op": op, "count": 1})
    with pytest.raises(DomainError) as raised:
        browser.log_in()
    assert raised.value.code == "eid_unavailable"
    assert browser.log_in().level == 2
