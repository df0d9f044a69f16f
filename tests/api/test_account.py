"""Log-in, tokens, sessions and phone proof over HTTP."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from kernel.ids import new_id
from tests.api.account_support import House
from tests.api.edge_support import bearer

PHONE = "0905 000 001"


def test_a_citizen_logs_in_and_is_known(house: House) -> None:
    tokens = house.log_in()
    assert tokens["token_type"] == "Bearer"
    me = house.get("/v1/me", tokens).get_json()
    assert {name: me[name] for name in ("kind", "full_name", "identity_number", "birth_date", "roles")} == {
        "kind": "citizen",
        "full_name": "Nguyễn Văn Thử",
        "identity_number": "049090000001",
        "birth_date": "1990-02-03",
        "roles": [],
    }


def test_the_same_person_is_the_same_account(house: House) -> None:
    first, second = house.log_in(), house.log_in()
    assert house.get("/v1/me", first).get_json()["id"] == house.get("/v1/me", second).get_json()["id"]
    assert first["session_id"] != second["session_id"]


def test_an_officer_logs_in_as_one(house: House) -> None:
    assert house.complete(house.start(**{"as": "officer"})).status_code == 403
    house.log_in()
    house.appoint("Nguyễn Văn Thử")
    me = house.get("/v1/me", house.log_in(role="officer")).get_json()
    assert (me["kind"], me["agency_code"], me["roles"]) == ("officer", "H17.1", ["receiver"])


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "made-up"},
        {"state": "made-up"},
        {"login_secret": "made-up"},
        {"iss": "https://elsewhere.example"},
    ],
)
def test_a_log_in_that_does_not_fit_fails_without_a_reason(house: House, changes: dict[str, Any]) -> None:
    response = house.complete(house.start(), **changes)
    assert response.status_code == 401
    assert response.get_json()["code"] == "login_failed"
    assert "errors" not in response.get_json()


def test_a_log_in_is_completed_once_and_only_where_it_began(house: House) -> None:
    started, other = house.start(), house.start()
    assert house.complete({**started, "login_id": other["login_id"]}).status_code == 401
    assert house.complete(started).status_code == 200
    assert house.complete(started, code="code-of-mau").status_code == 401
    assert len(house.container.eid.kept) == 1


def test_a_log_in_has_its_time(house: House) -> None:
    started = house.start()
    house.clock.advance(timedelta(minutes=11))
    assert house.complete(started).status_code == 401


def test_a_silent_provider_is_said_so(house: House) -> None:
    started = house.start()
    house.container.eid.down = True
    for response in (house.complete(started), house.client.post("/v1/auth/logins", json={})):
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert response.get_json()["code"] == "eid_unavailable"


def test_a_foreign_redirect_is_refused(house: House) -> None:
    response = house.client.post("/v1/auth/logins", json={"redirect_uri": "https://evil.example/"})
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/redirect_uri"


def _altered(token: str, **header: str) -> str:
    head, rest = token.split(".", 1)
    fields = json.loads(base64.urlsafe_b64decode(head + "==")) | header
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode() + "." + rest


def test_an_altered_or_ended_token_is_401(house: House) -> None:
    token = house.log_in()["access_token"]
    unsigned = _altered(token, alg="none").rsplit(".", 1)[0] + "."
    swapped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    for bad in (unsigned, _altered(token, alg="HS256"), swapped, token + "x", "not.a.token"):
        response = house.client.get("/v1/me", headers=bearer(bad))
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    house.clock.advance(timedelta(minutes=6))
    assert house.client.get("/v1/me", headers=bearer(token)).status_code == 401


def test_tokens_are_refreshed_and_a_late_copy_ends_the_session(house: House) -> None:
    first = house.log_in()
    second = house.refresh(first["refresh_token"]).get_json()
    assert house.get("/v1/me", second).status_code == 200
    house.clock.advance(timedelta(minutes=3))
    assert house.refresh(first["refresh_token"]).status_code == 401
    assert house.refresh(second["refresh_token"]).status_code == 401


def test_a_made_up_refresh_token_is_401(house: House) -> None:
    for token in ("x", "A" * 70, "\u00e9"):
        assert house.refresh(token).get_json()["code"] == "unauthenticated"


def test_logging_out_ends_this_device_at_once(house: House) -> None:
    here, there = house.log_in(), house.log_in()
    assert house.client.post("/v1/auth/logout", headers=bearer(here["access_token"])).status_code == 204
    assert house.get("/v1/me", here).status_code == 401
    assert house.refresh(here["refresh_token"]).status_code == 401
    assert house.get("/v1/me", there).status_code == 200


def test_devices_are_listed_and_ended(house: House) -> None:
    here, there, third = (house.log_in(device=name) for name in ("Máy một", "Máy hai", "Máy ba"))
    listed = house.get("/v1/me/sessions", here).get_json()["items"]
    assert {(item["device"], item["current"]) for item in listed} == {
        ("Máy một", True),
        ("Máy hai", False),
        ("Máy ba", False),
    }
    assert listed[0]["created_at"].endswith("+07:00")
    token = bearer(here["access_token"])
    assert house.client.delete(f"/v1/me/sessions/{there['session_id']}", headers=token).status_code == 204
    assert house.get("/v1/me", there).status_code == 401
    ended = house.client.delete("/v1/me/sessions?keep_current=true", headers=token)
    assert ended.get_json() == {"ended": 1}
    assert (house.get("/v1/me", third).status_code, house.get("/v1/me", here).status_code) == (401, 200)
    assert house.client.delete("/v1/me/sessions", headers=token).get_json() == {"ended": 1}
    assert house.get("/v1/me", here).status_code == 401


def test_another_persons_session_is_404_like_none(house: House) -> None:
    mine, theirs = house.log_in(), house.log_in("code-of-mau")
    for session_id in (theirs["session_id"], new_id()):
        response = house.client.delete(f"/v1/me/sessions/{session_id}", headers=bearer(mine["access_token"]))
        assert response.status_code == 404
    assert house.get("/v1/me", theirs).status_code == 200


def test_a_phone_is_proved_by_its_code(house: House) -> None:
    tokens = house.log_in()
    asked = house.post("/v1/me/phone-proofs", tokens, "k1", {"phone": PHONE})
    assert asked.status_code == 201
    again = house.post("/v1/me/phone-proofs", tokens, "k1", {"phone": PHONE})
    assert again.data == asked.data
    path = f"/v1/me/phone-proofs/{asked.get_json()['proof_id']}/confirm"
    assert house.post(path, tokens, "k2", {"code": house.sent_code()}).status_code == 200
    (phone,) = house.get("/v1/me/phones", tokens).get_json()["items"]
    assert phone["number"] == "+84905000001"


def test_a_wrong_code_counts_once_however_often_it_arrives(house: House) -> None:
    tokens = house.log_in()
    proof = house.post("/v1/me/phone-proofs", tokens, "k1", {"phone": PHONE}).get_json()
    path = f"/v1/me/phone-proofs/{proof['proof_id']}/confirm"
    wrong = "000000" if house.sent_code() != "000000" else "111111"
    first, again = (house.post(path, tokens, "k2", {"code": wrong}) for _ in range(2))
    assert first.status_code == 422
    assert first.data == again.data
    next_left = house.post(path, tokens, "k3", {"code": wrong}).get_json()["tries_left"]
    assert next_left == first.get_json()["tries_left"] - 1


def test_another_persons_proof_is_404(house: House) -> None:
    proof = house.post("/v1/me/phone-proofs", house.log_in(), "k1", {"phone": PHONE}).get_json()
    path = f"/v1/me/phone-proofs/{proof['proof_id']}/confirm"
    assert house.post(path, house.log_in("code-of-mau"), "k2", {"code": house.sent_code()}).status_code == 404


def test_a_number_that_is_no_mobile_is_pointed_at(house: House) -> None:
    response = house.post("/v1/me/phone-proofs", house.log_in(), "k1", {"phone": "0236 000 000"})
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/phone"


def test_the_public_keys_verify_and_hold_nothing_private(house: House) -> None:
    response = house.client.get("/.well-known/jwks.json")
    keys = response.get_json()["keys"]
    head = house.log_in()["access_token"].split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] in {key["kid"] for key in keys}
    assert all("d" not in key for key in keys)


def test_no_secret_of_a_log_in_reaches_a_log(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with capture_logs() as lines:
        started = house.start()
        tokens = house.complete(started).get_json()
        house.refresh(tokens["refresh_token"])
        house.get("/v1/me", tokens)
    said = repr(lines) + capsys.readouterr().out
    for secret in (started["login_secret"], tokens["access_token"], tokens["refresh_token"], "049090000001", "Thử"):
        assert secret not in said
