"""Saved templates: numbered, kept, used within seconds, and one that no longer fits does not stop the rest."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work
from notify.registers import TemplateVersion
from notify.templates.book import SANDBOX_FORMS, longest_values, render, shipped_contents, shipped_templates
from notify.templates.service import (
    Draft,
    Version,
    list_templates,
    preview_template,
    read_template,
    save_version,
)
from notify.templates.store import LiveBook, book_in_use
from tests.db.notify.support import VAULT

NAME = "residence.reminder"
ADMIN = Actor(ActorKind.OFFICER, officer_id=new_id(), person_id=new_id(), roles=frozenset({"admin"}))


@pytest.fixture
def work(session: Session, clock: SettableClock) -> Work:
    return Work(session, VAULT, clock)


def _draft(said: str = "Chưa gửi", **changed: Any) -> Draft:
    return Draft(
        **{"channel": "sms", "language": "vi", "content": {"text": f"{{lodging}}: {said}", "parts": 2}} | changed
    )


def _save(work: Work, said: str, **changed: Any) -> Version:
    return save_version(work, ADMIN, NAME, _draft(said, **changed), None, SANDBOX_FORMS)


def _said(work: Work) -> tuple[int, str]:
    template = book_in_use(work.session, shipped_templates()).get(NAME, "sms", "vi")
    return template.version, render(template, {"lodging": "Sao Mai", **_rest(template.variables)}).body


def _rest(variables: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in longest_values()[0].items() if name in variables - {"lodging"}}


def test_a_saved_version_is_used_and_numbered_after_the_shipped_one(work: Work) -> None:
    assert _said(work)[0] == 1
    first, second = _save(work, "Một"), _save(work, "Hai")
    assert (first.number, second.number) == (2, 3)
    assert _said(work) == (3, "Sao Mai: Hai")


def test_languages_and_channels_are_numbered_each_by_itself(work: Work) -> None:
    _save(work, "Một")
    english = _save(work, "Not sent", language="en")
    item = save_version(
        work, ADMIN, NAME, Draft("inbox", "vi", {"title": "Đêm {night}", "body": "{lodging}"}), None, SANDBOX_FORMS
    )
    assert (english.number, item.number) == (2, 2)
    assert _said(work) == (2, "Sao Mai: Mot")


def test_going_back_is_saving_what_was_under_a_new_number(work: Work) -> None:
    _save(work, "Một")
    _save(work, "Hai")
    shipped = shipped_contents()[NAME, "sms", "vi"][1]
    again = save_version(work, ADMIN, NAME, Draft("sms", "vi", shipped), "như cũ", SANDBOX_FORMS)
    assert (again.number, again.note, again.saved_by) == (4, "như cũ", ADMIN.id)
    assert book_in_use(work.session, shipped_templates()).get(NAME, "sms", "vi").layout == (
        shipped_templates().get(NAME, "sms", "vi").layout
    )


def test_every_version_is_kept_and_one_of_each_is_in_use(work: Work) -> None:
    for said in ("Một", "Hai"):
        _save(work, said)
    versions = read_template(work, NAME, SANDBOX_FORMS).versions
    texts = [each for each in versions if (each.channel, each.language) == ("sms", "vi")]
    assert [(each.number, each.in_use, each.shipped) for each in texts] == [
        (3, True, False),
        (2, False, False),
        (1, False, True),
    ]
    assert {(each.channel, each.language): each.number for each in versions if each.in_use} == {
        ("zalo", "vi"): 1,
        ("sms", "vi"): 3,
        ("sms", "en"): 1,
        ("inbox", "vi"): 1,
        ("inbox", "en"): 1,
    }


def test_the_list_shows_what_is_in_use(work: Work) -> None:
    _save(work, "Một")
    listed = {each.event.name: each for each in list_templates(work, SANDBOX_FORMS)}
    assert {(each.channel, each.number) for each in listed[NAME].versions if each.language == "vi"} == {
        ("zalo", 1),
        ("sms", 2),
        ("inbox", 1),
    }
    assert [each.channel for each in listed["phone_proof.code"].versions] == ["sms", "sms"]


def test_what_cannot_be_used_is_not_saved(work: Work) -> None:
    with pytest.raises(DomainError) as refused:
        _save(work, "{due}")
    assert refused.value.code == "template_invalid"
    assert [(each.pointer, each.code) for each in refused.value.fields] == [
        ("/content/text", "template_variable_not_offered")
    ]
    assert _said(work)[0] == 1
    for what in (
        lambda: read_template(work, "nothing", SANDBOX_FORMS),
        lambda: preview_template("nothing", _draft(), {}, {}),
    ):
        with pytest.raises(DomainError) as unknown:
            what()
        assert unknown.value.code == "not_found"


def test_saving_is_in_the_audit(work: Work) -> None:
    _save(work, "Một")
    row = work.session.execute(text("SELECT actor_id, details FROM audit_entry WHERE action = 'template.save'")).one()
    assert row.actor_id == ADMIN.id
    assert row.details == {"template": NAME, "channel": "sms", "language": "vi", "number": 2}


@pytest.mark.parametrize(
    "row",
    [
        {"name": NAME, "content": {"text": "{lodging} {due}", "parts": 1}},
        {"name": "residence.forgotten", "content": {"text": "x", "parts": 1}},
    ],
)
def test_a_version_that_no_longer_fits_leaves_what_is_shipped(work: Work, row: dict[str, Any]) -> None:
    work.session.add(TemplateVersion(channel="sms", language="vi", number=2, saved_by=new_id(), **row))
    work.session.flush()
    with capture_logs() as logs:
        assert _said(work)[0] == 1
    assert [(log["event"], log["number"]) for log in logs] == [("notify.template_unfit", 2)]


def test_a_process_that_runs_long_reads_again_within_seconds_and_not_more_often(work: Work) -> None:
    now = [100.0]
    live = LiveBook(shipped_templates, every_s=3, monotonic=lambda: now[0])
    assert live(work.session).get(NAME, "sms", "vi").version == 1
    _save(work, "Một")
    assert live(work.session).get(NAME, "sms", "vi").version == 1
    now[0] += 3
    book = live(work.session)
    assert book.get(NAME, "sms", "vi").version == 2
    now[0] += 3
    assert live(work.session) is book
    _save(work, "Hai")
    now[0] += 3
    assert live(work.session).get(NAME, "sms", "vi").version == 3


def test_a_preview_shows_text_cost_and_every_problem() -> None:
    draft = _draft("chưa thông báo đêm {night}, hạn {deadline}")
    given = {"lodging": "Sao Mai", "night": "2026-11-20", "deadline": "2026-11-20T23:00:00+07:00"}
    seen = preview_template(NAME, draft, given, {"sms": 800})
    assert seen.problems == ()
    assert seen.shown is not None
    assert seen.shown.message.body == "Sao Mai: chua thong bao dem 20/11/2026, han 23:00 20/11/2026"
    assert (seen.shown.message.encoding, seen.shown.message.parts, seen.shown.price_vnd) == ("GSM-7", 1, 800)
    assert seen.longest is not None
    assert seen.longest.message.units > seen.shown.message.units
    bad = preview_template(NAME, _draft("{due} 申"), {"night": 5, "otp": "1"}, {})
    assert bad.shown is None
    assert [(each.pointer, each.code) for each in bad.problems] == [
        ("/content/text", "template_alphabet"),
        ("/values/night", "invalid"),
        ("/values/otp", "choice"),
    ]


def test_a_preview_costs_what_its_channel_does() -> None:
    accented = _draft("chưa thông báo " * 6, content={"text": "{lodging}: " + "ế" * 70, "parts": 4, "accents": True})
    seen = preview_template(NAME, accented, {"lodging": "Sao Mai"}, {"sms": 800})
    assert seen.shown is not None
    assert (seen.shown.message.encoding, seen.shown.price_vnd) == ("UCS-2", 1600)
    item = Draft("inbox", "vi", {"title": "Đêm {night}", "body": "{lodging}"})
    shown = preview_template(NAME, item, {}, {}).shown
    assert shown is not None
    assert shown.price_vnd == 0
    unknown = preview_template(NAME, _draft(), {}, {}).shown
    assert unknown is not None
    assert unknown.price_vnd is None


def test_a_preview_says_when_the_given_values_do_not_fit() -> None:
    draft = Draft("sms", "vi", {"text": "x" * 150 + "{otp}", "parts": 1})
    seen = preview_template("phone_proof.code", draft, {"otp": "1" * 20}, {})
    assert seen.shown is None
    assert [(each.pointer, each.code) for each in seen.problems] == [("/values", "template_values_unfit")]
