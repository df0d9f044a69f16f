"""Declarations kept as text: nothing is lost, nothing foreign is taken."""

import json
from datetime import date, datetime, time

import pytest
from hypothesis import given

from kernel.clock import VIETNAM
from residence.guests import GuestDeclaration, GuestKind, Moment
from tests.unit.residence.declared import guests
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

DAY = date(2026, 11, 20)


@given(guests)
def test_a_declaration_comes_back_from_its_text(guest: GuestDeclaration) -> None:
    again = GuestDeclaration.from_json(guest.to_json())
    assert again == guest
    assert again.to_json() == guest.to_json()


def test_what_was_not_told_is_not_written() -> None:
    assert json.loads(vietnamese_guest(DAY).to_json()).keys() == {
        "v",
        "full_name",
        "birth_date",
        "sex",
        "nationality",
        "document_kind",
        "document_number",
        "arrival",
        "departure",
        "room",
        "reason",
    }


@pytest.mark.parametrize("text", ["[]", "{}", '{"v": 2}', '{"v": 1, "full_name": "A"}', "no json"])
def test_other_text_is_no_declaration(text: str) -> None:
    with pytest.raises(ValueError):
        GuestDeclaration.from_json(text)


def test_an_unknown_field_is_no_declaration() -> None:
    stored = json.loads(vietnamese_guest(DAY).to_json()) | {"shoe_size": 42}
    with pytest.raises(ValueError, match="shoe_size"):
        GuestDeclaration.from_json(json.dumps(stored))


def test_the_kind_follows_the_nationality() -> None:
    assert vietnamese_guest(DAY).kind is GuestKind.VIETNAMESE
    assert foreign_guest(DAY).kind is GuestKind.FOREIGN


def test_a_moment_is_in_vietnam() -> None:
    assert Moment(DAY, time(23, 30)).instant == datetime(2026, 11, 20, 23, 30, tzinfo=VIETNAM)
    assert Moment(DAY).instant == datetime(2026, 11, 20, tzinfo=VIETNAM)
    assert Moment.fromisoformat("2026-11-20") == Moment(DAY)
