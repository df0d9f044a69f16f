"""Our side of VNeID's dialect and the sandbox's, with everything the sandbox can do wrong."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from structlog.testing import capture_logs

from auth.eid.callback import Callback, read_callback
from auth.eid.dialects import open_provider
from auth.eid.oidc import OidcProvider
from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity
from auth.eid.vneid import VneidProvider
from auth.settings import AuthSettings
from kernel.clock import SettableClock
from kernel.configuration.settings import Environment
from kernel.errors import DomainError
from tests.unit.sandbox.support import Caller, running

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
REDIRECT = "https://app.motcua.example/eid/callback"
KEPT = CodeExchange(REDIRECT, "nonce-thu", "v" * 43)
LIES = [
    *(f"{how}_{where}" for how in ("wrong_key", "half", "spoilt") for where in ("code", "token", "userinfo")),
    "swapped_pid",
    "shut_out",
]


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


def provider_of(origin: str, **said: str) -> VneidProvider | OidcProvider:
    values = {"MOTCUA_EID_DIALECT": "vneid", "MOTCUA_EID_ISSUER": f"{origin}/vneid", **said}
    env = Environment(values)
    settings = AuthSettings.read(env)
    env.finish()
    return open_provider(settings.eid, SettableClock(NOW))


@pytest.fixture
def eid(origin: str) -> Iterator[VneidProvider]:
    """What the environment of a development system gives, but for the port."""
    provider = provider_of(origin)
    assert isinstance(provider, VneidProvider)
    yield provider
    provider.close()


def visit(call: Caller, eid: VneidProvider | OidcProvider, login: str = "thu") -> str:
    """The raw query of the redirect."""
    url = urlsplit(eid.authorization_url(AuthorizationRequest(REDIRECT, "state-thu", "nonce-thu", "c" * 43)))
    answer = call("GET", f"{url.path}?{url.query}&login_hint={login}")
    assert answer.status == 303
    return answer.headers["Location"].partition("?")[2]


def hand_over(eid: VneidProvider | OidcProvider, back: Callback) -> EidIdentity:
    return eid.exchange(back.code, KEPT, issuer=back.issuer, encrypt_key=back.encrypt_key)


def log_in(call: Caller, eid: VneidProvider | OidcProvider, login: str = "thu") -> EidIdentity:
    return hand_over(eid, read_callback(visit(call, eid, login)))


def test_the_browser_is_sent_with_what_the_dialect_knows(eid: VneidProvider, origin: str) -> None:
    url = eid.authorization_url(AuthorizationRequest(REDIRECT, "state-thu", "nonce-thu", "c" * 43))
    assert url.startswith(f"{origin}/vneid/authorize?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "response_type": "code",
        "client_id": "sandbox-motcua",
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "state": "state-thu",
    }


@pytest.mark.parametrize(("login", "level"), [("thu", 2), ("gia", 1)])
def test_a_citizen_logs_in_and_every_plus_comes_through(
    call: Caller, eid: VneidProvider, login: str, level: int
) -> None:
    query = visit(call, eid, login)
    back = read_callback(query)
    assert "+" in back.code
    assert "+" in (back.encrypt_key or "")
    assert "%2B" not in query
    found = hand_over(eid, back)
    assert (found.full_name, found.level) == (("NGUYỄN VĂN THỬ", 2), ("LÊ VĂN GIẢ", 1))[2 - level]
    assert (found.subject == found.identity_number, found.issuer) == (True, f"{call.origin}/vneid")
    assert found.birth_date in {date(1990, 9, 2), date(2005, 3, 8)}
    assert found.authenticated_at == NOW


@pytest.mark.parametrize(
    ("login", "tax_code"), [("tochuc", "4009000021"), ("congty", "4009000022")], ids=["hotel", "company"]
)
def test_an_organisation_logs_in_with_its_own_account(
    call: Caller, eid: VneidProvider, login: str, tax_code: str
) -> None:
    found = log_in(call, eid, login)
    assert found.organisation is not None
    assert (found.organisation.number, found.identity_number) == (tax_code, None)
    assert found.organisation.name
    assert log_in(call, eid).organisation is None


def test_a_form_parser_would_have_broken_the_code(call: Caller, eid: VneidProvider) -> None:
    back = {name: values[0] for name, values in parse_qs(visit(call, eid)).items()}
    with pytest.raises(DomainError) as raised:
        eid.exchange(back["code"], KEPT, encrypt_key=back["encrypt_key"])
    assert raised.value.code == "login_failed"


@pytest.mark.parametrize("mode", LIES)
def test_every_fault_is_refused_alike_and_the_next_log_in_works(call: Caller, eid: VneidProvider, mode: str) -> None:
    call.control("POST", "/vneid/faults", {"mode": mode, "count": 1})
    with pytest.raises(DomainError) as raised:
        log_in(call, eid)
    assert (raised.value.code, raised.value.params) == ("login_failed", {})
    assert log_in(call, eid).identity_number == "049090000001"


def test_answers_that_are_not_sealed_are_understood(call: Caller, eid: VneidProvider) -> None:
    for where in ("code", "token", "userinfo"):
        call.control("POST", "/vneid/faults", {"mode": f"plain_{where}"})
    assert log_in(call, eid).identity_number == "049090000001"


@pytest.mark.parametrize("mode", ["wrong_key_code", "spoilt_code", "half_code"])
def test_the_provider_is_asked_also_when_the_code_cannot_be_opened(call: Caller, eid: VneidProvider, mode: str) -> None:
    call.control("POST", "/vneid/faults", {"mode": mode, "count": 1})
    with capture_logs() as logs, pytest.raises(DomainError):
        log_in(call, eid)
    assert call.twin("vneid")["counts"]["invalid_grant"] == 1
    assert logs[-1]["reason"] == "status_400"


def test_a_code_works_once(call: Caller, eid: VneidProvider) -> None:
    back = read_callback(visit(call, eid))
    hand_over(eid, back)
    with pytest.raises(DomainError) as raised:
        hand_over(eid, back)
    assert raised.value.code == "login_failed"


def test_a_code_of_another_redirect_is_worth_nothing(call: Caller, eid: VneidProvider) -> None:
    back = read_callback(visit(call, eid))
    other = CodeExchange("https://app.motcua.example/khac", "nonce-thu", "v" * 43)
    with pytest.raises(DomainError) as raised:
        eid.exchange(back.code, other, encrypt_key=back.encrypt_key)
    assert raised.value.code == "login_failed"


def test_a_provider_that_knows_us_not_is_not_reported_as_away(call: Caller, origin: str) -> None:
    stranger = provider_of(origin, MOTCUA_EID_CLIENT_SECRET="bí mật khác")
    with pytest.raises(DomainError) as raised:
        log_in(call, stranger)
    assert raised.value.code == "login_failed"
    stranger.close()


@pytest.mark.parametrize("op", ["token", "userinfo"])
@pytest.mark.parametrize("fault", [{"mode": "status", "status": 503}, {"mode": "half"}, {"mode": "reset"}])
def test_a_provider_in_trouble_is_unavailable_and_recovers(
    call: Caller, eid: VneidProvider, op: str, fault: dict[str, object]
) -> None:
    call.control("POST", "/vneid/faults", {**fault, "op": op, "count": 1})
    with pytest.raises(DomainError) as raised:
        log_in(call, eid)
    assert raised.value.code == "eid_unavailable"
    assert log_in(call, eid).level == 2


def test_a_key_of_ones_own(call: Caller, origin: str) -> None:
    key = generate_private_key(public_exponent=65537, key_size=3072)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    ours = provider_of(origin, MOTCUA_EID_PRIVATE_KEY=pem.replace("\n", "\\n"))
    call.control("PATCH", "/vneid/settings", {"public_key": public})
    assert log_in(call, ours).level == 2
    ours.close()


def test_nothing_of_an_exchange_is_logged(call: Caller, eid: VneidProvider) -> None:
    call.control("POST", "/vneid/faults", {"mode": "spoilt_userinfo", "count": 1})
    back = read_callback(visit(call, eid))
    with capture_logs() as logs, pytest.raises(DomainError):
        hand_over(eid, back)
    text = repr(logs)
    assert logs[-1]["reason"] == "envelope"
    for secret in (back.code, str(back.encrypt_key), "049090000001", "sandbox-eid-client-secret"):
        assert secret not in text
