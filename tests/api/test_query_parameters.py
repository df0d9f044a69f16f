"""A parameter that an operation does not know is refused at every one of them: a misspelt name is not passed over."""

from typing import Any

import pytest

from api.contract.resources import RESOURCES
from tests.api.account_support import House
from tests.api.authorisation_support import World
from tests.api.edge_support import bearer

OPERATIONS = {name: each for resource in RESOURCES for name, each in resource.operations.items()}


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.get_data(as_text=True)
    assert response.get_json()["code"] == "invalid_fields"
    return [(error["parameter"], error["code"]) for error in response.get_json()["errors"]]


@pytest.mark.parametrize("name", ["keep_curent", "keepCurrent", "KEEP_CURRENT", "keep_current ", "x", "Kẻ"])
def test_a_misspelt_parameter_logs_nobody_out(house: House, name: str) -> None:
    tokens, other = house.log_in(), house.log_in(device="Máy khác")
    ended = house.client.delete("/v1/me/sessions", query_string={name: "true"}, headers=bearer(tokens["access_token"]))
    assert errors(ended) == [(name, "parameter_unknown")]
    assert all(house.get("/v1/me", each).status_code == 200 for each in (tokens, other))
    kept = house.client.delete("/v1/me/sessions?keep_current=true", headers=bearer(tokens["access_token"]))
    assert kept.get_json() == {"ended": 1}


def test_a_parameter_said_twice_is_refused(house: House) -> None:
    tokens = house.log_in()
    target = "/v1/me/sessions?keep_current=true&keep_current=false"
    assert errors(house.client.delete(target, headers=bearer(tokens["access_token"]))) == [
        ("keep_current", "parameter_twice")
    ]


def test_both_languages_say_it(house: House) -> None:
    for language, word in (("vi", "Tham số"), ("en", "parameter")):
        response = house.client.get("/v1/procedures?x=1", headers={"Accept-Language": language})
        assert word in response.get_json()["errors"][0]["message"]


@pytest.mark.parametrize("query", ["", "?", "?&", "?&&"])
def test_an_empty_query_says_nothing(house: House, query: str) -> None:
    assert house.client.get(f"/v1/agencies{query}").status_code == 200


def test_every_operation_refuses_what_it_does_not_know(world: World, subtests: pytest.Subtests) -> None:
    refused = 0
    for name, operation in OPERATIONS.items():
        if operation.open_query:
            continue
        path = operation.rule
        for part in ("<uuid:", "<string:", "<path:", "<int:", "<"):
            while part in path:
                head, _, rest = path.partition(part)
                path = f"{head}{'01936b2e-0000-7000-8000-000000000001'}{rest.partition('>')[2]}"
        seen = set()
        with subtests.test(name):
            for caller in world.callers.values():
                response = world.client.open(f"{path}?khong_co=1", method=operation.method, headers=caller.headers())
                seen.add(response.status_code)
                if response.status_code == 422 and operation.method != "HEAD":
                    assert ("khong_co", "parameter_unknown") in errors(response)
            # Callers who may not call at all are told so first; nobody gets past the parameter.
            assert seen <= {401, 403, 404, 422, 429}
            assert 422 in seen
            refused += 1
    assert refused > 80
