"""A key can do no more than whoever answers for it, and ends with them unless another holder takes it over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from auth.models import Membership
from auth.organisations.service.lapsed import WARNED_BEFORE
from kernel.clock import local
from tests.api.account_support import House
from tests.api.hotel_support import RESIDENCE, Hotel, open_hotel


@pytest.fixture
def hotel(house: House) -> Hotel:
    return open_hotel(house)


@pytest.mark.parametrize(
    ("mandates", "scopes", "needed"),
    [
        (["manage_clients"], ["residence:read"], "report_guests"),
        (["manage_clients"], ["organisation:read", "residence:report"], "report_guests"),
        (["manage_clients", "manage_lodgings"], RESIDENCE, "report_guests"),
        (["manage_clients", "manage_members"], RESIDENCE, "report_guests"),
        (["report_guests"], ["residence:report"], "manage_clients"),
    ],
)
def test_nobody_makes_a_key_that_may_more_than_they(
    hotel: Hotel, mandates: list[str], scopes: list[str], needed: str
) -> None:
    hotel.hire("code-of-mau", mandates)
    refused = hotel.key(hotel.house.log_in("code-of-mau"), scopes)
    assert (refused.status_code, refused.get_json()["code"], refused.get_json()["needed"]) == (
        403,
        "mandate_missing",
        needed,
    )


@pytest.mark.parametrize(
    ("mandates", "scopes"),
    [
        (["manage_clients"], ["organisation:read"]),
        (["manage_clients", "manage_lodgings"], ["residence:read"]),
        (["manage_clients", "report_guests"], RESIDENCE),
    ],
)
def test_a_key_does_what_its_maker_may(hotel: Hotel, mandates: list[str], scopes: list[str]) -> None:
    hotel.hire("code-of-mau", mandates)
    made = hotel.key(hotel.house.log_in("code-of-mau"), scopes)
    assert made.status_code == 201
    assert made.get_json()["usable_scopes"] == sorted(scopes)
    assert made.get_json()["granted_by"] == "Nhân viên code-of-mau"


def test_who_ends_a_member_is_told_of_their_keys_first(hotel: Hotel) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients", "report_guests"]).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *RESIDENCE]).get_json()
    refused = hotel.end(member)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "grants_remain")
    assert refused.get_json()["clients"] == [{"id": made["id"], "name": "Phần mềm"}]
    assert hotel.use(made["key"]) == 200
    assert hotel.end(member, grants="end").status_code == 204
    assert hotel.use(made["key"]) == 401
    assert hotel.clients()[made["id"]]["end_reason"] == "grantor"
    assert [event["client_ids"] for event in hotel.told("clients.ended")] == [[made["id"]]]


def test_another_holder_takes_the_keys_over_in_the_same_act(hotel: Hotel) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients", "report_guests"]).get_json()["id"]
    heir = hotel.hire("code-of-gia", ["manage_clients", "report_guests"]).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-mau"), [*RESIDENCE, "organisation:read"]).get_json()
    assert hotel.end(member, grants="take_over", heir=heir).status_code == 204
    hotel.forget()
    assert hotel.use(made["key"]) == 200
    assert hotel.clients()[made["id"]]["granted_by"] == "Nhân viên code-of-gia"
    assert hotel.end(heir).get_json()["clients"][0]["id"] == made["id"]
    (told,) = hotel.told("clients.taken_over")
    assert told["client_ids"] == [made["id"]]


@pytest.mark.parametrize("mandates", [["manage_clients"], ["report_guests"], ["manage_clients", "manage_lodgings"]])
def test_an_heir_holds_the_same_mandates(hotel: Hotel, mandates: list[str]) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients", "report_guests"]).get_json()["id"]
    heir = hotel.hire("code-of-gia", mandates).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *RESIDENCE]).get_json()
    refused = hotel.end(member, grants="take_over", heir=heir)
    assert refused.get_json()["errors"][0]["parameter"] == "heir"
    assert refused.get_json()["errors"][0]["code"] == "heir_holds_less"
    assert hotel.use(made["key"]) == 200


@pytest.mark.parametrize("query", [{"grants": "take_over"}, {"grants": "end", "heir": "self"}, {"grants": "else"}])
def test_what_becomes_of_keys_is_said_whole(hotel: Hotel, query: dict[str, Any]) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients"]).get_json()["id"]
    sent: dict[str, Any] = {name: member if value == "self" else value for name, value in query.items()}
    assert hotel.end(member, **sent).status_code == 422


def test_the_leaving_member_is_no_heir(hotel: Hotel) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients"]).get_json()["id"]
    hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read"])
    assert hotel.end(member, grants="take_over", heir=member).status_code == 422


def _without_report(hotel: Hotel, member: str, **fate: str) -> Any:
    return hotel.change(member, {"mandates": ["manage_clients"], **fate})


def _without_clients(hotel: Hotel, member: str, **fate: str) -> Any:
    return hotel.change(member, {"mandates": ["report_guests"], **fate})


@pytest.mark.parametrize("narrow", [_without_report, _without_clients])
def test_a_mandate_taken_away_is_the_same(hotel: Hotel, narrow: Callable[..., Any]) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients", "report_guests"]).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *RESIDENCE]).get_json()
    assert narrow(hotel, member).get_json()["clients"][0]["id"] == made["id"]
    assert narrow(hotel, member, grants="end").status_code == 200
    hotel.forget()
    assert hotel.use(made["key"]) == 401


def test_a_representative_who_becomes_staff_leaves_keys_to_the_next(hotel: Hotel) -> None:
    successor = hotel.hire("code-of-mau", [], role="representative").get_json()["id"]
    made = hotel.key(hotel.chief, ["organisation:read", *RESIDENCE]).get_json()
    mau = hotel.house.log_in("code-of-mau")
    (chief,) = (
        each["id"]
        for each in hotel.house.get(f"{hotel.path}/members", mau).get_json()["items"]
        if each["id"] != successor
    )
    demoted = {"role": "staff", "mandates": ["report_guests"]}
    assert hotel.change(chief, demoted, mau).get_json()["code"] == "grants_remain"
    assert hotel.change(chief, {**demoted, "grants": "take_over", "heir": successor}, mau).status_code == 200
    hotel.forget()
    assert hotel.use(made["key"]) == 200


def test_a_key_is_bounded_while_it_is_used(hotel: Hotel) -> None:
    """Whatever way the rights went: here behind everybody's back."""
    hotel.hire("code-of-mau", ["manage_clients", "report_guests"])
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *RESIDENCE]).get_json()
    assert hotel.scopes(made["key"]) == {"organisation:read", *RESIDENCE}
    with hotel.house.container.database.transaction() as session:
        session.execute(
            update(Membership).where(Membership.role == "staff").values(mandates=["manage_clients", "manage_members"])
        )
    hotel.forget()
    assert (hotel.scopes(made["key"]), hotel.use(made["key"])) == ({"organisation:read"}, 200)
    assert hotel.clients()[made["id"]]["usable_scopes"] == ["organisation:read"]


