"""Everything that can be wrong with a procedure, one fault at a time."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from procedures.checks.check import check_document, require_sound
from procedures.checks.findings import FINDING_TEXTS, CatalogueError
from procedures.loader import read_document
from tests.unit.procedures.household import ROOT

SECOND = read_document(ROOT / "tests/data/procedures/9.000001.yaml")
FIRST = read_document(ROOT / "procedures/data/national/1.001612.yaml")
Spoil = Callable[[dict[str, Any]], object]


def spoiled(change: Spoil, document: dict[str, Any] = SECOND) -> list[tuple[str, str]]:
    changed = copy.deepcopy(document)
    change(changed)
    findings = check_document(changed)
    for finding in findings:
        assert finding.as_dict() == {
            "where": finding.where,
            "code": finding.code,
            "message": finding.text.vi,
            "message_en": finding.text.en,
        }
        assert finding.text.vi in str(finding)
    return [(finding.where, finding.code) for finding in findings]


def steps(document: dict[str, Any]) -> Any:
    return document["process"]["steps"]


def fields(document: dict[str, Any]) -> Any:
    return document["form"]["properties"]


SHAPE: list[tuple[Spoil, str, str]] = [
    (lambda d: d.update(la=1), "", "key_unknown"),
    (lambda d: d.pop("fees"), "", "key_missing"),
    (lambda d: d["name"].pop("en"), "/name", "text_missing"),
    (lambda d: d["name"].update(vi=""), "/name/vi", "value_wrong"),
    (lambda d: d["papers"][0]["name"].pop("vi"), "/papers/0/name", "text_missing"),
    (lambda d: d.update(code=1.001612), "/code", "type_wrong"),
    (lambda d: d.update(code="1-2"), "/code", "value_wrong"),
    (lambda d: d.update(level="district"), "/level", "value_wrong"),
    (lambda d: d["term"].update(amount=-1), "/term/amount", "value_wrong"),
    (lambda d: d["term"].update(unit="weeks"), "/term/unit", "value_wrong"),
    (lambda d: d["term"].update(cutoff="25:00"), "/term/cutoff", "value_wrong"),
    (lambda d: d["papers"][0].update(requird=True), "/papers/0", "key_unknown"),
    (lambda d: d["papers"][0].update(max_bytes=0), "/papers/0/max_bytes", "value_wrong"),
    (lambda d: steps(d)[0].update(budget_hours="4"), "/process/steps/0/budget_hours", "type_wrong"),
    (lambda d: steps(d)[0]["actions"][0].update(do="jump"), "/process/steps/0/actions/0/do", "value_wrong"),
    (lambda d: d["process"].update(steps=[]), "/process/steps", "value_wrong"),
]
CONTENT: list[tuple[Spoil, str, str]] = [
    (lambda d: d["term"].update(unit="working_hours"), "/term/amount", "term_empty"),
    (
        lambda d: d.update(supplement={"days": 9, "most_days": 5, "at_end": "stop"}),
        "/supplement/days",
        "supplement_past_most",
    ),
    (lambda d: d["papers"].append(d["papers"][0]), "/papers", "code_twice"),
    (lambda d: d["fees"].append(d["fees"][0]), "/fees", "code_twice"),
    (lambda d: d["results"].append(d["results"][0]), "/results", "code_twice"),
    (lambda d: d["papers"][0].update(media_types=["text/html"]), "/papers/0/media_types", "media_type_unknown"),
    (lambda d: d["papers"][0].update(max_bytes=10**9), "/papers/0/max_bytes", "paper_too_large"),
    (
        lambda d: d["papers"][0].update(condition={"field": "/gap", "values": [True]}),
        "/papers/0",
        "paper_required_and_conditional",
    ),
    (lambda d: d["fees"][0].update(amount_vnd=-1), "/fees/0/amount_vnd", "fee_negative"),
    (lambda d: d["fees"][1]["condition"].update(field="/gapp"), "/fees/1/condition", "field_unknown"),
    (lambda d: d.update(place_field="/noi"), "/place_field", "field_unknown"),
    (lambda d: d.update(place_field="/soBan"), "/place_field", "place_field_no_commune"),
    (lambda d: d.update(unique_names=[{"field": "/ten", "register": "r"}]), "/unique_names/0", "field_unknown"),
    (
        lambda d: d.update(unique_names=[{"field": "/hop_thu", "register": "r"}]),
        "/unique_names/0",
        "unique_field_not_text",
    ),
    (
        lambda d: d.update(unique_names=[{"field": "/soBan", "register": "r"}]),
        "/unique_names/0",
        "unique_field_not_text",
    ),
]
PROCESS: list[tuple[Spoil, str, str]] = [
    (lambda d: steps(d)[1].pop("role"), "/process/steps/1", "step_without_role"),
    (lambda d: steps(d).append(steps(d)[2]), "/process/steps", "code_twice"),
    (lambda d: steps(d)[0]["actions"][1].pop("code"), "/process/steps/0/actions/1", "code_twice"),
    (lambda d: steps(d)[0]["actions"][0].pop("to"), "/process/steps/0/actions/0", "target_missing"),
    (lambda d: steps(d)[2]["actions"][0].update(to="ky"), "/process/steps/2/actions/0", "target_needless"),
    (lambda d: steps(d)[0]["actions"][0].update(to="dau"), "/process/steps/0/actions/0", "target_unknown"),
    (lambda d: steps(d)[1]["actions"][1].update(to="xem_lai"), "/process/steps/1/actions/1", "target_itself"),
    (lambda d: steps(d)[0]["actions"].pop(1), "/process/steps/1", "step_unreachable"),
    (lambda d: steps(d)[1].update(actions=[{"do": "demand_fee"}]), "/process/steps/1", "dead_end"),
    (lambda d: steps(d)[1]["actions"][1].update(do="advance", code="vong"), "/process/steps", "advance_in_a_ring"),
    (lambda d: steps(d)[2].update(budget_hours=3), "/process/steps", "budget_past_term"),
]
FORM: list[tuple[Spoil, str, str]] = [
    (lambda d: d["form"].update(type="objekt"), "/form", "form_invalid"),
    (lambda d: fields(d)["soBan"].update(minimum="1"), "/form", "form_invalid"),
    (lambda d: fields(d)["hop_thu"].update(pattern="(?=a)"), "/form", "form_invalid"),
    (lambda d: fields(d)["hop_thu"].update({"$ref": "#/$defs/none"}), "/form", "form_invalid"),
    (lambda d: d["form"].update(type="array"), "/form", "form_not_object"),
    (lambda d: d["form"].pop("additionalProperties"), "/form", "form_open"),
    (lambda d: fields(d)["soBan"].pop("title"), "/form/properties/soBan", "form_text_missing"),
    (lambda d: fields(d)["soBan"].pop("x-title-en"), "/form/properties/soBan", "form_text_missing"),
    (lambda d: fields(d)["soBan"].update({"x-hint": {"vi": "a"}}), "/form/properties/soBan", "form_text_missing"),
    (lambda d: fields(d)["hop_thu"].update(enum=["a"]), "/form/properties/hop_thu", "form_text_missing"),
    (
        lambda d: fields(d)["hop_thu"].update({"enum": ["a"], "x-labels": {"a": {"vi": "A", "en": ""}}}),
        "/form/properties/hop_thu",
        "form_text_missing",
    ),
    (lambda d: fields(d)["hop_thu"].update(format="uuid"), "/form/properties/hop_thu", "form_format_unknown"),
    (
        lambda d: fields(d)["hop_thu"].update({"$ref": "https://example.vn/x"}),
        "/form/properties/hop_thu",
        "form_reference_outside",
    ),
    (lambda d: fields(d)["hop_thu"].update({"$ref": "#"}), "/form/properties/hop_thu", "form_reference_outside"),
    (lambda d: d["form"].update({"x-sections": []}), "/form/x-sections", "form_sections_differ"),
    (
        lambda d: fields(d)["hop_thu"].update({"x-shown-when": {"field": "/la", "values": [1]}}),
        "/form/properties/hop_thu",
        "form_never_shown",
    ),
    (lambda d: fields(d)["hop_thu"].update({"x-min-age": "18"}), "/form/properties/hop_thu", "form_keyword_wrong"),
    (lambda d: fields(d)["hop_thu"].update({"x-usual-days": {}}), "/form/properties/hop_thu", "form_keyword_wrong"),
    (lambda d: fields(d)["hop_thu"].update({"x-distinct": "a"}), "/form/properties/hop_thu", "form_keyword_wrong"),
    (
        lambda d: fields(d)["hop_thu"].update({"x-amount-field": "so"}),
        "/form/properties/hop_thu",
        "form_sibling_unknown",
    ),
    (lambda d: fields(d)["hop_thu"].update({"x-list": {}}), "/form/properties/hop_thu", "form_list_unclear"),
    (
        lambda d: fields(d)["hop_thu"].update({"x-province-field": "tinh"}),
        "/form/properties/hop_thu",
        "form_sibling_unknown",
    ),
]


@pytest.mark.parametrize(("change", "where", "code"), [*SHAPE, *CONTENT, *PROCESS, *FORM])
def test_one_fault_one_finding(change: Spoil, where: str, code: str) -> None:
    assert spoiled(change) == [(where, code)]


def test_a_condition_that_can_never_hold() -> None:
    assert spoiled(lambda d: d["papers"][1]["condition"].update(values=["cong_ty"]), FIRST) == [
        ("/papers/1/condition", "condition_never_holds")
    ]


def test_the_longest_way_forward_counts_and_each_way_alone() -> None:
    assert spoiled(lambda d: d.update(term={"amount": 8, "unit": "working_hours"})) == []
    assert spoiled(lambda d: d.update(term={"amount": 7, "unit": "working_hours"})) == [
        ("/process/steps", "budget_past_term")
    ]
    assert spoiled(lambda d: steps(d)[0]["actions"].pop(0)) == []
    assert spoiled(lambda d: d["term"].update(amount=1)) == []


def test_a_process_that_cannot_finish_is_a_dead_end_at_every_step() -> None:
    assert spoiled(lambda d: steps(d)[2]["actions"].clear()) == [
        (f"/process/steps/{place}", "dead_end") for place in range(3)
    ]


def test_a_definition_that_refers_to_itself_ends() -> None:
    def loop(document: dict[str, Any]) -> None:
        document["form"]["$defs"] = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
        fields(document)["hop_thu"] = {"$ref": "#/$defs/a"}

    assert {code for _, code in spoiled(loop)} == {"form_text_missing"}


def test_many_faults_come_together() -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["fees"][0]["amount_vnd"] = -5
        steps(document)[2]["actions"].clear()
        fields(document)["soBan"].pop("title")

    assert {code for _, code in spoiled(spoil)} == {"fee_negative", "dead_end", "form_text_missing"}


def test_only_what_is_sound_is_published() -> None:
    assert require_sound(SECOND).code == "9.000001"
    with pytest.raises(CatalogueError) as refusal:
        require_sound(SECOND | {"fees": [SECOND["fees"][0] | {"amount_vnd": -1}]})
    assert [finding.code for finding in refusal.value.findings] == ["fee_negative"]
    assert "Phí không thể âm." in str(refusal.value)


def test_every_finding_has_a_test() -> None:
    tested = {code for _, _, code in (*SHAPE, *CONTENT, *PROCESS, *FORM)} | {"condition_never_holds"}
    about_files = {"file_unreadable", "file_too_large", "not_yaml", "key_twice", "alias_used"}
    assert tested | about_files == set(FINDING_TEXTS)
