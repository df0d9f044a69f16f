"""Templates by SMS: that a filled one says what it must and keeps within its parts; and how pages are loaded."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.notices import Person, Place, Value
from notify.templates.book import (
    LEGAL_MINIMUM,
    LEGAL_TIMES,
    VARIABLES,
    Purpose,
    TemplateError,
    load_templates,
    longest_values,
    make_template,
    render,
    shipped_templates,
)
from notify.templates.events import events
from notify.templates.forms import Kind, forms
from notify.templates.sms_text import measure, spelled

BOOK = shipped_templates()
NAMES = [template.name for template in BOOK if (template.channel, template.language) == ("sms", "vi")]
ENGLISH = [template.name for template in BOOK if (template.channel, template.language) == ("sms", "en")]
LEGAL = [name for name in NAMES if BOOK.get(name, "sms", "vi").legal]
ONE_PART = ("dossier.accepted", "dossier.finished")
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
USUAL: dict[str, Value] = {
    "agency": "Ủy ban nhân dân phường Điện Bàn",
    "handler": Person("Nguyễn Thị Thử"),
    "code": "000.00.00.H17-261120-0001",
    "reason": "Thiếu hợp đồng thuê nhà",
    "status": "Mới đăng ký",
    "fee": 100_000,
    "otp": "123456",
    "phone": "…678",
    "lodging": "Khách sạn Thử",
    "night": date(2026, 11, 20),
    "accepted": 12,
    "rejected": 1,
    "state": "Được tiếp nhận một phần",
    "owner": "Hộ kinh doanh Thử",
    "keys": "Phần mềm Thử",
    "heir": "Lê Thử",
    "last_day": date(2026, 12, 20),
    **dict.fromkeys((name for name, kind in VARIABLES.items() if kind is Kind.TIME), NOON),
}


def test_the_text_of_acceptance_says_what_the_law_wants() -> None:
    values = USUAL | {"due": datetime(2026, 11, 26, 3, 0, tzinfo=UTC), "received": NOON}
    assert render(BOOK.get("dossier.accepted", "sms", "vi"), values).body == (
        "UBND phuong Dien Ban: Ho so 000.00.00.H17-261120-0001 da duoc tiep nhan luc 10:00 20/11/2026, "
        "can bo Nguyen Thi Thu. Hen tra ket qua 10:00 26/11/2026."
    )


@pytest.mark.parametrize(("name", "language"), [(name, "vi") for name in NAMES] + [(name, "en") for name in ENGLISH])
def test_every_text_fits_with_the_longest_real_values(name: str, language: str) -> None:
    template = BOOK.get(name, "sms", language)
    assert template.language == language
    for values in longest_values():
        rendered = render(template, values)
        assert (rendered.encoding, rendered.units, rendered.parts) == measure(rendered.body)
        assert rendered.encoding == "GSM-7"
        assert rendered.parts <= (1 if name in ONE_PART and language == "vi" else 2)


@pytest.mark.parametrize("name", ONE_PART)
def test_acceptance_and_result_fit_one_part_in_every_commune(name: str) -> None:
    template = BOOK.get(name, "sms", "vi")
    communes = Path(__file__).parents[2] / "data" / "communes_2026.csv"
    rows = list(csv.DictReader(communes.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 3000
    for row in rows:
        agency = f"Ủy ban nhân dân {row['full_name'][0].lower()}{row['full_name'][1:]}"
        rendered = render(template, USUAL | {"agency": agency, "code": "000.00.00.H17-261120-10000"})
        assert rendered.parts == 1
        assert not rendered.body.partition(":")[0].endswith("...")


@pytest.mark.parametrize("name", LEGAL)
def test_a_notice_holds_the_legal_minimum(name: str) -> None:
    template = BOOK.get(name, "sms", "vi")
    assert template.variables >= LEGAL_MINIMUM
    assert template.variables & LEGAL_TIMES
    body = render(template, USUAL).body
    for shown in ("UBND phuong Dien Ban", "Nguyen Thi Thu", "10:00 20/11/2026", "000.00.00.H17-261120-0001"):
        assert shown in body


ANYTHING = st.text(min_size=1, max_size=40).filter(
    lambda text: bool(text.strip(" .")) and "?" not in spelled(text).text
)


@given(name=st.sampled_from(NAMES), officer=ANYTHING, lodging=ANYTHING, reason=ANYTHING)
def test_no_letter_of_any_script_becomes_a_question_mark(name: str, officer: str, lodging: str, reason: str) -> None:
    values: dict[str, Value] = longest_values()[0] | {
        **dict.fromkeys(("owner", "keys", "heir"), lodging),
        "handler": Person(officer, "Bộ phận Tiếp nhận và Trả kết quả"),
        "lodging": Place(lodging, "Khách sạn", "12 Trần Phú"),
        "reason": reason,
    }
    body = render(BOOK.get(name, "sms", "vi"), values).body
    assert "?" not in body
    assert any(sign.isalnum() for sign in body.partition(": ")[0]) or body.startswith("(...)")
    written = forms(Kind.HANDLER, values["handler"]) + forms(Kind.NAME, values["lodging"])
    assert all(any(sign.isalnum() for sign in each) for each in written)


NAME_WORDS = st.lists(st.text("abcdđeêơuưýỳÁĐ'[", min_size=1, max_size=14), min_size=1, max_size=8).map(" ".join)


@given(
    name=st.sampled_from(NAMES),
    handler=st.one_of(NAME_WORDS.map(Person), NAME_WORDS),
    agency=NAME_WORDS,
    reason=st.text("abc đê€[\n.申", min_size=1, max_size=600).filter(lambda text: bool(text.strip(" \n."))),
)
def test_no_name_and_no_reason_makes_a_text_too_long(
    name: str, handler: Person | str, agency: str, reason: str
) -> None:
    template = BOOK.get(name, "sms", "vi")
    rendered = render(template, USUAL | {"handler": handler, "agency": agency, "reason": reason})
    assert rendered.parts <= template.parts
    assert rendered.encoding == "GSM-7"
    if "code" in template.variables:
        assert "000.00.00.H17-261120-0001" in rendered.body


def test_a_long_reason_is_cut_and_points_to_the_app() -> None:
    body = render(BOOK.get("dossier.declined", "sms", "vi"), USUAL | {"reason": "Thiếu giấy tờ " * 40}).body
    assert body.endswith("... Xem tren ung dung.")
    assert measure(body).segments == 2


def test_names_give_way_before_a_reason_becomes_a_few_letters() -> None:
    values = USUAL | {"reason": "r" * 400, "handler": Person("Nguyễn " + "Thịthịthịthịthị " * 8 + "Thử")}
    body = render(BOOK.get("dossier.supplement_requested", "sms", "vi"), values).body
    assert "can bo Nguyen T.T.T.T.T.T.T.T.Thu." in body
    assert "r" * 60 in body


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due": None}, "no value for {due}"),
        ({"handler": "  "}, "the value for {handler} is empty"),
        ({"due": "26/11/2026"}, "{due}: an instant is needed"),
        ({"code": "0" * 120}, "do not fit into 1 part(s)"),
    ],
)
def test_values_that_do_not_fill_a_template_are_refused(changed: dict[str, Value], said: str) -> None:
    with pytest.raises(TemplateError) as refused:
        render(BOOK.get("dossier.accepted", "sms", "vi"), USUAL | changed)
    assert said in str(refused.value)


def test_loading_names_every_bad_template() -> None:
    page = """
