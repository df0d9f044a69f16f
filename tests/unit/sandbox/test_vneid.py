"""The provider in VNeID's dialect: what it takes, what it refuses, how it is made to fail."""

from urllib.parse import urlencode

import pytest

from sandbox.vneid import VneidProvider
from tests.unit.sandbox.support import SETTINGS, Answer, Caller

ASK = {
    "response_type": "code",
    "client_id": SETTINGS.eid_client_id,
    "redirect_uri": "http://127.0.0.1:8000/tro-ve",
    "scope": "openid",
    "state": "trang-thai-1",
}


def authorize(call: Caller, **changes: str) -> Answer:
    return call("GET", "/vneid/authorize?" + urlencode({**ASK, **changes}))


def test_without_a_hint_everybody_is_offered_and_the_form_logs_in(call: Caller) -> None:
    page = authorize(call)
    assert page.status == 200
    assert "Nguyễn Văn Thử" in page.text
    back = call("POST", "/vneid/authorize", form={**ASK, "person": "thu"})
    assert back.status == 303
    assert back.headers["Location"].startswith(f"{ASK['redirect_uri']}?state=trang-thai-1&code=")
    assert call("POST", "/vneid/authorize", form={**ASK, "person": "khong-ai"}).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "khac"},
        {"redirect_uri": "https://evil.example.com/"},
        {"response_type": "token"},
        {"scope": "openid profile"},
        {"state": ""},
    ],
)
def test_a_request_that_is_not_in_order_goes_nowhere(call: Caller, changes: dict[str, str]) -> None:
    assert authorize(call, login_hint="thu", **changes).status == 400


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": SETTINGS.eid_client_id, "client_secret": "khac"}, 401, "invalid_client"),
        (
            {"client_id": SETTINGS.eid_client_id, "client_secret": SETTINGS.eid_client_secret},
            400,
            "unsupported_grant_type",
        ),
    ],
)
def test_the_token_endpoint_says_no(call: Caller, form: dict[str, str], status: int, error: str) -> None:
    answer = call("POST", "/vneid/token", form=form)
    assert (answer.status, answer.json()) == (status, {"error": error})


def test_userinfo_wants_a_token(call: Caller) -> None:
    assert call("GET", "/vneid/userinfo").status == 401
    assert call("GET", "/vneid/userinfo", headers={"Authorization": "Bearer x"}).status == 401


def test_every_mode_is_one_it_knows(call: Caller) -> None:
    for mode in sorted(VneidProvider.modes):
        call.control("POST", "/vneid/faults", {"mode": mode})
    assert {rule["mode"] for rule in call.twin("vneid")["faults"]} == VneidProvider.modes


@pytest.mark.parametrize("wrong", [{"public_key": "không phải khoá"}, {"code_life_s": -1}, {"token_life_s": "lâu"}])
def test_settings_that_cannot_be_are_refused(call: Caller, wrong: dict[str, object]) -> None:
    assert call("PATCH", "/_control/vneid/settings", data=wrong).status == 400


def test_a_redirect_may_bring_another_state(call: Caller) -> None:
    call.control("POST", "/vneid/faults", {"mode": "wrong_state", "count": 1})
    assert "state=khong-phai-state-da-gui" in authorize(call, login_hint="thu").headers["Location"]
    assert "state=trang-thai-1" in authorize(call, login_hint="thu").headers["Location"]
