"""Numbers and names as people type and paste them: invisible signs do not count, and look-alikes are one."""

from typing import Any

import pytest

from kernel.ids import new_id
from tests.api.authorisation_support import World
from tests.api.residence_support import Evening


def _register(world: World, number: str) -> Any:
    headers = {**world.callers["other citizen"].headers(), "Idempotency-Key": str(new_id())}
    body = {
        "kind": "company",
        "name": "Công ty Thử Nghiệm",
        "registration_number": number,
        "display_name": "Trần Thị Mẫu",
    }
    return world.client.post("/v1/organisations", json=body, headers=headers)


def test_a_tax_code_is_read_however_it_is_grouped(world: World) -> None:
    typed = {
        "4001234500": "4001234500",
        "4001 234 501": "4001234501",
        "4001.234.502": "4001234502",
        " 4001234503 ": "4001234503",
        "\u202a4001234504\u202c": "4001234504",
        "４００１２３４５０５": "4001234505",
        "4001234506\u2013001": "4001234506-001",
        "4001 234 507 \u2014 001": "4001234507-001",
        "049 190 000 018": "049190000018",
    }
    answers = {number: _register(world, number) for number in typed}
    assert {number: answer.status_code for number, answer in answers.items() if answer.status_code != 201} == {}
    read = {number: answer.get_json()["registration_number"] for number, answer in answers.items()}
    assert read == typed


@pytest.mark.parametrize("number", ["400123450", "4001234500-1", "4001234500 001 9", "MST 4001234500", "40012345OO"])
def test_what_is_no_tax_code_is_told_the_form(world: World, number: str) -> None:
    answer = _register(world, number)
    assert [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]] == [
        ("/registration_number", "tax_code_form")
    ]


@pytest.mark.parametrize(
    "number",
    [" K1234567 ", "k1234567", "K1234567\u200b", "\u202aK1234567\u202c", "Ｋ１２３４５６７", "\u041a1234567"],
)
def test_a_documents_number_is_read_as_it_was_meant(evening: Evening, number: str) -> None:
    told = evening.report(evening.guest(number))
    assert told.status_code == 201, told.get_data(as_text=True)
    for sought in ("K1234567", number):
        found = evening.ask("POST", f"{evening.lodging}/guest-search", json={"document_number": sought})
        assert found.get_json()["guest"]["document_number"] == "K1234567"


@pytest.mark.parametrize("twin", ["Phòng Ð1", "PHÒNG Đ1", "Phòng\u00a0Đ1", "Pho\u0300ng Đ1", "Phòng Đ１"])
def test_two_rooms_that_look_alike_are_one_name(evening: Evening, twin: str) -> None:
    rooms = {"rooms": [{"name": "Phòng Đ1"}, {"name": twin}]}
    answer = evening.ask("PUT", f"{evening.lodging}/rooms", json=rooms)
    assert [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]] == [
        ("/rooms/1/name", "room_twice")
    ]


@pytest.mark.parametrize(
    "twin", ["Nhà nghỉ Sao Mai Thử", "NHÀ NGHỈ SAO MAI THỬ", "Nhà nghỉ  Sao Mаi Thử", "Nhà nghỉ Sao Mai Thử\u200b"]
)
def test_two_lodgings_that_look_alike_are_one_name(evening: Evening, twin: str) -> None:
    body = {
        "organisation_id": evening.world.ids["organisation_id"],
        "name": twin,
        "kind": "hotel",
        "address": "1 đường Thử",
        "commune_code": "20551",
    }
    answer = evening.ask("POST", "/v1/lodgings", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "lodging_known")
