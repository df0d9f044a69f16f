"""Templates over HTTP: read, tried out, saved by an admin of the whole system, and used by the next message."""

from typing import Any

import pytest

from kernel.ids import new_id
from notify.templates.book import shipped_contents, shipped_templates
from notify.templates.store import LiveBook
from tests.api.authorisation_support import World

URL = "/v1/desk/templates"
NAME = "dossier.accepted"
SHIPPED = shipped_templates().get(NAME, "sms", "vi").version
TEXT = "{agency}: hồ sơ {code} tiếp nhận {received}, cán bộ {handler}, hẹn trả {due}"


def _ask(world: World, method: str, path: str, who: str = "city's admin", **sent: Any) -> Any:
    headers = {**world.callers[who].headers(), "Idempotency-Key": str(new_id()), **sent.pop("headers", {})}
    return world.client.open(f"{URL}{path}", method=method, headers=headers, **sent)


def _draft(text: str = TEXT, **content: Any) -> dict[str, Any]:
    return {"channel": "sms", "language": "vi", "content": {"text": text, "parts": 2, **content}}


def _save(world: World, draft: dict[str, Any], name: str = NAME, **sent: Any) -> Any:
    return _ask(world, "POST", f"/{name}/versions", json=draft, **sent)


def _preview(world: World, draft: dict[str, Any], name: str = NAME, **sent: Any) -> Any:
    return _ask(world, "POST", f"/{name}/preview", json=draft, **sent)


def test_the_list_shows_every_event_with_what_it_knows(world: World) -> None:
    listed = {each["name"]: each for each in _ask(world, "GET", "").get_json()["items"]}
    accepted = listed[NAME]
    assert accepted["title"] == "Tiếp nhận hồ sơ"
    assert (accepted["purpose"], accepted["legal"], accepted["can_wait"]) == ("dossier_status", True, False)
    assert {"name": "due", "kind": "time"} in accepted["variables"]
    assert {(each["channel"], each["language"]) for each in accepted["versions"]} == {
        ("zalo", "vi"), ("sms", "vi"), ("sms", "en"), ("inbox", "vi"), ("inbox", "en"),
    }  # fmt: skip
    assert listed["phone_proof.code"]["channels"] == ["sms"]
    english = _ask(world, "GET", "", headers={"Accept-Language": "en"}).get_json()["items"]
    assert {each["name"]: each["title"] for each in english}[NAME] == "Dossier accepted"


def test_a_version_is_saved_shown_and_used(world: World) -> None:
    with world.held.database.transaction() as session:
        assert world.held.templates(session).get(NAME, "sms", "vi").version == SHIPPED
    saved = _save(world, {**_draft(), "note": "gọn hơn"})
    assert saved.status_code == 201
    version = saved.get_json()
    assert (version["number"], version["in_use"], version["shipped"], version["note"]) == (
        SHIPPED + 1,
        True,
        False,
        "gọn hơn",
    )
    assert version["content"] == {"text": TEXT, "parts": 2}
    shown = [
        (each["number"], each["in_use"])
        for each in _ask(world, "GET", f"/{NAME}").get_json()["versions"]
        if (each["channel"], each["language"]) == ("sms", "vi")
    ]
    assert shown == [(SHIPPED + 1, True), (SHIPPED, False)]
    other_process = LiveBook(shipped_templates)
    with world.held.database.transaction() as session:
        assert other_process(session).get(NAME, "sms", "vi").version == SHIPPED + 1


