"""What is wrong with a template is found when it is saved, all of it, each thing at its place."""

from typing import Any

import pytest

from kernel.errors import DomainError
from mobile_contract.problems import FIELD_TEXTS
from notify.templates.book import make_template, shipped_contents
from notify.templates.check import check_content
from notify.templates.events import events
from notify.templates.sms_text import measure

STOPPED = "{agency} {code} {received} {handler} {at}"
LEGAL = "template_legal_content"
TITLE, BODY = "/content/title", "/content/body"
FIELDS = [{"param": "loi_nhan", "type": "product", "text": STOPPED}]


def _found(name: str, channel: str, content: dict[str, Any]) -> list[tuple[str, str]]:
    problems = check_content(events()[name], channel, "vi", content).problems
    assert all(problem.code in FIELD_TEXTS for problem in problems)
    return [(problem.pointer, problem.code) for problem in problems]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("dossier.stopped", {"text": STOPPED, "parts": 2}, []),
        ("dossier.stopped", {"text": STOPPED + "{colour}", "parts": 2}, ["template_variable_unknown"]),
        ("dossier.stopped", {"text": STOPPED + "{code.real}", "parts": 2}, ["template_variable_unknown"]),
        ("dossier.stopped", {"text": STOPPED + "{due}", "parts": 2}, ["template_variable_not_offered"]),
        ("dossier.accepted", {"text": STOPPED + "{due}", "parts": 2}, []),
        # While the result is still to come, when it will must be said.
        ("dossier.accepted", {"text": "{agency} {code} {received} {handler} {at}", "parts": 2}, [LEGAL]),
        ("dossier.finished", {"text": "{agency} {code} {received} {handler} {at}", "parts": 2}, []),
        ("dossier.stopped", {"text": "{agency} {code}", "parts": 2}, [LEGAL, LEGAL, "template_legal_time"]),
        ("dossier.stopped", {"text": "{agency} {handler} {received} {at}", "parts": 2}, ["template_legal_content"]),
        ("phone_proof.code", {"text": "{otp", "parts": 1}, ["template_braces"]),
        ("phone_proof.code", {"text": "otp}", "parts": 1}, ["template_braces"]),
        ("phone_proof.code", {"text": "{}", "parts": 1}, ["template_braces"]),
        ("phone_proof.code", {"text": "{otp!r}", "parts": 1}, ["template_braces"]),
        ("phone_proof.code", {"text": "{otp:>9}", "parts": 1}, ["template_braces"]),
        ("phone_proof.code", {"text": "{{otp}} {otp}", "parts": 1}, []),
        ("phone_proof.code", {"text": "Mã 申 😀: {otp}", "parts": 1}, ["template_alphabet"]),
        ("phone_proof.code", {"text": "Mã 申 😀: {otp}", "parts": 1, "accents": True}, []),
        ("phone_proof.code", {"text": "x" * 154 + "{otp}", "parts": 1}, []),
        ("phone_proof.code", {"text": "x" * 155 + "{otp}", "parts": 1}, ["template_too_long"]),
        ("phone_proof.code", {"text": "ế" * 64 + "{otp}", "parts": 1, "accents": True}, []),
        ("phone_proof.code", {"text": "ế" * 65 + "{otp}", "parts": 1, "accents": True}, ["template_too_long"]),
        ("phone_proof.code", {"text": "  ", "parts": 1}, ["required"]),
        ("phone_proof.code", {"parts": 1}, ["required"]),
        ("phone_proof.code", {"text": 5}, ["required"]),
        ("phone_proof.code", {"text": "{otp}", "parts": 0}, ["range_between"]),
        ("phone_proof.code", {"text": "{otp}", "parts": 5}, ["range_between"]),
        ("phone_proof.code", {"text": "{otp}", "parts": True}, ["range_between"]),
        ("phone_proof.code", {"text": "{otp}", "parts": "1", "accents": 1}, ["range_between", "invalid"]),
        ("phone_proof.code", {"text": "x" * 2001}, ["length_max"]),
        ("phone_proof.code", {"text": "{otp}", "title": "Mã"}, ["unknown"]),
    ],
)  # fmt: skip
def test_a_text_is_checked(name: str, content: dict[str, Any], found: list[str]) -> None:
    assert [code for _, code in _found(name, "sms", content)] == found


