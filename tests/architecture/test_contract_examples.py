"""Every operation of the contract is described, secured and shown by an example, and each example is a good one."""

import json
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest

from api.contract.describing import API_KEY, SECURITY_SCHEMES, USER_TOKEN
from api.contract.examples import UNNAMED
from api.contract.openapi import operations_of
from api.contract.resources import GROUPS, RESOURCES
from api.contract.spec import DOCUMENT
from api.edge.permits import PERMITS, anyone
from kernel.actor import Actor, ActorKind
from mobile_contract.vocabulary import CLIENT_SCOPES, ROLES

SPEC: Final[dict[str, Any]] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
OPERATIONS: Final = {each["operationId"]: each for each in operations_of(SPEC)}
DECLARED: Final = {name: each for blueprint in RESOURCES for name, each in blueprint.operations.items()}
READ: Final = sorted(name for name in OPERATIONS if DECLARED[name].body is not None)


def _bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(media type, its description) of what an operation takes, and of what it answers when it goes well."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for status, answer in operation["responses"].items():
        if status < "300":
            yield from answer.get("content", {}).items()


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, inner in node.items():
            yield name
            yield from _texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _texts(inner)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_body_has_an_example_that_its_schema_allows(name: str) -> None:
    for media_type, described in _bodies(OPERATIONS[name]):
        assert "example" in described, (name, media_type)
        schema = {**described["schema"], "components": SPEC["components"]}
        jsonschema_rs.validate(schema, described["example"], validate_formats=True)


@pytest.mark.parametrize("name", READ)
def test_the_example_of_a_request_is_one_that_the_operation_takes(name: str) -> None:
    body = DECLARED[name].body
    assert body is not None
    body.load(OPERATIONS[name]["requestBody"]["content"]["application/json"]["example"])


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_example_says_something(name: str) -> None:
    said = [text for _, described in _bodies(OPERATIONS[name]) for text in _texts(described["example"])]
    assert UNNAMED not in said, "give the member a value in mobile_contract/examples"
    assert [text for text in said if text.startswith("additionalProp")] == []


def test_the_problem_document_has_an_example() -> None:
    problem = SPEC["components"]["schemas"]["Problem"]
    (example,) = problem["examples"]
    jsonschema_rs.validate({**problem, "components": SPEC["components"]}, example)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_says_who_may_call_it(name: str) -> None:
    assert "**Who:**" in OPERATIONS[name]["description"]
    assert "\n" not in OPERATIONS[name]["summary"]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_security_of_an_operation_is_what_its_permit_lets_in(name: str) -> None:
    permit = PERMITS[name]
    people = (ActorKind.CITIZEN, ActorKind.OFFICER)
    roles, scopes = frozenset(ROLES), frozenset(CLIENT_SCOPES)
    token = any(permit(Actor(kind, identity_level=2, roles=roles)) for kind in people)
    key = permit(Actor(ActorKind.CLIENT, scopes=scopes))
    wanted: list[dict[str, list[str]]] = [
        {scheme: []} for scheme, let_in in ((USER_TOKEN, token), (API_KEY, key)) if let_in
    ]
    assert OPERATIONS[name]["security"] == ([] if permit is anyone else wanted)


def test_both_schemes_are_explained() -> None:
    assert SPEC["components"]["securitySchemes"] == SECURITY_SCHEMES
    assert "mck_" in SECURITY_SCHEMES[API_KEY]["description"]
    assert {next(iter(each)) for operation in OPERATIONS.values() for each in operation["security"]} == set(
        SECURITY_SCHEMES
    )


def test_tags_stand_in_the_order_of_who_uses_them() -> None:
    named = [tag["name"] for tag in SPEC["tags"]]
    assert named == [each for group in SPEC["x-tagGroups"] for each in group["tags"]]
    assert [group["name"] for group in SPEC["x-tagGroups"]] == [group.name for group in GROUPS]
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} == set(named)
    assert [tag["name"] for tag in SPEC["tags"] if len(tag["description"]) < 20] == []
    assert named[0] == "auth"
