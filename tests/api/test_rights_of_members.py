"""A membership that staff gave rests on theirs, and nobody gives more, or for longer, than they hold."""

from datetime import date, timedelta

import pytest

from kernel.clock import local
from tests.api.account_support import House
from tests.api.hotel_support import EVERYTHING, Hotel, open_hotel


@pytest.fixture
def hotel(house: House) -> Hotel:
    return open_hotel(house)


def test_a_membership_given_by_staff_rests_on_them(hotel: Hotel) -> None:
    given = hotel.hire("code-of-mau", ["manage_members", "report_guests"]).get_json()["id"]
    resting = hotel.hire("code-of-gia", ["report_guests"], by=hotel.house.log_in("code-of-mau")).get_json()["id"]
    refused = hotel.end(given).get_json()
    assert refused["members"] == [{"id": resting, "display_name": "Nhân viên code-of-gia"}]
    assert hotel.change(given, {"mandates": ["report_guests"]}).get_json()["code"] == "grants_remain"
    assert hotel.end(given, grants="end").status_code == 204
    assert hotel.house.get(hotel.path, hotel.house.log_in("code-of-gia")).status_code == 404


def test_who_rests_on_staff_goes_on_with_an_heir(hotel: Hotel) -> None:
    given = hotel.hire("code-of-mau", EVERYTHING).get_json()["id"]
    mau = hotel.house.log_in("code-of-mau")
    resting = hotel.hire("code-of-gia", ["manage_clients"], by=mau).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-gia"), ["organisation:read"]).get_json()
    named = hotel.end(given).get_json()
    assert ([each["id"] for each in named["clients"]], [each["id"] for each in named["members"]]) == (
        [made["id"]],
        [resting],
    )
    chief = next(
        each["id"]
        for each in hotel.house.get(f"{hotel.path}/members", hotel.chief).get_json()["items"]
        if each["role"] == "representative"
    )
    assert hotel.end(given, grants="take_over", heir=resting).status_code == 422
    assert hotel.end(given, grants="take_over", heir=chief).status_code == 204
    hotel.forget()
    assert hotel.use(made["key"]) == 200
    assert hotel.end(resting, grants="end").status_code == 204


def test_staff_give_for_no_longer_than_they_hold(hotel: Hotel) -> None:
    today = local(hotel.house.clock.now()).date()
    hotel.hire("code-of-mau", ["manage_members"], valid_to=(today + timedelta(days=5)).isoformat())
    mau = hotel.house.log_in("code-of-mau")
    for last in (None, (today + timedelta(days=6)).isoformat()):
        refused = hotel.hire("code-of-gia", [], by=mau, valid_to=last)
        assert refused.get_json()["errors"][0] == {
            "pointer": "/valid_to",
            "code": "grantor_ends",
            "message": f"Ủy quyền của bạn chỉ đến {today + timedelta(days=5):%d/%m/%Y}.",
        }
    given = hotel.hire("code-of-gia", [], by=mau, valid_to=(today + timedelta(days=5)).isoformat())
    assert given.status_code == 201
    longer = {"valid_to": date(today.year + 1, 1, 1).isoformat()}
    assert hotel.change(given.get_json()["id"], longer, mau).status_code == 422


def test_nobody_changes_their_own_membership_or_gives_more_by_a_change(hotel: Hotel) -> None:
    own = hotel.hire("code-of-mau", ["manage_members"]).get_json()["id"]
    other = hotel.hire("code-of-gia", []).get_json()["id"]
    mau = hotel.house.log_in("code-of-mau")
    assert hotel.change(own, {"mandates": EVERYTHING}, mau).get_json()["code"] == "own_membership"
    assert hotel.change(other, {"mandates": ["report_guests"]}, mau).get_json()["code"] == "mandate_missing"
    assert hotel.change(other, {"role": "representative"}, mau).get_json()["code"] == "mandate_missing"
    assert hotel.change(other, {"mandates": ["manage_members"]}, mau).status_code == 200


def test_an_organisation_keeps_a_representative_through_changes(hotel: Hotel) -> None:
    hotel.hire("code-of-mau", ["manage_members"])
    mau = hotel.house.log_in("code-of-mau")
    members = hotel.house.get(f"{hotel.path}/members", mau).get_json()["items"]
    chief = next(each["id"] for each in members if each["role"] == "representative")
    # Staff do not touch a representative at all.
    assert hotel.change(chief, {"role": "staff"}, mau).get_json()["needed"] == "representative"