@pytest.mark.parametrize(("signs", "parts", "needed"), [(155, 1, "2"), (400, 1, "3"), (700, 2, ">4")])
def test_of_a_text_that_is_too_long_it_is_said_how_many_parts_would_do(signs: int, parts: int, needed: str) -> None:
    checked = check_content(events()["phone_proof.code"], "sms", "vi", {"text": "x" * signs + "{otp}", "parts": parts})
    assert [problem.params for problem in checked.problems] == [{"parts": parts, "needed": needed}]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"template_id": "7895417", "fields": FIELDS}, []),
        ({"fields": FIELDS}, [("/content/template_id", "required")]),
        ({"template_id": "abc", "fields": FIELDS}, [("/content/template_id", "pattern")]),
        ({"template_id": "1", "fields": []}, [("/content/fields", "items_between")]),
        ({"template_id": "1", "fields": "loi_nhan"}, [("/content/fields", "items_between")]),
        ({"template_id": "1", "fields": ["loi_nhan"]}, [("/content/fields/0", "invalid")]),
        (
            {"template_id": "1", "fields": [*FIELDS, {"param": "Mã hồ sơ", "type": "text"}]},
            [
                ("/content/fields/1/param", "pattern"),
                ("/content/fields/1/type", "choice"),
                ("/content/fields/1/text", "required"),
            ],
        ),
        ({"template_id": "1", "fields": FIELDS * 2}, [("/content/fields/1/param", "template_param_twice")]),
        (
            {"template_id": "1", "fields": [*FIELDS, {"param": "ma", "type": "code", "text": "Hồ sơ: {code}"}]},
            [("/content/fields/1/text", "template_field_too_long")],
        ),
        (
            {"template_id": "1", "fields": [*FIELDS, {"param": "ma", "type": "code", "text": "ế" * 31}]},
            [("/content/fields/1/text", "template_field_too_long")],
        ),
        ({"template_id": "1", "fields": [*FIELDS, {"param": "ma", "type": "code", "text": "e\u0302\u0301" * 30}]}, []),
        (
            {"template_id": "1", "fields": [{"param": "ma", "type": "code", "text": "{code}"}]},
            [("/content/fields", "template_legal_content")] * 3 + [("/content/fields", "template_legal_time")],
        ),
        (
            {"template_id": "1", "fields": [*FIELDS, {"param": "phi", "type": "amount", "text": "{fee}"}]},
            [("/content/fields/1/text", "template_variable_not_offered")],
        ),
    ],
)
def test_a_form_is_checked(content: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert _found("dossier.stopped", "zalo", content) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"title": "{code}", "body": "{agency} {received} {handler} {at}"}, []),
        ({"title": "{code", "body": "{agency"}, [(TITLE, "template_braces"), (BODY, "template_braces")]),
        ({"title": "x" * 101, "body": STOPPED}, [("/content/title", "length_max")]),
        ({"title": "Tin", "body": "{agency} {received} {handler} {at}"}, [("/content/body", "template_legal_content")]),
        ({"text": STOPPED}, [("/content/text", "unknown"), (TITLE, "required"), (BODY, "required")]),
    ],
)  # fmt: skip
def test_an_item_is_checked(content: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert _found("dossier.stopped", "inbox", content) == found


def test_an_event_is_told_only_where_it_may_be() -> None:
    assert _found("phone_proof.code", "inbox", {"title": "Mã", "body": "{otp}"}) == [("/channel", "template_channel")]


def test_a_refusal_names_what_is_missing_and_what_there_is() -> None:
    with pytest.raises(DomainError) as refused:
        make_template("phone_proof.code", "sms", "vi", 2, {"text": "{code}", "parts": 1})
    assert refused.value.code == "template_invalid"
    assert refused.value.fields[0].params == {"variable": "{code}", "offered": "{otp}, {until}"}


def test_strange_characters_are_named() -> None:
    checked = check_content(events()["phone_proof.code"], "sms", "vi", {"text": "{otp} 申", "parts": 1})
    assert checked.problems[0].params == {"characters": "申 (U+7533)"}


@pytest.mark.parametrize("key", sorted(shipped_contents()), ids=" ".join)
def test_the_longest_message_of_every_shipped_template_is_measured(key: tuple[str, str, str]) -> None:
    name, channel, language = key
    _, content = shipped_contents()[key]
    checked = check_content(events()[name], channel, language, content)
    assert checked.longest is not None
    if channel == "sms":
        assert checked.longest.parts <= content["parts"]
        assert (checked.longest.encoding, checked.longest.units, checked.longest.parts) == measure(checked.longest.body)