def test_the_same_key_saves_once(world: World) -> None:
    headers = {"Idempotency-Key": "mot-lan"}
    first, again = (_save(world, _draft(), headers=headers) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert _save(world, _draft()).get_json()["number"] == SHIPPED + 2


def test_what_was_is_saved_again_to_go_back(world: World) -> None:
    _save(world, _draft())
    for channel in ("zalo", "inbox", "sms"):
        content = shipped_contents()[NAME, channel, "vi"][1]
        back = _save(world, {"channel": channel, "language": "vi", "content": content})
        assert back.status_code == 201, back.get_json()
        assert back.get_json()["content"] == content


def test_what_cannot_be_used_is_refused_with_everything_that_is_wrong(world: World) -> None:
    refused = _save(world, _draft("{agency} {colour} {fee}"), headers={"Accept-Language": "en"})
    assert refused.status_code == 422
    problem = refused.get_json()
    assert (problem["code"], problem["detail"]) == ("template_invalid", "The message template cannot be used.")
    offered = "{agency}, {at}, {code}, {due}, {handler}, {received}, {status}"
    assert [each["message"] for each in problem["errors"]] == [
        f"There is no variable {{colour}}; this event has: {offered}.",
        f"This event does not have {{fee}}; it has: {offered}.",
        "By law this notice must say {code} (Decree 224/2026/NĐ-CP art. 15.1.g).",
        "By law this notice must say {due} (Decree 224/2026/NĐ-CP art. 15.1.g).",
        "By law this notice must say {handler} (Decree 224/2026/NĐ-CP art. 15.1.g).",
        "By law this notice must say {received} (Decree 224/2026/NĐ-CP art. 15.1.g).",
    ]
    assert {each["pointer"] for each in problem["errors"]} == {"/content/text"}
    assert _ask(world, "GET", f"/{NAME}").get_json()["versions"][1]["number"] == SHIPPED


@pytest.mark.parametrize(
    ("draft", "pointer", "code"),
    [
        ({**_draft(), "channel": "pigeon"}, "/channel", "choice"),
        (_draft(text=""), "/content/text", "length_between"),
        (_draft(parts=9), "/content/parts", "range_between"),
        (_draft(colour="đỏ"), "/content/colour", "unknown"),
        ({"channel": "sms", "language": "vi"}, "/content", "required"),
        (
            {"channel": "zalo", "language": "vi", "content": {"template_id": "1", "fields": [{"param": "a"}]}},
            "/content/fields/0/text",
            "required",
        ),
    ],
)
def test_what_has_no_shape_is_refused_at_the_edge(world: World, draft: dict[str, Any], pointer: str, code: str) -> None:
    refused = _save(world, draft)
    assert refused.status_code == 422
    assert (pointer, code) in {(each["pointer"], each["code"]) for each in refused.get_json()["errors"]}


def test_a_preview_shows_the_text_and_what_it_costs(world: World) -> None:
    values = {
        "agency": "Ủy ban nhân dân phường Điện Bàn",
        "handler": "Nguyễn Thị Thử",
        "code": "H17-1",
        "received": "2026-11-20T10:00:00+07:00",
        "due": "2026-11-26T10:00:00+07:00",
    }
    seen = _preview(world, {**_draft(), "values": values}).get_json()
    price = world.held.notify.routes[0].price_vnd
    assert seen["shown"] == {
        "text": (
            "UBND phuong Dien Ban: ho so H17-1 tiep nhan 10:00 20/11/2026, can bo Nguyen Thi Thu, "
            "hen tra 10:00 26/11/2026"
        ),
        "title": None,
        "fields": [],
        "encoding": "GSM-7",
        "units": 109,
        "parts": 1,
        "price_vnd": price,
    }
    assert seen["longest"]["parts"] == 2
    assert seen["longest"]["price_vnd"] == 2 * price
    assert seen["problems"] == []
    accented = _preview(world, {**_draft(accents=True, parts=4), "values": values}).get_json()
    assert (accented["shown"]["encoding"], accented["shown"]["parts"]) == ("UCS-2", 2)
    assert accented["shown"]["text"].startswith("Ủy ban nhân dân phường Điện Bàn: hồ sơ H17-1")


def test_a_preview_shows_forms_and_items(world: World) -> None:
    form = shipped_contents()[NAME, "zalo", "vi"][1]
    seen = _preview(
        world, {"channel": "zalo", "language": "vi", "content": form, "values": {"code": "H17-1"}}
    ).get_json()
    assert {"param": "ma_ho_so", "value": "H17-1"} in seen["shown"]["fields"]
    assert (seen["shown"]["text"], seen["shown"]["parts"]) == (None, 0)
    item = shipped_contents()[NAME, "inbox", "vi"][1]
    seen = _preview(
        world, {"channel": "inbox", "language": "vi", "content": item, "values": {"code": "H17-1"}}
    ).get_json()
    assert seen["shown"]["title"] == "Hồ sơ H17-1 đã được tiếp nhận"
    assert seen["shown"]["price_vnd"] == 0


def test_a_preview_names_every_problem_and_keeps_nothing(world: World) -> None:
    seen = _preview(world, {**_draft("{agency} {fee}"), "values": {"due": "mai", "otp": "1"}}).get_json()
    assert [(each["pointer"], each["code"]) for each in seen["problems"]] == [
        ("/content/text", "template_variable_not_offered"),
        ("/content/text", "template_legal_content"),
        ("/content/text", "template_legal_content"),
        ("/content/text", "template_legal_content"),
        ("/content/text", "template_legal_content"),
        ("/values/due", "invalid"),
        ("/values/otp", "choice"),
    ]
    assert seen["longest"] is None
    assert len(_ask(world, "GET", f"/{NAME}").get_json()["versions"]) == 5


@pytest.mark.parametrize("who", ["officer", "owner", "partner"])
def test_who_is_no_admin_of_the_whole_system_has_no_say(world: World, who: str) -> None:
    answers = [
        _ask(world, "GET", "", who),
        _ask(world, "GET", f"/{NAME}", who),
        _ask(world, "POST", f"/{NAME}/preview", who, json=_draft()),
        _ask(world, "POST", f"/{NAME}/versions", who, json=_draft()),
    ]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(403, "forbidden")}


def test_an_event_that_is_not_is_not_found(world: World) -> None:
    for answer in (
        _ask(world, "GET", "/no.such"),
        _preview(world, _draft(), "no.such"),
        _save(world, _draft(), "no.such"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
