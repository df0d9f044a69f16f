"""The portal's one text, taken apart."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.jobs.outcomes import OutcomeKind
from residence.authority.answers import REFUSED_WHOLE, items_of, outcome_of, without_numbers
from residence.authority.port import Sign

PUBLISHED = (
    ("Ngày đi dự kiến phải lớn hoặc bằng ngày hôm qua", "departure_past", Sign.WRONG),
    ("Ngày đến Cslt phải là ngày hiện tại hoặc hôm qua", "arrival_too_old", Sign.WRONG),
    ("Số hộ chiếu đang tạm trú tại CSLT và chưa checkout", "still_staying", Sign.THERE),
    ("Đã tồn tại khai báo trùng thời gian tại CSLT", "overlapping", Sign.THERE),
    ("Ngày đi dự kiến phải lớn hoặc bằng ngày đến Cslt", "departure_before_arrival", Sign.WRONG),
    ("Thời hạn tạm trú phải lớn hoặc bằng hôm nay", "residence_expired", Sign.WRONG),
    ("Thẻ CCCD phải gồm đúng 12 chữ số", "document_number", Sign.WRONG),
    ("Loại giấy tờ phải có giá trị từ 1 đến 8", "document_kind", Sign.WRONG),
    ("Loại phải là GH hoặc TS", "change_kind", Sign.WRONG),
    ("Bị trùng giấy tờ với bản ghi 1", "twice_in_array", Sign.TWICE),
    ("Ngày gia hạn không được vượt quá 30 ngày kể từ ngày đến CSLT", "extension_too_long", Sign.WRONG),
)


@pytest.mark.parametrize(("text", "code", "sign"), PUBLISHED)
def test_every_published_error_is_known(text: str, code: str, sign: Sign) -> None:
    (item,) = items_of(f"Bản khai báo 1: {text}", 1)
    assert (item.position, item.code, item.sign) == (1, code, sign)


@given(
    st.lists(st.sampled_from(PUBLISHED), min_size=1, max_size=40).flatmap(
        lambda told: st.tuples(
            st.just(told), st.lists(st.integers(1, 100), min_size=len(told), max_size=len(told), unique=True)
        )
    ),
    st.sampled_from(("NFC", "NFD")),
    st.sampled_from(("Bản khai báo", "Bản ghi")),
)
def test_a_concatenated_text_gives_every_item_once(
    told: tuple[list[tuple[str, str, Sign]], list[int]], form: Literal["NFC", "NFD"], prefix: str
) -> None:
    texts, places = told
    message = ",\n".join(f"{prefix} {place}: {text[0]}" for text, place in zip(texts, places, strict=True))
    found = items_of(unicodedata.normalize(form, message), 100)
    assert {item.position: item.code for item in found} == {p: t[1] for t, p in zip(texts, places, strict=True)}
    assert [item.position for item in found] == sorted(places)


def test_several_errors_of_one_item_are_one_answer_and_there_wins() -> None:
    text = (
        "Bản khai báo 2: Ngày đến Cslt phải là ngày hiện tại hoặc hôm qua, Đã tồn tại khai báo trùng thời gian tại CSLT"
    )
    (item,) = items_of(text, 2)
    assert (item.position, item.sign) == (2, Sign.THERE)


@pytest.mark.parametrize(
    "message", ["", "Lỗi", "Bản khai báo 3: Lỗi", "Bản khai báo 0: Lỗi", "Bản ghi 1: a, Bản ghi 1: b"]
)
def test_a_text_that_is_not_certain_names_nobody(message: str) -> None:
    assert items_of(message, 2) == ()
    outcome = outcome_of(400, {"code": "400", "message": message}, 2)
    assert (outcome.kind, outcome.code, outcome.operator) == (OutcomeKind.TRANSIENT, REFUSED_WHOLE, True)


def test_an_unknown_reason_is_kept_without_numbers() -> None:
    (item,) = items_of("Bản khai báo 1: Hộ chiếu K12345678 của khách 049090000001 lạ", 1)
    assert item.code == "other"
    assert "K12345678" not in item.reason
    assert "049090000001" not in item.reason
    assert "lạ" in item.reason


@given(st.text(max_size=600))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert all(1 <= item.position <= 9 for item in items_of(text, 9))
    assert len(without_numbers(text)) <= 300


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": "200"}, OutcomeKind.ACCEPTED),
        (200, {"code": 200}, OutcomeKind.ACCEPTED),
        (200, {"code": "400", "message": "Bản ghi 1: Lỗi"}, OutcomeKind.PERMANENT),
        (200, {"code": "500"}, OutcomeKind.UNKNOWN),
        (200, None, OutcomeKind.UNKNOWN),
        (200, [], OutcomeKind.UNKNOWN),
        (500, None, OutcomeKind.UNKNOWN),
        (504, {"code": "504"}, OutcomeKind.UNKNOWN),
        (503, None, OutcomeKind.TRANSIENT),
        (429, None, OutcomeKind.TRANSIENT),
        (302, None, OutcomeKind.TRANSIENT),
        (403, {"code": "403"}, OutcomeKind.TRANSIENT),
        (400, None, OutcomeKind.TRANSIENT),
    ],
)
def test_what_an_answer_means(status: int, body: object, kind: OutcomeKind) -> None:
    assert outcome_of(status, body, 1).kind is kind
