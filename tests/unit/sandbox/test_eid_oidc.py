"""Logging in at the provider over HTTP, and everything it refuses."""

import re
from html import unescape
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.eid.authorize import redirect_allowed
from sandbox.world import Settings
from tests.unit.sandbox.eid_client import ASK, CLIENT, REDIRECT, SECRET, VERIFIER, RelyingParty, returned
from tests.unit.sandbox.support import Caller, basic, running


@pytest.fixture
def party(call: Caller) -> RelyingParty:
    return RelyingParty(call)


def test_discovery_tells_what_is_there(party: RelyingParty) -> None:
    document = party.call("GET", "/eid/.well-known/openid-configuration").json()
    assert document["issuer"] == party.issuer
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert document[name].startswith(party.issuer + "/")
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert {"RS256", "ES256"} == set(document["id_token_signing_alg_values_supported"])


def test_a_program_logs_in_without_reading_html(party: RelyingParty) -> None:
    back = party.login("thu")
    assert (back["state"], back["iss"]) == ("trang-thai-1", party.issuer)
    tokens = party.exchange(back["code"]).json()
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid")
    claims = party.verify(tokens["id_token"])
    assert {key: claims[key] for key in ("name", "birthdate", "citizen_pid", "identity_level", "acr")} == {
        "name": "Nguyễn Văn Thử",
        "birthdate": "1990-09-02",
        "citizen_pid": "049090000001",
        "identity_level": 2,
        "acr": "loa2",
    }
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    assert 0 <= claims["iat"] - claims["auth_time"] <= 60
    for method in ("GET", "POST"):
        info = party.userinfo(tokens["access_token"], method).json()
        assert info == {key: claims[key] for key in ("sub", "name", "birthdate", "citizen_pid", "identity_level")}


def test_the_other_algorithm(party: RelyingParty) -> None:
    party.call.control("PATCH", "/eid/settings", {"algorithm": "ES256"})
    assert party.verify(party.tokens("gia")["id_token"])["acr"] == "loa1"


def test_everybody_can_log_in_and_is_somebody_else(party: RelyingParty) -> None:
    people = party.call.control("GET", "/eid/people")["people"]
    claims = [party.verify(party.tokens(person["login"])["id_token"]) for person in people]
    assert [claim["citizen_pid"] for claim in claims] == [person["citizen_pid"] for person in people]
    assert (
        len({claim["sub"] for claim in claims}) == len({claim["citizen_pid"] for claim in claims}) == len(people) >= 10
    )
    assert {claim["identity_level"] for claim in claims} == {1, 2}
    for claim in claims:
        pid, (year, _, _) = claim["citizen_pid"], claim["birthdate"].split("-")
        assert re.fullmatch(r"\d{12}", pid)
        assert pid[4:6] == year[2:]
        assert int(pid[3]) // 2 == int(year[:2]) - 19


def test_a_person_chooses_on_the_page(party: RelyingParty) -> None:
    page = party.authorize()
    assert (page.status, page.headers.get_content_type()) == (200, "text/html")
    assert 'lang="vi"' in page.text
    for name in ("Nguyễn Văn Thử", "Võ Thị Tiếp", "Phan Thị Gò", "Bùi Thị Khách"):
        assert name in page.text
    assert "049090000001" not in page.text
    hidden = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)">', page.text)}
    person = re.search(r'<button name="person" value="([^"]+)"', page.text)
    assert person is not None
    form = {**{name: hidden[name] for name in ASK}, "person": person[1]}
    back = returned(party.call("POST", "/eid/authorize", form=form))
    assert (back["state"], back["iss"]) == ("trang-thai-1", party.issuer)
    assert party.verify(party.exchange(back["code"]).json()["id_token"])["name"] == "Nguyễn Văn Thử"


def test_nobody_chosen_is_access_denied(party: RelyingParty) -> None:
    back = returned(party.call("POST", "/eid/authorize", form={**ASK, "person": "khong-co"}))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "trang-thai-1", party.issuer)


def test_the_page_shows_no_markup_of_the_caller(party: RelyingParty) -> None:
    page = party.authorize(state='"><script>alert(1)</script>', login_hint="khong-co")
    assert page.status == 200
    assert "<script>" not in page.text
    assert "Không có ai mang tên đăng nhập đó" in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_request_that_is_sent_back(party: RelyingParty, changes: dict[str, str | None], error: str) -> None:
    back = returned(party.authorize(**changes))
    assert (back["error"], back["state"], back["iss"]) == (error, "trang-thai-1", party.issuer)
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "khac"}, {"client_id": None}, {"redirect_uri": None}, {"redirect_uri": "https://ke-gian.invalid/x"}],
)
def test_a_request_that_may_not_be_sent_back(party: RelyingParty, changes: dict[str, str | None]) -> None:
    answer = party.authorize(login_hint="thu", **changes)
    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("http://127.0.0.1:1/x", True),
        ("http://localhost/x?y=1", True),
        ("http://[::1]:9000/x", True),
        ("https://ung-dung.example/tro-ve", True),
        ("vn.mot-cua.app:/tro-ve", True),
        ("http://ung-dung.example/tro-ve", False),
        ("https://ung-dung.vn/tro-ve", False),
        ("https://ai@127.0.0.1/x", False),
        ("http://127.0.0.1/x#y", False),
        ("http://127.0.0.1:99999/x", False),
        ("http://[::1/x", False),
        ("http://127.0.0.1/\r\nX: y", False),
        ("javascript:alert(1)", False),
        ("/tro-ve", False),
        ("", False),
    ],
)
def test_where_a_code_may_go(uri: str, allowed: bool) -> None:
    assert redirect_allowed(uri) is allowed


