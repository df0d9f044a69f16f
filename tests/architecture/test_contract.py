"""What the phone relies on: routes and permits agree, the document is the committed one, the words are ours."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from marshmallow import Schema, fields

from api.app import outline
from api.contract.openapi import render_detached
from api.contract.resources import RESOURCES
from api.contract.spec import DOCUMENT
from api.edge.permits import PERMITS, anyone
from attachments.states import UploadState
from auth.organisations import rights
from auth.organisations.service import organisations
from auth.organisations.standing import Means, Standing
from kernel.actor import ActorKind
from mobile_contract import vocabulary
from mobile_contract.problems import PROBLEMS
from residence.clock import NightState
from residence.guests import GuestKind
from residence.nights.undelivered import Resolution
from residence.receipts.receipts import ReceiptState
from residence.service import lodgings
from residence.states import BatchState, DeclarationKind, LodgingState, StayState
from residence.transmission.states import ItemState
from tests.architecture.sources import ROOT
from tracking.handover import HandOver, HandOverWay
from tracking.states import LABELS

OPERATIONS = {name: each for blueprint in RESOURCES for name, each in blueprint.operations.items()}
SPEC: dict[str, Any] = json.loads(render_detached())
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
# These answer a login, a refresh, a look-up or a provider, or keep nothing: see the decision on idempotency.
WITHOUT_KEY = {
    "startLogin",
    "searchDossiers",
    "completeLogin",
    # The same for an organisation's own account and for the registry: asking twice proves what asking once does.
    "startOrganisationProof",
    "completeOrganisationProof",
    "askBusinessRegistry",
    "refreshTokens",
    "logOut",
    "lookUpDossier",
    "verifyReceipt",
    "createUpload",
    "previewTemplate",
    # A paper is looked at, by a form of a browser.
    "checkPaper",
    # What they are asked with is looked at and forgotten; a file is its own key.
    "readDocument",
    "findGuest",
    "sendBatch",
}


def _documented() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_every_route_has_a_permit_and_every_permit_a_route() -> None:
    routed = {rule.endpoint.rpartition(".")[2] for rule in outline().url_map.iter_rules()}
    assert routed == set(PERMITS) == set(OPERATIONS)


def test_the_document_is_the_committed_one() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render_detached(), "make openapi, and say it in the changelog"


def test_the_version_is_in_the_changelog() -> None:
    changelog = (ROOT / "mobile_contract/CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert versions[0] == SPEC["info"]["version"]


def test_every_operation_is_named_once_and_explained() -> None:
    names = [operation["operationId"] for _, _, operation in _documented()]
    assert sorted(names) == sorted(name for name, each in OPERATIONS.items() if each.documented)
    assert [each["operationId"] for _, _, each in _documented() if not each.get("summary")] == []


def test_requests_and_answers_are_described_apart() -> None:
    sent = {ref for _, _, each in _documented() for ref in _references(each.get("requestBody", {}))}
    given = {ref for _, _, each in _documented() for ref in _references(each["responses"])}
    assert sent & given == set()


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(SPEC):
        target: Any = SPEC
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_every_schema_is_json_schema() -> None:
    for schema in SPEC["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_refusal_is_a_problem_document() -> None:
    for path, method, operation in _documented():
        for status, answer in operation["responses"].items():
            if status == "default" or status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)


def test_what_needs_a_token_says_so() -> None:
    for _, _, operation in _documented():
        open_to_all = PERMITS[operation["operationId"]] is anyone
        assert (operation["security"] == []) is open_to_all


def test_every_post_that_acts_takes_a_key() -> None:
    posts = {name for name, each in OPERATIONS.items() if each.method == "POST" and not each.idempotent}
    assert {name for name in posts if not name.startswith("take")} <= WITHOUT_KEY


def test_the_words_of_the_contract_are_the_domains_words() -> None:
    assert vocabulary.ACCOUNT_KINDS == (ActorKind.CITIZEN, ActorKind.OFFICER)
    assert {state.value: tuple(label) for state, label in LABELS.items()} == vocabulary.DOSSIER_STATUSES
    assert tuple(HandOver) == vocabulary.HAND_OVER_STATES
    assert tuple(HandOverWay) == vocabulary.HAND_OVER_WAYS
    assert tuple(UploadState) == vocabulary.UPLOAD_STATES
    assert rights.MANDATES == vocabulary.MANDATES
    assert tuple(Standing) == vocabulary.ORGANISATION_STANDINGS
    assert tuple(Means) == vocabulary.PROOF_MEANS
    assert organisations.KINDS == vocabulary.ORGANISATION_KINDS
    assert tuple(LodgingState) == vocabulary.LODGING_STATES
    assert lodgings.KINDS == vocabulary.LODGING_KINDS
    assert lodgings.CHANNELS == vocabulary.REMINDER_CHANNELS
    assert tuple(StayState) == vocabulary.STAY_STATES
    assert tuple(GuestKind) == vocabulary.GUEST_KINDS
    assert tuple(DeclarationKind) == vocabulary.DECLARATION_KINDS
    assert tuple(BatchState) == vocabulary.BATCH_STATES
    assert tuple(NightState) == vocabulary.NIGHT_STATES
    assert tuple(ReceiptState) == vocabulary.RECEIPT_STATES
    assert tuple(ItemState) == vocabulary.ITEM_STATES
    assert tuple(Resolution) == vocabulary.RESOLUTIONS
    assert sorted({scope for held in rights.SCOPES.values() for scope in held}) == sorted(vocabulary.CLIENT_SCOPES)


def test_numbers_of_bodies_are_numbers() -> None:
    lenient = [
        f"{name}: {path}"
        for name, each in OPERATIONS.items()
        if each.body is not None
        for path, field in _fields_of(each.body)
        if isinstance(field, fields.Integer) and not field.strict
    ]
    assert lenient == []


def test_no_member_of_a_body_has_a_default_that_makes_generators_demand_it() -> None:
    schemas = SPEC["components"]["schemas"]
    assert [name for name, schema in schemas.items() if _members_with(schema, "default")] == []


def _members_with(schema: dict[str, Any], word: str) -> list[str]:
    return [name for name, member in schema.get("properties", {}).items() if word in member]


def _fields_of(schema: Schema, path: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, field in schema.fields.items():
        yield from _inner_fields(field, f"{path}/{name}")


def _inner_fields(field: fields.Field[Any], path: str) -> Iterator[tuple[str, fields.Field[Any]]]:
    yield path, field
    if isinstance(field, fields.Nested):
        yield from _fields_of(field.schema, path)
    elif isinstance(field, fields.List):
        yield from _inner_fields(field.inner, path)
    elif isinstance(field, fields.Dict) and field.value_field is not None:
        yield from _inner_fields(field.value_field, path)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_documented_problems_are_known(name: str) -> None:
    assert set(OPERATIONS[name].problems) <= set(PROBLEMS)


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(_references, node.values()))
