"""Forms for Zalo and items of the inbox: JSON, with accents, every field within its length, no code ever cut."""

import json
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.notices import Person, Value
from notify.templates.book import (
    VARIABLES,
    Template,
    TemplateError,
    longest_values,
    make_template,
    render,
    shipped_templates,
)
from notify.templates.forms import Kind
from notify.templates.layouts import ZaloLayout, zalo_types

BOOK = shipped_templates()
ZALO = [template for template in BOOK if template.channel == "zalo"]
INBOX = [template for template in BOOK if template.channel == "inbox"]
CODE = "000.00.00.H17-261120-0001"
USUAL: dict[str, Value] = {
    "agency": "Ủy ban nhân dân phường Điện Bàn",
    "handler": Person("Nguyễn Thị Thử"),
    "code": CODE,
    "reason": "Thiếu hợp đồng thuê nhà",
    "status": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "fee": 100_000,
    "otp": "123456",
    "phone": "…678",
    "lodging": "Khách sạn Thử",
    "owner": "Công ty Thử",
    "keys": "Phần mềm lễ tân, Máy quét",
    "heir": "Trần Thị Mẫu",
    "last_day": date(2026, 12, 31),
    "night": date(2026, 11, 20),
    "accepted": 12,
    "refused": 1,
    "rejected": 1,
    "state": "Được tiếp nhận một phần",
    "month": "11/2026",
    "spent": 900_000,
    "limit": 1_000_000,
    **{name: datetime(2026, 11, 20, 3, 0, tzinfo=UTC) for name, kind in VARIABLES.items() if kind is Kind.TIME},
}
WORDS = st.lists(st.text("abcdđếưỳ\u0302\u0323Á'[😀", min_size=1, max_size=30), min_size=1, max_size=10).map(" ".join)


def _named(template: Template) -> str:
    return f"{template.name} {template.channel} {template.language}"


def _within(template: Template, body: str) -> bool:
    layout = template.layout
    assert isinstance(layout, ZaloLayout)
    data = json.loads(body)["template_data"]
    assert list(data) == [field.param for field in layout.fields]
    return all(0 < len(data[field.param]) <= zalo_types()[field.type] for field in layout.fields)


def test_a_form_says_what_the_law_wants_in_its_fields() -> None:
    rendered = render(BOOK.get("dossier.accepted", "zalo", "vi"), USUAL)
    assert rendered.body == (
        '{"template_id":"430001","template_data":{"co_quan":"Ủy ban nhân dân phường Điện Bàn",'
        '"ma_ho_so":"000.00.00.H17-261120-0001","trang_thai":"Đã được tiếp nhận","nguoi_xu_ly":"Nguyễn Thị Thử",'
        '"ngay_nhan":"10:00 20/11/2026","loi_nhan":"Hẹn trả kết quả: 10:00 20/11/2026."}}'
    )
    assert (rendered.encoding, rendered.units, rendered.parts) == ("UTF-8", len(rendered.body.encode()), 0)


@pytest.mark.parametrize("template", ZALO, ids=_named)
def test_every_field_holds_the_longest_real_values(template: Template) -> None:
    for values in longest_values():
        body = render(template, values).body
        assert _within(template, body)
        assert unicodedata.is_normalized("NFC", body)


@given(st.sampled_from(ZALO), WORDS.map(Person) | WORDS, WORDS, WORDS, WORDS)
def test_no_value_makes_a_field_too_long_or_cuts_a_code(
    template: Template, handler: Person | str, agency: str, reason: str, lodging: str
) -> None:
    body = render(template, USUAL | {"handler": handler, "agency": agency, "reason": reason, "lodging": lodging}).body
    assert _within(template, body)
    if "code" in template.variables:
        assert json.loads(body)["template_data"]["ma_ho_so"] == CODE


