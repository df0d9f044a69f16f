"""Answers of a log-in and of a refresh that never reached the phone, and a person who pressed cancel."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import func, select

from auth.models import LoginAttempt, LoginSession
from tests.api.account_support import ISSUER, House


def sessions(house: House) -> int:
    with house.container.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(LoginSession)) or 0


def state_of(started: dict[str, Any]) -> str:
    (state,) = parse_qs(urlsplit(started["authorization_url"]).query)["state"]
    return str(state)


@pytest.mark.parametrize("wait", [timedelta(), timedelta(seconds=90), timedelta(minutes=9)])
def test_the_app_that_lost_the_answer_of_its_log_in_gets_it_again(house: House, wait: timedelta) -> None:
    started = house.start()
    lost = house.complete(started).get_json()
    house.clock.advance(wait)
    again = house.complete(started)
    assert again.status_code == 200
    assert (again.get_json()["refresh_token"], again.get_json()["session_id"]) == (
        lost["refresh_token"],
        lost["session_id"],
    )
    assert house.get("/v1/me", again.get_json()).status_code == 200
    # The provider was asked once, and one session came of it.
    assert (len(house.container.eid.kept), sessions(house)) == (1, 1)


def test_the_redirect_may_be_handed_over_again_in_the_other_way(house: House) -> None:
    started = house.start()
    lost = house.complete(started).get_json()
    query = f"iss={ISSUER}&state={state_of(started)}&code=code-of-thu"
    again = house.complete(started, callback_query=query, code=None, state=None)
    assert again.get_json()["refresh_token"] == lost["refresh_token"]


def test_a_lost_answer_needs_no_place_at_the_provider(house: House) -> None:
    started, other = house.start(), house.start()
    lost = house.complete(started).get_json()
    house.container.eid.busy = True
    assert house.complete(started).get_json()["refresh_token"] == lost["refresh_token"]
    refused = house.complete(other)
    assert (refused.status_code, refused.get_json()["code"]) == (503, "eid_unavailable")
    house.container.eid.busy = False
    # The one that was refused was not used up.
    assert house.complete(other).status_code == 200


@pytest.mark.parametrize("spoilt", ["secret", "code", "time", "refreshed", "logged out"])
def test_what_is_no_lost_answer_is_not_given_again(house: House, spoilt: str) -> None:
    started, other = house.start(), house.start()
    lost = house.complete(started).get_json()
    changes: dict[str, Any] = {}
    if spoilt == "secret":
        changes["login_secret"] = other["login_secret"]
    elif spoilt == "code":
        changes["code"] = "code-of-mau"
    elif spoilt == "time":
        house.clock.advance(timedelta(minutes=11))
    elif spoilt == "refreshed":
        assert house.refresh(lost["refresh_token"]).status_code == 200
    else:
        house.client.post("/v1/auth/logout", headers={"Authorization": f"Bearer {lost['access_token']}"})
    response = house.complete(started, **changes)
    assert (response.status_code, response.get_json()["code"]) == (401, "login_failed")


def test_a_log_in_whose_exchange_is_still_under_way_says_so(house: House) -> None:
    started = house.start()
    house.complete(started)
    with house.container.database.transaction() as session:
        # As it stands while the provider thinks.
        session.scalars(select(LoginAttempt)).one().session_id = None
    waits = house.complete(started)
    assert (waits.status_code, waits.get_json()["code"]) == (409, "login_in_progress")
    assert waits.headers["Retry-After"] == "1"
    house.clock.advance(timedelta(seconds=61))
    # Whoever asked the provider is gone, and its answer with them.
    assert house.complete(started).get_json()["code"] == "login_failed"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("error=access_denied", 401, "login_cancelled"),
        ("error=access_denied&error_description=%C4%90%E1%BB%AB%EF%BF%BD%00ng%0D%0A", 401, "login_cancelled"),
        ("error=user_cancelled", 401, "login_cancelled"),
        ("error=access_denied&code=code-of-thu", 401, "login_cancelled"),
        ("error=temporarily_unavailable", 503, "eid_unavailable"),
        ("error=server_error", 503, "eid_unavailable"),
        ("error=invalid_request", 401, "login_failed"),
        ("error=%00%ED%A0%80", 401, "login_failed"),
    ],
)
def test_a_person_sent_back_without_a_code_is_told_why(house: House, query: str, status: int, code: str) -> None:
    started = house.start()
    back = f"{query}&state={state_of(started)}"
    response = house.complete(started, callback_query=back, code=None, state=None)
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert (len(house.container.eid.kept), sessions(house)) == (0, 0)
    # It is over: neither a code nor the same redirect makes a session of it.
    assert house.complete(started).get_json()["code"] == "login_failed"
    again = house.complete(started, callback_query=back, code=None, state=None).get_json()["code"]
    assert again == (code if status == 401 else "login_failed")


def test_somebody_elses_cancelling_leaves_a_log_in_open(house: House) -> None:
    started, other = house.start(), house.start()
    back = f"error=access_denied&state={state_of(started)}"
    changes = {"callback_query": back, "code": None, "state": None, "login_secret": other["login_secret"]}
    assert house.complete(started, **changes).get_json()["code"] == "login_failed"
    assert house.complete(started).status_code == 200


def test_a_failed_exchange_fails_alike_when_it_is_sent_again(house: House) -> None:
    started = house.start()
    for _ in range(2):
        assert house.complete(started, code="code-khac").get_json()["code"] == "login_failed"
    officer = house.start(**{"as": "officer"})
    for _ in range(2):
        assert house.complete(officer).get_json()["code"] == "not_an_officer"
    assert len(house.container.eid.kept) == 2


def test_a_successor_that_was_used_ends_the_session_of_a_late_copy(house: House) -> None:
    first = house.log_in()
    second = house.refresh(first["refresh_token"]).get_json()
    assert house.get("/v1/me", second).status_code == 200
    house.clock.advance(timedelta(minutes=2))
    assert house.refresh(first["refresh_token"]).status_code == 401
    assert house.refresh(second["refresh_token"]).status_code == 401


def test_a_successor_that_never_arrived_is_given_again_after_hours(house: House) -> None:
    first = house.log_in()
    assert house.get("/v1/me", first).status_code == 200
    lost = house.refresh(first["refresh_token"]).get_json()
    house.clock.advance(timedelta(hours=3))
    again = house.refresh(first["refresh_token"])
    assert again.status_code == 200
    assert again.get_json()["refresh_token"] == lost["refresh_token"]
    assert house.get("/v1/me", again.get_json()).status_code == 200


def test_a_lower_level_holds_for_older_sessions_too(house: House) -> None:
    first = house.log_in()
    assert house.get("/v1/me", first).get_json()["identity_level"] == 2
    house.container.eid.level = 1
    house.log_in()
    house.container.token_reader.forget(UUID(first["session_id"]))
    # The old access token says more than the session does; a refresh says what holds.
    assert house.get("/v1/me", first).status_code == 401
    second = house.refresh(first["refresh_token"]).get_json()
    assert house.get("/v1/me", second).get_json()["identity_level"] == 1
