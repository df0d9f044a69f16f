"""The procedure that ships, a second one that is nothing but a file, and the rules they give a dossier."""

import json
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kernel.texts.bilingual import Text
from procedures.checks.check import check_file
from procedures.definition import ActionKind, Condition, Level, Procedure
from procedures.forms.checking import check_form
from procedures.forms.rules import NameHold, fee_due, missing_papers, reserved_names, wrong_place
from procedures.loader import read_document, read_procedure
from procedures.term import Term, Unit
from tests.unit.procedures.household import ROOT, TODAY, procedure, values

SECOND = ROOT / "tests/data/procedures/9.000001.yaml"


@cache
def second() -> Procedure:
    return read_procedure(read_document(SECOND))


@pytest.mark.parametrize("path", sorted((ROOT / "procedures/data/national").glob("*.yaml")), ids=lambda p: p.name)
def test_every_procedure_that_ships_is_sound_and_named_after_its_code(path: Path) -> None:
    assert check_file(path) == []
    assert read_procedure(read_document(path)).code == path.stem


def test_the_household_business_is_what_the_law_says() -> None:
    found = procedure()
    assert found.name == Text("Đăng ký thành lập hộ kinh doanh", "Registration of a household business")
    assert (found.term, found.fee_vnd, found.level) == (Term(3, Unit.WORKING_DAYS), 100_000, Level.COMMUNE)
    assert found.acceptance_limit_hours == 8
    assert [(step.name.vi, step.role) for step in found.steps] == [("Thẩm định", "appraiser"), ("Ký duyệt", "leader")]
    assert [(paper.code, paper.required) for paper in found.papers] == [
        ("giay_de_nghi", True),
        ("bien_ban_hop", False),
        ("van_ban_uy_quyen", False),
    ]
    assert set(found.form.schema["properties"]) == {
        "kinhGui", "hkd_tenVN", "hkd_tenEN", "hkd_tenVietTat", "truSo", "nganhNghe", "vonKinhDoanh", "thongBaoThue",
        "ngayBatDau", "soLaoDong", "phuongPhapGTGT", "chuThe", "thanhVien", "chuHo",
    }  # fmt: skip


def test_a_version_read_back_from_the_database_is_the_version_published() -> None:
    document = read_document(ROOT / "procedures/data/national/1.001612.yaml")
    assert json.loads(json.dumps(document)) == document
    assert read_procedure(json.loads(json.dumps(document))) == procedure()


def test_a_new_procedure_is_one_file() -> None:
    assert check_file(SECOND) == []
    found = second()
    assert found.term == Term(0, Unit.WORKING_DAYS, cutoff=time(15))
    assert (found.identity_level, found.max_supplements, found.place_field) == (2, 0, None)
    assert found.fees[1].condition == Condition("/gap", (True,))
    assert [(a.code, a.kind, a.to) for a in found.step("doi_chieu").actions] == [
        ("advance", ActionKind.ADVANCE, "ky"),
        ("qua_lanh_dao", ActionKind.ADVANCE, "xem_lai"),
        ("transfer", ActionKind.TRANSFER, None),
    ]
    errors = check_form(found, {"soBan": 0, "gap": "có"}, draft=False, today=TODAY).errors
    assert [(error.pointer, error.code) for error in errors] == [
        ("/form_values/soBan", "range_min"),
        ("/form_values/gap", "type"),
    ]


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        procedure().step("khong_co")


def test_who_serves() -> None:
    assert procedure().served_by("20551")
    assert not procedure().served_by(None)


@pytest.mark.parametrize(
    ("who", "there", "missing"),
    [
        ("ca_nhan", [], ["giay_de_nghi"]),
        ("ca_nhan", ["giay_de_nghi"], []),
        ("thanh_vien_gd", [], ["giay_de_nghi", "bien_ban_hop"]),
        ("thanh_vien_gd", ["giay_de_nghi", "van_ban_uy_quyen"], ["bien_ban_hop"]),
        (None, ["bien_ban_hop"], ["giay_de_nghi"]),
    ],
)
def test_the_papers_that_are_missing(who: str | None, there: list[str], missing: list[str]) -> None:
    assert missing_papers(procedure(), {"chuThe": who}, there) == missing


@pytest.mark.parametrize(
    ("filled", "fee"), [({"gap": True}, 12_000), ({"gap": False}, 2_000), ({}, 2_000), ({"gap": 1}, 2_000)]
)
def test_the_fee_for_what_was_filled_in(filled: dict[str, Any], fee: int) -> None:
    assert fee_due(second(), filled) == fee
    assert second().fee_vnd == 2_000


@pytest.mark.parametrize(
    "name", ["Hộ kinh doanh Mì Quảng Bà Thử", "MÌ QUẢNG  BÀ THỬ", "HỘ KINH DOANH mì quảng bà thử ", "Mì Quảng Bà Thử"]
)
def test_one_name_at_one_agency(name: str) -> None:
    assert reserved_names(procedure(), {"hkd_tenVN": name}, "H17.20551") == [
        NameHold("/form_values/hkd_tenVN", "ho_kinh_doanh@H17.20551", "mì quảng bà thử")
    ]


def test_no_name_no_hold() -> None:
    assert reserved_names(procedure(), {}, "H17.20551") == []
    assert reserved_names(second(), {"hkd_tenVN": "x"}, "H17.20551") == []


def test_a_dossier_goes_to_the_agency_of_its_commune() -> None:
    assert wrong_place(procedure(), values(), "20551") == []
    (error,) = wrong_place(procedure(), values(), "20557")
    assert (error.pointer, error.code) == ("/form_values/truSo/xa", "commune_of_another_agency")
    assert wrong_place(procedure(), {}, "20557") == []
    assert wrong_place(procedure(), values(), None) == []
    assert wrong_place(second(), {}, "20551") == []
