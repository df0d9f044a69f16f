"""A key can do no more than whoever answers for it, and ends with them unless another holder takes it over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from auth.models import ApiClient, Membership
from auth.service.lapsed import WARNED_BEFORE, watch_clients
from kernel.clock import local
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.api.account_support import PEOPLE, House
from tests.api.edge_support import bearer

_HOTEL = {"kind": "hotel", "name": "Khách sạn Sao Mai Thử", "registration_number": "4001234567", "display_name": "Chủ"}
_EVERYTHING = ["manage_clients", "manage_lodgings", "manage_members", "report_guests"]
_RESIDENCE = ["residence:read", "residence:report"]


@dataclass
class Hotel:
    """A hotel whose representative is thu; mau and gia may be members of its staff."""

    house: House
    path: str
    chief: dict[str, Any]
    asked: list[str] = field(default_factory=list)

    def post(self, tail: str, tokens: dict[str, Any], body: dict[str, Any]) -> Any:
        self.asked.append(tail)
        return self.house.post(f"{self.path}{tail}", tokens, f"k-{len(self.asked)}", body)

    def hire(self, who: str, mandates: list[str], by: dict[str, Any] | None = None, **changes: Any) -> Any:
        today = local(self.house.clock.now()).date().isoformat()
        member = {"identity_number": PEOPLE[who][1], "display_name": f"Nhân viên {who}", "role": "staff"}
        return self.post("/members", by or self.chief, {**member, "mandates": mandates, "valid_from": today, **changes})

    def key(self, tokens: dict[str, Any], scopes: list[str], **changes: Any) -> Any:
        expires = (self.house.clock.now() + timedelta(days=300)).isoformat()
        return self.post("/clients", tokens, {"name": "Phần mềm", "scopes": scopes, "expires_at": expires, **changes})

    def end(self, member: str, tokens: dict[str, Any] | None = None, **query: str) -> Any:
        headers = bearer((tokens or self.house.log_in())["access_token"])
        return self.house.client.delete(f"{self.path}/members/{member}", query_string=query, headers=headers)

    def change(self, member: str, body: dict[str, Any], tokens: dict[str, Any] | None = None) -> Any:
        headers = bearer((tokens or self.house.log_in())["access_token"])
        return self.house.client.patch(f"{self.path}/members/{member}", json=body, headers=headers)

    def use(self, key: str) -> int:
        status: int = self.house.client.get("/v1/partner/organisation", headers=bearer(key)).status_code
        return status

    def scopes(self, key: str) -> set[str]:
        return set(self.house.container.token_reader.read(key).scopes)

    def forget(self) -> None:
        """As if the few seconds had passed for which a process remembers a key."""
        with self.house.container.database.transaction() as session:
            for client_id in session.scalars(select(ApiClient.id)):
                self.house.container.token_reader.forget(client_id)

    def clients(self) -> dict[str, dict[str, Any]]:
        listed = self.house.get(f"{self.path}/clients", self.house.log_in()).get_json()["items"]
        return {each["id"]: each for each in listed}

    def told(self, kind: str) -> list[dict[str, Any]]:
        with self.house.container.database.transaction() as session:
            rows = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == kind).order_by(OutboxEvent.seq))
            return [dict(row.payload) for row in rows]

    def sweep(self) -> int:
        with self.house.container.database.transaction() as session:
            return watch_clients(Work(session, self.house.vault, self.house.clock))


@pytest.fixture
def hotel(house: House) -> Hotel:
    chief = house.log_in()
    made = house.post("/v1/organisations", chief, "k-hotel", _HOTEL)
    return Hotel(house, f"/v1/organisations/{made.get_json()['id']}", chief)


@pytest.mark.parametrize(
    ("mandates", "scopes", "needed"),
    [
        (["manage_clients"], ["residence:read"], "report_guests"),
        (["manage_clients"], ["organisation:read", "residence:report"], "report_guests"),
        (["manage_clients", "manage_lodgings"], _RESIDENCE, "report_guests"),
        (["manage_clients", "manage_members"], _RESIDENCE, "report_guests"),
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
        (["manage_clients", "report_guests"], _RESIDENCE),
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
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *_RESIDENCE]).get_json()
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
    made = hotel.key(hotel.house.log_in("code-of-mau"), [*_RESIDENCE, "organisation:read"]).get_json()
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
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *_RESIDENCE]).get_json()
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
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *_RESIDENCE]).get_json()
    assert narrow(hotel, member).get_json()["clients"][0]["id"] == made["id"]
    assert narrow(hotel, member, grants="end").status_code == 200
    hotel.forget()
    assert hotel.use(made["key"]) == 401


def test_a_representative_who_becomes_staff_leaves_keys_to_the_next(hotel: Hotel) -> None:
    successor = hotel.hire("code-of-mau", [], role="representative").get_json()["id"]
    made = hotel.key(hotel.chief, ["organisation:read", *_RESIDENCE]).get_json()
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
    made = hotel.key(hotel.house.log_in("code-of-mau"), ["organisation:read", *_RESIDENCE]).get_json()
    assert hotel.scopes(made["key"]) == {"organisation:read", *_RESIDENCE}
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


def test_a_membership_given_by_staff_rests_on_them(hotel: Hotel) -> None:
    given = hotel.hire("code-of-mau", ["manage_members", "report_guests"]).get_json()["id"]
    resting = hotel.hire("code-of-gia", ["report_guests"], by=hotel.house.log_in("code-of-mau")).get_json()["id"]
    refused = hotel.end(given).get_json()
    assert refused["members"] == [{"id": resting, "display_name": "Nhân viên code-of-gia"}]
    assert hotel.change(given, {"mandates": ["report_guests"]}).get_json()["code"] == "grants_remain"
    assert hotel.end(given, grants="end").status_code == 204
    assert hotel.house.get(hotel.path, hotel.house.log_in("code-of-gia")).status_code == 404


def test_who_rests_on_staff_goes_on_with_an_heir(hotel: Hotel) -> None:
    given = hotel.hire("code-of-mau", _EVERYTHING).get_json()["id"]
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
            "message": f"Ủy quyền của bạn chỉ đến {today + timedelta(days=5)}.",
        }
    given = hotel.hire("code-of-gia", [], by=mau, valid_to=(today + timedelta(days=5)).isoformat())
    assert given.status_code == 201
    longer = {"valid_to": date(today.year + 1, 1, 1).isoformat()}
    assert hotel.change(given.get_json()["id"], longer, mau).status_code == 422


def test_nobody_changes_their_own_membership_or_gives_more_by_a_change(hotel: Hotel) -> None:
    own = hotel.hire("code-of-mau", ["manage_members"]).get_json()["id"]
    other = hotel.hire("code-of-gia", []).get_json()["id"]
    mau = hotel.house.log_in("code-of-mau")
    assert hotel.change(own, {"mandates": _EVERYTHING}, mau).get_json()["code"] == "own_membership"
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
