"""What the redirect carried, handed over whole or in parts."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.account_support import ISSUER, House


def state_of(started: dict[str, Any]) -> str:
    (state,) = parse_qs(urlsplit(started["authorization_url"]).query)["state"]
    return str(state)


def test_the_whole_query_will_do(house: House) -> None:
    started = house.start()
    query = f"code=code%2Dof-thu&state={state_of(started)}&iss={ISSUER}&encrypt_key=a+b/c=="
    response = house.complete(started, callback_query=query, code=None, state=None)
    assert response.status_code == 200
    assert house.container.eid.sealed == ["a+b/c=="]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"code": None, "state": None}, ["/code", "/state"]),
        ({"code": None}, ["/code"]),
        ({"callback_query": "code=a&state=b"}, ["/code", "/state"]),
        ({"callback_query": "code=a&state=b", "code": None, "state": None, "iss": ISSUER}, ["/iss"]),
    ],
)
def test_neither_way_or_both_are_refused_by_name(house: House, changes: dict[str, Any], pointers: list[str]) -> None:
    started = house.start()
    response = house.complete(started, **changes)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.get_json()["errors"]] == pointers
    assert house.complete(started).status_code == 200


@pytest.mark.parametrize("query", ["error=server_error&state=x", "code=a&code=b&state=x", "code=a&state=x", "%"])
def test_a_query_that_is_no_answer_fails_like_any_log_in(house: House, query: str) -> None:
    started = house.start()
    response = house.complete(started, callback_query=query, code=None, state=None)
    assert (response.status_code, response.get_json()["code"]) == (401, "login_failed")
    assert house.complete(started).status_code == 200
