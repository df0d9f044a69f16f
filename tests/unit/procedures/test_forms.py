"""What a form says of its values: each field named, each reason a code with a text."""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mobile_contract.problems import FIELD_TEXTS
from mobile_contract.wording import say
from procedures.forms.checking import FormCheck, check_form
from tests.unit.procedures.household import TODAY, member, procedure, values

Change = Callable[[dict[str, Any]], object]


def submitted(filled: Any) -> FormCheck:
    return check_form(procedure(), filled, draft=False, today=TODAY)


def drafted(filled: Any) -> FormCheck:
    return check_form(procedure(), filled, draft=True, today=TODAY)


def found(checked: FormCheck) -> list[tuple[str, str]]:
    return sorted((error.pointer.removeprefix("/form_values"), error.code) for error in checked.errors)


def changed(**parts: Any) -> dict[str, Any]:
    """The values with parts replaced; "chuHo__ngaySinh" reaches inside, ... removes."""
    filled = values()
    for path, value in parts.items():
        *parents, name = path.split("__")
        target = filled
        for parent in parents:
            target = target[parent]
        if value is ...:
            del target[name]
        else:
            target[name] = value
    return filled


def test_good_values_pass_and_come_back_as_they_are() -> None:
    checked = submitted(values())
    assert (checked.errors, checked.warnings) == ([], [])
    assert checked.values == values()


def test_spelling_is_made_one_before_it_is_stored() -> None:
    decomposed = unicodedata.normalize("NFD", "  Hộ kinh doanh Mì Quảng ")
    checked = submitted(changed(hkd_tenVN=decomposed, vonKinhDoanh__so=5e7))
    assert checked.errors == []
    assert checked.values["hkd_tenVN"] == unicodedata.normalize("NFC", "Hộ kinh doanh Mì Quảng")
    assert isinstance(checked.values["vonKinhDoanh"]["so"], int)


@pytest.mark.parametrize(
    ("filled", "errors"),
    [
        (changed(hkd_tenVN=...), [("/hkd_tenVN", "required")]),
        (changed(chuHo__soDinhDanh=...), [("/chuHo/soDinhDanh", "required")]),
        (changed(hkd_tenVN=""), [("/hkd_tenVN", "length_min")]),
        (changed(hkd_tenVN="Mì" * 101), [("/hkd_tenVN", "length_max")]),
        (changed(hkd_tenVN="Công ty Mì Quảng"), [("/hkd_tenVN", "name_company")]),
        (changed(hkd_tenEN="..."), [("/hkd_tenEN", "name_without_letters")]),
        (changed(truSo__soNha="12 \u202eUẫM gnờưđ"), [("/truSo/soNha", "text_reversed")]),
        (changed(hkd_tenVN="HỘ  KINH DOANH"), [("/hkd_tenVN", "name_empty")]),
        (changed(hkd_tenVN=5), [("/hkd_tenVN", "type")]),
        (changed(la=1), [("/la", "unknown")]),
        (changed(**{"chuHo__a/b~c": 1}), [("/chuHo/a~1b~0c", "unknown")]),
        (changed(chuThe="cong_ty"), [("/chuThe", "choice")]),
        (changed(soLaoDong=0), [("/soLaoDong", "range_min")]),
        (changed(soLaoDong=100_001), [("/soLaoDong", "range_max")]),
        (changed(soLaoDong=1.5), [("/soLaoDong", "type")]),
        (changed(soLaoDong=True), [("/soLaoDong", "type")]),
        (changed(vonKinhDoanh="nhiều"), [("/vonKinhDoanh", "type")]),
        (changed(nganhNghe=[]), [("/nganhNghe", "does_not_fit"), ("/nganhNghe", "items_min")]),
        (changed(truSo__email="thu"), [("/truSo/email", "email")]),
        (changed(ngayBatDau="30/11/2026"), [("/ngayBatDau", "date_invalid")]),
        (changed(ngayBatDau="2027-02-30"), [("/ngayBatDau", "date_invalid")]),
        (changed(chuHo__ngaySinh="1990-02-30"), [("/chuHo/ngaySinh", "date_invalid")]),
        (changed(chuHo__ngaySinh="17/05/1990"), [("/chuHo/ngaySinh", "birth_invalid")]),
        (changed(chuHo__ngaySinh="19900517"), [("/chuHo/ngaySinh", "birth_invalid")]),
        (changed(chuHo__ngaySinh="2026-11-21"), [("/chuHo/ngaySinh", "date_in_future")]),
        (changed(chuHo__ngaySinh="1899-12-31"), [("/chuHo/ngaySinh", "date_too_early")]),
        (changed(chuHo__ngaySinh="2008-11-21"), [("/chuHo/ngaySinh", "under_age")]),
        (changed(chuHo__soDinhDanh="04919000000"), [("/chuHo/soDinhDanh", "identity_number_shape")]),
        (changed(chuHo__soDinhDanh="003190000001"), [("/chuHo/soDinhDanh", "identity_number_province")]),
        (changed(chuHo__soDinhDanh="049327000001"), [("/chuHo/soDinhDanh", "identity_number_birth_year")]),
        (changed(chuHo__dienThoai="0168 123 4567"), [("/chuHo/dienThoai", "phone_old_prefix")]),
        (changed(chuHo__dienThoai="0235 3867 331"), [("/chuHo/dienThoai", "phone_landline")]),
        (changed(chuHo__dienThoai="+1 415 555 2671"), [("/chuHo/dienThoai", "phone_foreign")]),
        (changed(truSo__xa="20550"), [("/truSo/xa", "commune_unknown")]),
        (changed(truSo__tinh="49"), [("/truSo/tinh", "province_unknown")]),
        (changed(truSo__tinh="01"), [("/truSo/xa", "commune_not_in_province")]),
        (changed(truSo__tinh=["48"]), [("/truSo/tinh", "type")]),
        (
            changed(chuHo__gioiTinh=["nu"], chuHo__ngaySinh={}),
            [("/chuHo/gioiTinh", "choice"), ("/chuHo/gioiTinh", "type"), ("/chuHo/ngaySinh", "type")],
        ),
        (changed(chuThe="thanh_vien_gd"), [("/thanhVien", "required")]),
        (changed(chuThe="thanh_vien_gd", thanhVien=[]), [("/thanhVien", "items_min")]),
        (changed(thanhVien=[member()]), [("/thanhVien", "items_max")]),
        (
            changed(chuThe="thanh_vien_gd", thanhVien=[member(), member() | {"soDinhDanh": "1"}]),
            [("/thanhVien/1/soDinhDanh", "identity_number_shape")],
        ),
        (None, [("", "type")]),
        ([], [("", "type")]),
    ],
)
def test_each_fault_is_named(filled: Any, errors: list[tuple[str, str]]) -> None:
    checked = submitted(filled)
    assert found(checked) == errors
    for error in checked.errors:
        vi, en = FIELD_TEXTS[error.code]
        assert "…" not in say(vi, error.params, "vi") + say(en, error.params, "en")