def test_the_owner_is_told_before_and_after_a_membership_runs_out(hotel: Hotel) -> None:
    last = local(hotel.house.clock.now()).date() + timedelta(days=30)
    hotel.hire("code-of-mau", ["manage_clients"], valid_to=last.isoformat())
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read"]).get_json()
    assert made["ends_on"] == last.isoformat()
    assert hotel.sweep() == 0
    hotel.house.clock.advance(timedelta(days=30) - WARNED_BEFORE)
    assert (hotel.sweep(), hotel.sweep()) == (1, 0)
    assert [event["until"] for event in hotel.told("clients.ending")] == [last.isoformat()]
    hotel.house.clock.advance(WARNED_BEFORE)
    assert hotel.use(made["key"]) == 200
    hotel.house.clock.advance(timedelta(days=1))
    hotel.forget()
    assert hotel.use(made["key"]) == 401
    assert (hotel.sweep(), hotel.sweep()) == (1, 0)
    assert [event["client_ids"] for event in hotel.told("clients.ended")] == [[made["id"]]]
    again = hotel.post(f"/clients/{made['id']}/take-over", hotel.house.log_in(), {})
    assert (again.status_code, again.get_json()["code"]) == (409, "client_ended")


def test_a_holder_takes_a_key_over_before_its_time_is_up(hotel: Hotel) -> None:
    last = local(hotel.house.clock.now()).date() + timedelta(days=3)
    hotel.hire("code-of-mau", ["manage_clients"], valid_to=last.isoformat())
    hotel.hire("code-of-gia", ["manage_members"])
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read"]).get_json()
    refused = hotel.post(f"/clients/{made['id']}/take-over", hotel.house.log_in("code-of-gia"), {})
    assert refused.get_json()["code"] == "mandate_missing"
    taken = hotel.post(f"/clients/{made['id']}/take-over", hotel.house.log_in(), {})
    assert (taken.status_code, taken.get_json()["granted_by"]) == (200, "Chủ")
    hotel.house.clock.advance(timedelta(days=9))
    assert hotel.use(made["key"]) == 200
    assert hotel.sweep() == 0


def test_an_end_to_come_is_settled_when_it_is_set(hotel: Hotel) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients"]).get_json()["id"]
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read"]).get_json()
    last = local(hotel.house.clock.now()).date() + timedelta(days=2)
    assert hotel.change(member, {"valid_to": last.isoformat()}).get_json()["code"] == "grants_remain"
    assert hotel.change(member, {"valid_to": last.isoformat(), "grants": "end"}).status_code == 200
    assert [event["until"] for event in hotel.told("clients.ending")] == [last.isoformat()]
    hotel.forget()
    assert hotel.use(made["key"]) == 200
    hotel.house.clock.advance(timedelta(days=3))
    hotel.forget()
    assert hotel.use(made["key"]) == 401


def test_a_key_that_is_over_anyway_keeps_nobody(hotel: Hotel) -> None:
    member = hotel.hire("code-of-mau", ["manage_clients"]).get_json()["id"]
    soon = (hotel.house.clock.now() + timedelta(days=1)).isoformat()
    hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read"], expires_at=soon)
    last = local(hotel.house.clock.now()).date() + timedelta(days=5)
    assert hotel.change(member, {"valid_to": last.isoformat()}).status_code == 200
    hotel.house.clock.advance(timedelta(days=2))
    assert hotel.end(member).status_code == 204
