"""Nothing can be counted or found out by asking: what is there answers a wrong guess as what is not there does.

How long both take is measured by `python -m bench.enumeration`.
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from api.edge.limits import LIMITS
from kernel.ids import new_id
from tests.api.account_support import House
from tests.api.authorisation_support import World
from tests.db.tracking.conftest import PHONE

MARK = {"X-Request-Id": "enumeration-test"}
NOBODYS = "01936b2e-0000-7000-8000-000000000001"
# A call of each class of endpoints, and who makes it: a POST unless a method stands before the path.
CALLS = {
    "login": ("other citizen", "/v1/auth/logins"),
    "refresh": ("other citizen", "/v1/auth/tokens"),
    "lookup": ("other citizen", "/v1/lookups"),
    "phone_proof": ("other citizen", "/v1/me/phone-proofs"),
    "phone_confirm": ("other citizen", f"/v1/me/phone-proofs/{NOBODYS}/confirm"),
    "message": ("officer", f"/v1/desk/messages/{NOBODYS}/redirect"),
    "upload": ("other citizen", "/v1/uploads"),
    "piece": ("other citizen", f"PATCH /v1/uploads/{NOBODYS}"),
    "organisation": ("other citizen", "/v1/organisations"),
    "residence": ("other citizen", "/v1/document-readings"),
    "reading": ("police", "GET /v1/police/guests?night=no-day"),
    "search": ("police", "/v1/police/guest-searches"),
}


def said(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body: all there is."""
    return response.status_code, sorted(response.headers), response.data


def look_up(world: World, code: str, secret: str) -> Any:
    return world.client.post("/v1/lookups", json={"code": code, "secret": secret}, headers=MARK)


def ask(world: World, caller: str, path: str, body: dict[str, str]) -> Any:
    headers = {**MARK, **world.callers[caller].headers(), "Idempotency-Key": str(new_id())}
    return world.client.post(path, json=body, headers=headers)


def test_a_look_up_says_the_same_of_a_wrong_code_and_a_wrong_secret(world: World) -> None:
    there, absent = world.ids["code"], "H17.20551-261120-9876"
    answers = [
        said(look_up(world, code, secret))
        for code in (there, there.lower(), absent, "không phải mã")
        for secret in ("23456789", "AAAAAAAA", "x", "không phải mật khẩu")
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 404


def test_guessing_at_a_code_ends_alike_whether_it_exists_or_not(world: World) -> None:
    ends = []
    for code in (world.ids["code"], "H17.20551-261120-9876"):
        statuses = [look_up(world, code, "23456789").status_code for _ in range(10)]
        assert statuses == [404] * 10
        last = look_up(world, code, "23456789")
        problem = {**last.get_json(), "retry_after": 0, "detail": ""}
        ends.append((last.status_code, sorted(name for name, _ in last.headers), json.dumps(problem, sort_keys=True)))
    assert ends[0] == ends[1]
    assert ends[0][0] == 429
    assert "Retry-After" in ends[0][1]


def test_a_number_somebody_holds_is_sent_a_code_like_any(world: World) -> None:
    held = ask(world, "other citizen", "/v1/me/phone-proofs", {"phone": PHONE})
    free = ask(world, "other hotel", "/v1/me/phone-proofs", {"phone": "0905000088"})
    assert held.status_code == free.status_code == 201
    names = [sorted(name for name, _ in each.headers) for each in (held, free)]
    assert names[0] == names[1]
    assert held.get_json().keys() == free.get_json().keys()
    assert held.get_json()["tries_left"] == free.get_json()["tries_left"]
    assert held.headers["Content-Length"] == free.headers["Content-Length"]


def test_the_proof_of_another_answers_as_one_that_is_not(world: World) -> None:
    answers = [
        said(ask(world, "other citizen", f"/v1/me/phone-proofs/{proof}/confirm", {"code": "123456"}))
        for proof in (world.ids["proof_id"], new_id())
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_a_log_in_that_fails_says_nothing_of_why(house: House) -> None:
    started, used, late = house.start(), house.start(), house.start()
    house.complete(used)
    house.clock.advance(timedelta(minutes=5))
    fresh = house.start()
    house.clock.advance(timedelta(minutes=6))
    attempts: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (used, {}),
        (late, {}),
        (fresh, {"state": "made-up"}),
        (fresh, {"login_secret": "made-up"}),
        (fresh, {"login_secret": started["login_secret"]}),
        ({**fresh, "login_id": str(new_id())}, {}),
        (fresh, {"code": "made-up"}),
    ]
    answers = []
    for attempt, changes in attempts:
        response = house.complete(attempt, **changes)
        kept = [(name, value) for name, value in sorted(response.headers) if name != "X-Request-Id"]
        problem = {name: value for name, value in response.get_json().items() if name != "request_id"}
        answers.append((response.status_code, kept, problem))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 401


def test_every_class_of_endpoints_has_its_limit(world: World, subtests: pytest.Subtests) -> None:
    for limited, (caller, call) in CALLS.items():
        with subtests.test(limited):
            headers = {**MARK, **world.callers[caller].headers()}
            tries = min(limit.tries for limit in LIMITS[limited])
            *said_method, path = call.split(" ")
            method = said_method[0] if said_method else "POST"
            statuses = {world.client.open(path, method=method, headers=headers).status_code for _ in range(tries)}
            assert statuses & {200, 201, 429} == set()
            refused = world.client.open(path, method=method, headers=headers)
            assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")
            assert 1 <= int(refused.headers["Retry-After"]) <= max(limit.window_s for limit in LIMITS[limited]) + 1


def test_no_class_is_forgotten_here() -> None:
    assert set(CALLS) == set(LIMITS)