def test_a_redirect_address_keeps_its_own_query(party: RelyingParty) -> None:
    answer = party.authorize(login_hint="thu", redirect_uri=REDIRECT + "?app=ios")
    assert answer.headers["Location"].startswith(REDIRECT + "?app=ios&code=")


def test_the_client_can_post_its_secret(party: RelyingParty) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": party.login()["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    both = party.call("POST", "/eid/token", form=form, headers=basic(CLIENT, SECRET))
    assert (both.status, both.json()["error"]) == (400, "invalid_request")
    answer = party.call("POST", "/eid/token", form=form)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [{}, basic(CLIENT, "sai"), basic("khac", SECRET), {"Authorization": "Basic ?"}, {"Authorization": "Bearer x"}],
)
def test_a_client_that_is_not_known(party: RelyingParty, headers: dict[str, str]) -> None:
    code = party.login()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    answer = party.call("POST", "/eid/token", form=form, headers=headers)
    assert (answer.status, answer.json()) == (401, {"error": "invalid_client"})
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert party.exchange(code).status == 200


def test_a_secret_with_reserved_characters_is_form_encoded_in_basic() -> None:
    secret = "sandbox-a:b+c d%é"
    with running(Settings(eid_client_secret=secret)) as origin:
        party = RelyingParty(Caller(origin))
        for sent, status in ((quote_plus(secret), 200), (secret, 401)):
            form = {
                "grant_type": "authorization_code",
                "code": party.login()["code"],
                "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER,
            }
            assert party.call("POST", "/eid/token", form=form, headers=basic(CLIENT, sent)).status == status


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"code": "khong-co"}, "invalid_grant"),
        ({"code": None}, "invalid_grant"),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": VERIFIER[:-1]}, "invalid_grant"),
        ({"code_verifier": VERIFIER[:-1] + "x"}, "invalid_grant"),
        ({"code_verifier": "đ" * 50}, "invalid_grant"),
    ],
)
def test_a_token_request_that_is_refused(party: RelyingParty, changes: dict[str, str | None], error: str) -> None:
    answer = party.exchange(party.login()["code"], **changes)
    assert (answer.status, answer.json()["error"]) == (400, error)


def test_a_code_works_once_and_its_replay_revokes_what_it_gave(party: RelyingParty) -> None:
    code = party.login()["code"]
    token = party.exchange(code).json()["access_token"]
    assert party.userinfo(token).status == 200
    assert party.exchange(code).json()["error"] == "invalid_grant"
    denied = party.userinfo(token)
    assert (denied.status, denied.json()) == (401, {"error": "invalid_token"})
    assert denied.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_failed_proof_uses_the_code_up(party: RelyingParty) -> None:
    code = party.login()["code"]
    assert party.exchange(code, code_verifier="x" * 43).status == 400
    assert party.exchange(code).status == 400


@pytest.mark.parametrize("life", ["code_life_s", "token_life_s"])
def test_what_is_issued_dies(party: RelyingParty, life: str) -> None:
    party.call.control("PATCH", "/eid/settings", {life: 0})
    answer = party.exchange(party.login()["code"])
    if life == "code_life_s":
        assert answer.json()["error"] == "invalid_grant"
    else:
        assert party.userinfo(answer.json()["access_token"]).status == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer khong-co", "Basic eDp5", "khong-co"])
def test_userinfo_without_a_token(party: RelyingParty, header: str) -> None:
    assert party.call("GET", "/eid/userinfo", headers={"Authorization": header}).status == 401


@pytest.mark.parametrize(
    "change", [{"algorithm": "none"}, {"algorithm": ["RS256"]}, {"code_life_s": -1}, {"token_life_s": "5"}, {"x": 1}]
)
def test_a_setting_that_cannot_be(party: RelyingParty, change: dict[str, object]) -> None:
    assert party.call("PATCH", "/_control/eid/settings", data=change).status == 400


keys = st.sampled_from([*ASK, "login_hint", "prompt", "person", "code", "code_verifier", "grant_type", "client_secret"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, st.text(max_size=20) | st.binary(max_size=8)), st.booleans())
def test_no_request_makes_the_provider_fail(party: RelyingParty, changes: dict[str, str | bytes], known: bool) -> None:
    text = urlencode({**(ASK if known else {}), **changes})
    assert party.call("GET", f"/eid/authorize?{text}").status in (200, 303, 400)
    assert party.call("POST", "/eid/authorize", form=text.encode()).status in (200, 303, 400)
    assert party.call("POST", "/eid/token", form=text.encode()).status in (400, 401)


def test_bytes_that_are_no_text_in_the_address(party: RelyingParty) -> None:
    good = urlencode(ASK).encode()
    for octets in (b"state=\xff\xfe", b"login_hint=\xed\xa0\x80", b"redirect_uri=http://127.0.0.1/\xc3"):
        raw = b"GET /eid/authorize?" + good + b"&" + octets + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert party.call.raw(raw).split(b" ")[1] in (b"200", b"303", b"400")


def test_scopes_that_are_not_offered_are_left_out(party: RelyingParty) -> None:
    code = party.login("thu", scope="profile email openid")["code"]
    assert party.exchange(code).json()["scope"] == "openid profile"
