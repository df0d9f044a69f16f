"""Templates: what is checked when they are loaded, and that a filled one keeps within its parts."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.forms import Kind, Person, Value
from notify.sms_text import measure, to_gsm7
from notify.texts import (
    LEGAL_MINIMUM,
    LEGAL_TIMES,
    VARIABLES,
    Template,
    TemplateError,
    check,
    load_templates,
    longest_values,
    parse_template,
    render,
    shipped_templates,
)

BOOK = shipped_templates()
NAMES = [template.name for template in BOOK]
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
    **dict.fromkeys((name for name, kind in VARIABLES.items() if kind is Kind.TIME), NOON),
}


def _template(text: str, *, legal: bool = False, parts: int = 1, name: str = "x") -> Template:
    return parse_template(name, "sms", "vi", {"version": 1, "legal": legal, "parts": parts, "text": text})


def test_the_text_of_acceptance_says_what_the_law_wants() -> None:
    values = USUAL | {"due": datetime(2026, 11, 26, 3, 0, tzinfo=UTC), "received": NOON}
    assert render(BOOK.get("dossier.accepted", "sms", "vi"), values).body == (
        "UBND phuong Dien Ban: Ho so 000.00.00.H17-261120-0001 da duoc tiep nhan 10:00 20/11/2026, "
        "can bo Nguyen Thi Thu. Hen tra ket qua 10:00 26/11/2026."
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_text_fits_with_the_longest_real_values(name: str) -> None:
    template = BOOK.get(name, "sms", "vi")
    for values in longest_values():
        rendered = render(template, values)
        assert (rendered.encoding, rendered.units, rendered.parts) == measure(rendered.body)
        assert rendered.encoding == "GSM-7"
        assert rendered.parts <= (1 if name in ONE_PART else 2)


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


@pytest.mark.parametrize("name", [template.name for template in BOOK if template.legal])
def test_a_notice_holds_the_legal_minimum(name: str) -> None:
    template = BOOK.get(name, "sms", "vi")
    assert template.variables >= LEGAL_MINIMUM
    assert template.variables & LEGAL_TIMES
    body = render(template, USUAL).body
    for shown in ("UBND phuong Dien Ban", "Nguyen Thi Thu", "10:00 20/11/2026", "000.00.00.H17-261120-0001"):
        assert shown in body


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


@pytest.mark.parametrize(
    ("text", "legal", "said"),
    [
        ("{agency} {colour}", False, ["unknown variable {colour}"]),
        ("{agency}", True, ["wants {code}", "wants {handler}", "wants {received}", "wants one of answer_by, at, due"]),
        ("Hồ sơ 申 {code}", False, ["outside GSM-7: U+7533"]),
        ("{code}" + "x" * 135, False, ["do not fit into 1 part(s)"]),
    ],
)
def test_a_bad_template_is_found_when_it_is_loaded(text: str, legal: bool, said: list[str]) -> None:
    problems = check(_template(text, legal=legal))
    assert len(problems) == len(said)
    assert all(part in problem for part, problem in zip(said, problems, strict=True))


def test_loading_names_every_bad_template() -> None:
    page = """
channel: sms
language: vi
templates:
  one: {version: 1, legal: false, parts: 1, text: "{colour}"}
  two: {version: 1, legal: true, parts: 1, text: "{agency} {handler} {received} {at}"}
"""
    with pytest.raises(TemplateError) as refused:
        load_templates([page])
    assert str(refused.value).splitlines() == ["one: unknown variable {colour}", "two: the law wants {code}"]


def test_a_text_that_is_no_template_is_refused() -> None:
    with pytest.raises(TemplateError):
        _template("{agency")


def test_a_language_without_texts_falls_back_to_vietnamese() -> None:
    assert BOOK.get("dossier.accepted", "sms", "en").language == "vi"
    with pytest.raises(TemplateError):
        BOOK.get("dossier.accepted", "pigeon", "vi")


def test_the_templates_themselves_are_written_without_accents() -> None:
    for template in BOOK:
        literal = "".join(text for text, _ in template.pieces)
        assert literal == to_gsm7(literal)