def test_one_main_line_of_business_and_the_forms_own_words() -> None:
    both = values()
    both["nganhNghe"][1]["chinh"] = True
    none = values()
    none["nganhNghe"][0]["chinh"] = False
    for filled in (both, none):
        (error,) = submitted(filled).errors
        assert (error.pointer, error.code) == ("/form_values/nganhNghe", "does_not_fit")
        assert error.params["hint_vi"] == "Cần đúng một ngành, nghề chính."
    both["nganhNghe"][1] = {"stt": 2, "ten": "Cà phê", "ma": "56A", "chinh": False}
    assert [error.params["hint_en"] for error in submitted(both).errors] == ["The code has four digits."]


def test_a_household_of_several_passes_with_its_members() -> None:
    assert submitted(changed(chuThe="thanh_vien_gd", thanhVien=[member()])).errors == []


def test_many_faults_come_together() -> None:
    filled = changed(hkd_tenVN=..., chuHo__dienThoai="1", chuHo__soDinhDanh="2", soLaoDong="ba")
    assert len(submitted(filled).errors) == 4


@pytest.mark.parametrize(
    "filled",
    [
        {},
        {"hkd_tenVN": ""},
        {"chuHo": {}},
        {"chuHo": {"soDinhDanh": "", "ngaySinh": "", "gioiTinh": "", "dienThoai": ""}},
        {"nganhNghe": []},
        {"nganhNghe": [{}]},
        {"chuThe": "thanh_vien_gd"},
        {"ngayBatDau": ""},
        {"truSo": {"xa": "20551"}},
        values(),
    ],
)
def test_a_draft_may_be_incomplete(filled: dict[str, Any]) -> None:
    checked = drafted(filled)
    assert checked.errors == []
    assert checked.values == filled


@pytest.mark.parametrize(
    ("filled", "errors"),
    [
        ({"hkd_tenVN": 5}, [("/hkd_tenVN", "type")]),
        ({"hkd_tenVN": None}, [("/hkd_tenVN", "type")]),
        ({"chuHo": {"soDinhDanh": "12"}}, [("/chuHo/soDinhDanh", "identity_number_shape")]),
        ({"chuHo": {"ngaySinh": "2030-01-01"}}, [("/chuHo/ngaySinh", "date_in_future")]),
        ({"la": 1}, [("/la", "unknown")]),
        ({"soLaoDong": 0}, [("/soLaoDong", "range_min")]),
        ({"chuThe": "khac"}, [("/chuThe", "choice")]),
    ],
)
def test_what_is_in_a_draft_must_be_possible(filled: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert found(drafted(filled)) == errors


@pytest.mark.parametrize(
    ("parts", "doubts"),
    [
        ({"chuHo__gioiTinh": "nam"}, ["identity_number_sex_differs"]),
        ({"chuHo__ngaySinh": "1991-05-17"}, ["identity_number_birth_year_differs"]),
        (
            {"chuHo__soDinhDanh": "049088000001"},
            ["identity_number_sex_differs", "identity_number_birth_year_differs"],
        ),
    ],
)
def test_what_does_not_agree_is_a_doubt_and_no_refusal(parts: dict[str, Any], doubts: list[str]) -> None:
    checked = submitted(changed(**parts))
    assert checked.errors == []
    assert [(doubt.pointer, doubt.code) for doubt in checked.warnings] == [
        ("/form_values/chuHo/soDinhDanh", code) for code in doubts
    ]
    assert set(doubts) <= set(FIELD_TEXTS)


def test_the_day_is_the_one_given() -> None:
    newborn = changed(chuHo__ngaySinh="2027-03-01", chuHo__soDinhDanh="049327000001")
    assert found(submitted(newborn)) == [
        ("/chuHo/ngaySinh", "date_in_future"),
        ("/chuHo/soDinhDanh", "identity_number_birth_year"),
    ]
    assert found(check_form(procedure(), newborn, draft=False, today=date(2027, 3, 1))) == [
        ("/chuHo/ngaySinh", "under_age")
    ]
    assert check_form(procedure(), newborn, draft=False, today=date(2045, 3, 1)).errors == []
