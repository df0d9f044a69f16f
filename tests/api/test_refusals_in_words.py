"""Whatever is asked for wrongly, by whomever: the refusal is in words, in both languages, and passes nothing over."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.contract.openapi import render_detached
from kernel.ids import new_id
from tests.api.authorisation_requests import Asking, bodies, every_operation
from tests.api.authorisation_support import World
from tests.support.words import faults

OPERATIONS = list(every_operation(json.loads(render_detached())))
READING = ("GET", "HEAD", "OPTIONS")
# What outside parties post is theirs to shape.
POSTED = {"takeTwilioReceipt", "takeZaloEvent", "takeEsmsReceipt"}
# These take bodies of their own: files, and pieces of files.
FILES = {"sendPiece", "setPhoto", "sendBatch", "sendOrganisationPaper"}
BODILESS = [
    each
    for each in OPERATIONS
    if each.method not in READING and not each.takes_json and each.operation_id not in POSTED | FILES
]
WRONG: tuple[Any, ...] = (None, 7, -1, "", "x" * 6000, [], {"lạ": 1}, ["x"] * 200, "không có", True)
# Those who may do the operation come last: their refusals say the most.
CALLERS = ("anonymous", "other citizen", "police", "our hotel's system", "partner", "city's admin", "officer", "owner")


def _ask(world: World, asking: Asking, who: str, language: str, **sent: Any) -> Any:
    headers = {
        **world.callers[who].headers(),
        "Idempotency-Key": str(new_id()),
        "If-Match": "*",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Upload-Length": "17",
        "Accept-Language": language,
    }
    return world.client.open(asking.target(world, absent=False), method=asking.method, headers=headers, **sent)


def _sentences(answer: Any) -> Iterator[str]:
    if answer.mimetype == "application/problem+json" and answer.data:
        problem = answer.get_json()
        yield problem["title"]
        yield problem["detail"]
        yield from (each["message"] for each in problem.get("errors", ()))


def _check(vietnamese: Any, english: Any) -> list[str]:
    """What is wrong with the two answers to one request."""
    said = {language: list(_sentences(answer)) for language, answer in (("vi", vietnamese), ("en", english))}
    wrong = [
        f"{fault} in {text!r}" for language, texts in said.items() for text in texts for fault in faults(text, language)
    ]
    wrong += [f"{text!r} has a hole" for texts in said.values() for text in texts if "…" in text or "{" in text]
    wrong += [f"{text!r} is the same in both" for text in said["vi"] if text in said["en"]]
    return wrong


def _broken(body: dict[str, Any]) -> Iterator[Any]:
    yield {**body, "lạ": 1}
    yield {}
    yield []
    for place, name in enumerate(body):
        for turn in range(3):
            yield {**body, name: WRONG[(3 * place + turn) % len(WRONG)]}
        yield {member: value for member, value in body.items() if member != name}


@pytest.mark.parametrize("who", CALLERS)
def test_every_refusal_of_a_body_is_in_words(world: World, who: str) -> None:
    wrong: dict[str, list[str]] = {}
    sent = bodies(world)
    for asking in OPERATIONS:
        if not asking.takes_json or asking.operation_id in POSTED:
            continue
        for body in _broken(sent[asking.operation_id]):
            answers = [_ask(world, asking, who, language, json=body) for language in ("vi", "en")]
            assert all(answer.status_code not in (500, 502) for answer in answers), (asking.operation_id, body)
            if found := _check(*answers):
                wrong.setdefault(asking.operation_id, []).extend(found)
    assert wrong == {}


@pytest.mark.parametrize(
    ("who", "met"),
    [
        ("officer", {"action_not_allowed", "nothing_to_undo", "message_left", "forbidden", "not_found"}),
        ("owner", {"lookup_failed", "receipt_unknown", "client_ended", "already_member", "not_found"}),
        ("police", {"lodging_step_refused", "forbidden", "not_found"}),
    ],
)
def test_every_refusal_of_the_moment_is_in_words(world: World, who: str, met: set[str]) -> None:
    """What was right once is asked for again and again, until the state, the role or the limit forbids it."""
    wrong: dict[str, list[str]] = {}
    codes: set[str] = set()
    for asking in OPERATIONS:
        if asking.operation_id in {"logOut", "endSessions", "endSession", *POSTED}:
            continue
        for absent in (False, False, True):
            pair = [
                asking.ask(world, world.callers[who], absent=absent, language=language) for language in ("vi", "en")
            ]
            if any(answer.status_code < 400 for answer in pair):
                continue
            codes |= {answer.get_json()["code"] for answer in pair if answer.data}
            if found := _check(*pair):
                wrong.setdefault(asking.operation_id, []).extend(found)
    assert wrong == {}
    assert met <= codes


def test_an_unknown_member_is_refused_in_every_body(world: World) -> None:
    passed_over = {}
    sent = bodies(world)
    for asking in OPERATIONS:
        if not asking.takes_json or asking.operation_id in POSTED:
            continue
        answers = [_ask(world, asking, who, "vi", json={**sent[asking.operation_id], "lạ": 1}) for who in CALLERS]
        named = [
            each.get_json()["errors"] for each in answers if each.status_code == 422 and "errors" in each.get_json()
        ]
        if not any(
            {"pointer": "/lạ", "code": "unknown"}.items() <= error.items() for found in named for error in found
        ):
            passed_over[asking.operation_id] = [answer.status_code for answer in answers]
    assert passed_over == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"keep_current": True}}, 422),
        ({"json": [1]}, 422),
        ({"data": "keep_current=true", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": "{", "content_type": "application/json"}, 400),
    ],
)
def test_a_body_is_refused_where_none_is_taken(world: World, sent: dict[str, Any], status: int) -> None:
    answers = {
        asking.operation_id: [_ask(world, asking, who, "vi", **sent).status_code for who in ("officer", "owner")]
        for asking in BODILESS
    }
    assert {name for name, found in answers.items() if status not in found} == set()
    # The owner is still logged in, and what was to be deleted is still there.
    assert world.client.get("/v1/me", headers=world.callers["owner"].headers()).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"json": {}}, {"data": b"", "content_type": "application/json"}])
def test_nothing_is_no_body(world: World, sent: dict[str, Any]) -> None:
    asking = next(each for each in BODILESS if each.operation_id == "markNoticeRead")
    assert _ask(world, asking, "owner", "vi", **sent).status_code == 204