def test_lengths_are_counted_in_nfc() -> None:
    spread = unicodedata.normalize("NFD", "Nguyễn Thị Phương Thảo Thử Ngân")[:60]
    assert len(spread) > 30
    data = json.loads(render(BOOK.get("dossier.accepted", "zalo", "vi"), USUAL | {"handler": Person(spread)}).body)
    assert data["template_data"]["nguoi_xu_ly"] == "Nguyễn T.P.T.T.Ngân"
    whole = USUAL | {"handler": Person(unicodedata.normalize("NFD", "Nguyễn Thị Phương Thảo Thử"))}
    data = json.loads(render(BOOK.get("dossier.accepted", "zalo", "vi"), whole).body)
    assert data["template_data"]["nguoi_xu_ly"] == "Nguyễn Thị Phương Thảo Thử"


def test_a_long_status_and_a_long_reason_give_way() -> None:
    data = json.loads(render(BOOK.get("dossier.corrected", "zalo", "vi"), USUAL).body)["template_data"]
    assert data["trang_thai"] == "Yêu cầu nghĩa vụ tài chính"
    long = USUAL | {"reason": "Thiếu giấy tờ " * 40}
    data = json.loads(render(BOOK.get("dossier.supplement_requested", "zalo", "vi"), long).body)["template_data"]
    assert data["loi_nhan"].endswith("... Hạn bổ sung: hết ngày 31/12/2026.")
    assert 180 < len(data["loi_nhan"]) <= 200


def test_a_code_that_does_not_fit_is_refused_and_not_cut() -> None:
    with pytest.raises(TemplateError) as refused:
        render(BOOK.get("dossier.accepted", "zalo", "vi"), USUAL | {"code": "0" * 31})
    assert str(refused.value) == "dossier.accepted: the values do not fit into the 30 characters of ma_ho_so"


@pytest.mark.parametrize("template", INBOX, ids=_named)
def test_an_item_of_the_inbox_has_a_title_and_all_that_was_said(template: Template) -> None:
    long = "Thiếu giấy tờ " * 40
    rendered = render(template, USUAL | {"reason": long})
    item = json.loads(rendered.body)
    assert list(item) == ["title", "body"]
    assert (rendered.encoding, rendered.parts) == ("UTF-8", 0)
    if "reason" in template.variables:
        assert long.strip() in item["body"]
    if template.legal:
        for shown in ("Ủy ban nhân dân phường Điện Bàn", "Nguyễn Thị Thử", "10:00 20/11/2026", CODE):
            assert shown in item["title"] + item["body"]


def test_money_is_written_as_the_language_has_it() -> None:
    name = "dossier.fee_demanded"
    assert "100.000đ" in render(BOOK.get(name, "inbox", "vi"), USUAL).body
    assert "100,000 VND" in render(BOOK.get(name, "inbox", "en"), USUAL).body
    assert "100.000d" in render(BOOK.get(name, "sms", "vi"), USUAL).body
    assert "100,000 VND" in render(BOOK.get(name, "sms", "en"), USUAL).body


@given(st.text(st.characters(codec=None), min_size=1, max_size=60))
def test_whatever_an_officer_writes_an_item_is_proper_json(reason: str) -> None:
    try:
        rendered = render(BOOK.get("dossier.declined", "inbox", "vi"), USUAL | {"reason": reason})
    except TemplateError as error:
        assert "the value for {reason} is empty" in str(error)  # noqa: PT017 - only some texts are empty
        return
    item: dict[str, Any] = json.loads(rendered.body.encode())
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in item["body"])


def test_a_form_takes_the_same_value_twice() -> None:
    fields = [{"param": "a", "type": "otp", "text": "{night}"}, {"param": "b", "type": "date", "text": "{night}"}]
    content = {"template_id": "1", "fields": fields}
    body = render(make_template("residence.reminder", "zalo", "vi", 2, content), USUAL).body
    assert json.loads(body)["template_data"] == {"a": "20/11/2026", "b": "20/11/2026"}