channel: sms
language: vi
templates:
  phone_proof.code: {version: 1, parts: 1, text: "{colour} {code}"}
  dossier.stopped: {version: 1, parts: 2, text: "{agency} {handler} {received} {at}"}
  dossier.exploded: {version: 1, parts: 1, text: "?"}
"""
    with pytest.raises(TemplateError) as refused:
        load_templates((page,))
    offered = "{otp}, {until}"
    assert str(refused.value).splitlines() == [
        f"phone_proof.code sms vi: /content/text template_variable_not_offered ({{code}}, {offered})",
        f"phone_proof.code sms vi: /content/text template_variable_unknown ({{colour}}, {offered})",
        "dossier.stopped sms vi: /content/text template_legal_content ({code})",
        "dossier.exploded: no such event",
    ]


def test_a_language_without_texts_falls_back_to_vietnamese() -> None:
    assert BOOK.get("dossier.accepted", "zalo", "en").language == "vi"
    assert BOOK.get("dossier.accepted", "sms", "en").language == "en"
    assert BOOK.find("dossier.accepted", "pigeon", "vi") is None
    with pytest.raises(TemplateError):
        BOOK.get("dossier.accepted", "pigeon", "vi")


def test_a_code_that_proves_a_phone_goes_to_that_phone_only() -> None:
    assert [template.channel for template in BOOK if template.name == "phone_proof.code"] == ["sms", "sms"]


def test_every_event_is_told_on_each_of_its_channels() -> None:
    told = {(template.name, template.channel, template.language) for template in BOOK}
    for event in events().values():
        for channel in event.channels:
            languages = {"vi"} if channel == "zalo" else {"vi", "en"}
            assert {(event.name, channel, language) for language in languages} <= told


def test_a_notice_the_law_wants_at_once_never_waits() -> None:
    assert all(not (event.legal and event.can_wait) for event in events().values())
    assert {event.purpose for event in events().values() if event.legal} == {Purpose.DOSSIER_STATUS}


def test_a_form_that_is_not_registered_is_not_in_the_book() -> None:
    book = shipped_templates((("dossier", "7895417"),))
    accepted = book.find("dossier.accepted", "zalo", "vi")
    assert accepted is not None
    assert '"template_id":"7895417"' in render(accepted, USUAL).body
    assert book.find("dossier.fee_demanded", "zalo", "vi") is None
    assert book.find("dossier.fee_demanded", "sms", "vi") is not None


def test_a_template_written_with_accents_is_sent_without() -> None:
    content = {"text": "Mã xác nhận: {otp}, dùng trước {until}. Đừng cho ai biết", "parts": 1}
    rendered = render(make_template("phone_proof.code", "sms", "vi", 2, content), USUAL)
    assert rendered.body == "Ma xac nhan: 123456, dung truoc 10:00 20/11/2026. Dung cho ai biet"
    assert (rendered.encoding, rendered.parts) == ("GSM-7", 1)


ACCENTED: dict[str, Any] = {
    "text": "{agency}: Hồ sơ {code} (nhận {received}) dừng giải quyết lúc {at}, người xử lý {handler}. Lý do: {reason}",
    "parts": 4,
    "accents": True,
}


def test_a_template_with_accents_is_sent_with_them_and_measured_as_such() -> None:
    rendered = render(make_template("dossier.stopped", "sms", "vi", 2, ACCENTED), USUAL)
    assert rendered.body.startswith("Ủy ban nhân dân phường Điện Bàn: Hồ sơ 000.00.00.H17-261120-0001 (nhận 10:00")
    assert (rendered.encoding, rendered.units, rendered.parts) == measure(rendered.body)
    assert (rendered.encoding, rendered.parts) == ("UCS-2", 3)


@given(st.text("abc đê€[😀 .", min_size=1, max_size=600).filter(lambda text: bool(text.strip(" ."))))
def test_a_reason_fills_the_room_of_an_accented_text_and_no_more(reason: str) -> None:
    rendered = render(make_template("dossier.stopped", "sms", "vi", 2, ACCENTED), USUAL | {"reason": reason})
    assert rendered.parts <= 4
    assert "000.00.00.H17-261120-0001" in rendered.body
    if rendered.body.endswith("..."):
        # What is left over is less than a word, cut where that loses little.
        assert rendered.units > 2 * 67
