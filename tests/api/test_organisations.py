"""Organisations, members, officers and clients over HTTP, on the real database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from api.edge.permits import PERMITS, SteppedUp
from auth.models import ApiClient, Organisation
from kernel.audit import AuditEntry
from kernel.clock import local
from kernel.idempotency import IdempotencyRecord
from kernel.ids import new_id
from tests.api.account_support import PEOPLE, House
from tests.api.edge_support import bearer

HOTEL = {
    "kind": "hotel",
    "name": "Khách sạn Sao Mai Thử",
    "registration_number": "4001234567",
    "display_name": "Nguyễn Văn Thử",
}
STAFF_NUMBER = PEOPLE["code-of-mau"][1]


@pytest.fixture
def hotel(house: House) -> tuple[House, dict[str, Any], str]:
    """A house, its representative's tokens, and the path of the hotel."""
    tokens = house.log_in()
    made = house.post("/v1/organisations", tokens, "k-hotel", HOTEL)
    assert made.status_code == 201
    return house, tokens, f"/v1/organisations/{made.get_json()['id']}"


def _member(house: House, **changes: Any) -> dict[str, Any]:
    today = local(house.clock.now()).date()
    usual = {
        "identity_number": STAFF_NUMBER,
        "display_name": "Lễ tân",
        "role": "staff",
        "mandates": ["manage_clients"],
        "valid_from": today.isoformat(),
    }
    return {**usual, **changes}


def _key(house: House, **changes: Any) -> dict[str, Any]:
    expires = (house.clock.now() + timedelta(days=30)).isoformat()
    return {"name": "Phần mềm", "scopes": ["organisation:read"], "expires_at": expires, **changes}


def _admin(house: House) -> dict[str, Any]:
    """Tokens of an admin of H17.1, below which there is H17.1.1; H17.2 stands beside it."""
    house.log_in()
    house.appoint("Nguyễn Văn Thử")
    with house.container.database.transaction() as session:
        session.execute(text("UPDATE officer SET roles = '[\"admin\"]'"))
        session.execute(
            text(
                "INSERT INTO agency (code, name, short_name, parent_code, path) VALUES"
                " ('H17.1.1', 'Tổ', 'T', 'H17.1', 'H17.1/H17.1.1/'), ('H17.2', 'Xã', 'X', NULL, 'H17.2/')"
            )
        )
    return house.log_in(role="officer")


def _office(house: House, **changes: Any) -> dict[str, Any]:
    usual = {
        "identity_number": STAFF_NUMBER,
        "display_name": "Trần Thị Mẫu",
        "agency_code": "H17.1.1",
        "roles": ["receiver"],
        "valid_from": local(house.clock.now()).date().isoformat(),
    }
    return {**usual, **changes}


def test_who_registers_an_organisation_represents_it(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    shown = house.get(path, tokens).get_json()
    assert (shown["role"], shown["registration_number"]) == ("representative", "4001234567")
    assert shown["mandates"] == ["manage_clients", "manage_lodgings", "manage_members", "report_guests"]
    again = house.post("/v1/organisations", house.log_in(), "k-again", HOTEL)
    assert (again.status_code, again.get_json()["code"]) == (409, "organisation_known")


def test_the_number_of_an_organisation_is_sealed(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, _, _ = hotel
    with house.container.database.transaction() as session:
        row = session.scalars(select(Organisation)).one()
    assert b"4001234567" not in bytes(row.registration_number) + row.registration_index


def test_a_member_may_what_the_mandates_say(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    assert house.post(f"{path}/members", tokens, "k-m", _member(house)).status_code == 201
    staff = house.log_in("code-of-mau")
    assert house.get(path, staff).get_json()["mandates"] == ["manage_clients"]
    assert house.post(f"{path}/clients", staff, "k-c", _key(house)).status_code == 201
    refused = house.get(f"{path}/members", staff)
    assert (refused.status_code, refused.get_json()["needed"]) == (403, "manage_members")


def test_nobody_gives_what_they_do_not_hold(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    mandated = _member(house, mandates=["manage_members"])
    assert house.post(f"{path}/members", tokens, "k-m", mandated).status_code == 201
    staff = house.log_in("code-of-mau")
    for changes in ({"mandates": ["manage_clients"]}, {"role": "representative", "mandates": []}):
        asked = _member(house, identity_number="049087000031", **changes)
        assert house.post(f"{path}/members", staff, f"k-{changes}"[:40], asked).status_code == 403
    members = house.get(f"{path}/members", staff).get_json()["items"]
    (chief,) = (each for each in members if each["role"] == "representative")
    ended = house.client.delete(f"{path}/members/{chief['id']}", headers=bearer(staff["access_token"]))
    assert ended.status_code == 403


def test_a_membership_begins_ends_and_is_revoked(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    today = local(house.clock.now()).date()
    dates = {
        "valid_from": (today + timedelta(days=1)).isoformat(),
        "valid_to": (today + timedelta(days=2)).isoformat(),
    }
    member = house.post(f"{path}/members", tokens, "k-m", _member(house, **dates)).get_json()
    seen = []
    for _ in range(4):
        seen.append(house.get(path, house.log_in("code-of-mau")).status_code)
        house.clock.advance(timedelta(days=1))
    assert seen == [404, 200, 200, 404]
    headers = bearer(house.log_in()["access_token"])
    assert house.client.delete(f"{path}/members/{member['id']}", headers=headers).status_code == 204
    assert house.client.delete(f"{path}/members/{member['id']}", headers=headers).status_code == 404


def test_an_organisation_keeps_a_representative(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    (chief,) = house.get(f"{path}/members", tokens).get_json()["items"]
    ended = house.client.delete(f"{path}/members/{chief['id']}", headers=bearer(tokens["access_token"]))
    assert (ended.status_code, ended.get_json()["code"]) == (409, "last_representative")


def test_adding_a_number_tells_nothing_of_its_person(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    house.log_in("code-of-mau")
    known = house.post(f"{path}/members", tokens, "k-1", _member(house)).get_json()
    unknown = house.post(f"{path}/members", tokens, "k-2", _member(house, identity_number="049087000031")).get_json()
    assert {**known, "id": None} == {**unknown, "id": None}
    assert "Trần" not in house.get(f"{path}/members", tokens).get_data(as_text=True)


def test_a_key_is_shown_once_and_only_its_digest_kept(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    first = house.post(f"{path}/clients", tokens, "k-c", _key(house))
    again = house.post(f"{path}/clients", tokens, "k-c", _key(house))
    key = first.get_json()["key"]
    assert key.startswith("mck_")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == {**first.get_json(), "key": None}
    assert key not in house.get(f"{path}/clients", tokens).get_data(as_text=True)
    with house.container.database.transaction() as session:
        kept = session.scalars(select(ApiClient)).one()
        stored = [
            house.vault.open("idempotency_record.answer", row.id, row.answer)
            for row in session.scalars(select(IdempotencyRecord))
        ]
    secret = key.rsplit("_", 1)[-1]
    assert secret.encode() not in kept.secret_digest
    assert not any(secret in answer for answer in stored)


def test_a_key_works_until_it_is_revoked_or_over(hotel: tuple[House, dict[str, Any], str]) -> None:
    house, tokens, path = hotel
    made = house.post(f"{path}/clients", tokens, "k-c", _key(house)).get_json()
    asked = "/v1/partner/organisation"
    assert house.client.get(asked, headers=bearer(made["key"])).get_json()["name"] == HOTEL["name"]
    assert house.get(f"{path}/clients", tokens).get_json()["items"][0]["last_used_at"] is not None
    for wrong in (
        made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B"),
        "mck_",
        f"mck_{new_id().hex}_" + "x" * 43,
    ):
        assert house.client.get(asked, headers=bearer(wrong)).status_code == 401
    headers = bearer(tokens["access_token"])
    assert house.client.delete(f"{path}/clients/{made['id']}", headers=headers).status_code == 204
    assert house.client.get(asked, headers=bearer(made["key"])).status_code == 401
    second = house.post(f"{path}/clients", tokens, "k-d", _key(house)).get_json()
    assert house.client.get(asked, headers=bearer(second["key"])).status_code == 200
    house.clock.advance(timedelta(days=31))
    assert house.client.get(asked, headers=bearer(second["key"])).status_code == 401


@pytest.mark.parametrize(
    "changes", [{"scopes": ["dossiers:status"]}, {"scopes": ["everything"]}, {"expires_at": "2020-01-01T00:00:00Z"}]
)
def test_a_key_has_a_scope_of_its_owner_and_an_end(
    hotel: tuple[House, dict[str, Any], str], changes: dict[str, Any]
) -> None:
    house, tokens, path = hotel
    assert house.post(f"{path}/clients", tokens, "k-c", _key(house, **changes)).status_code == 422


def test_an_admin_appoints_and_ends_below_and_nowhere_else(house: House) -> None:
    admin = _admin(house)
    made = house.post("/v1/staff/officers", admin, "k-1", _office(house))
    assert made.status_code == 201
    for number, agency in enumerate(("H17.2", "H17.9")):
        refused = house.post("/v1/staff/officers", admin, f"k-x{number}", _office(house, agency_code=agency))
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/agency_code")
    again = house.post("/v1/staff/officers", admin, "k-2", _office(house))
    assert (again.status_code, again.get_json()["code"]) == (409, "office_exists")
    staff = house.log_in("code-of-mau", role="officer")
    assert house.get("/v1/desk/dossiers", staff).status_code == 200
    ended = house.post(f"/v1/staff/officers/{made.get_json()['id']}/end", admin, "k-3", {})
    assert ended.status_code == 200
    house.container.token_reader.forget(staff["session_id"])
    with house.container.database.transaction() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "officer")).all()
    assert {"officer.appoint", "officer.end"} <= set(actions)
    assert house.complete(house.start(**{"as": "officer"}), code="code-of-mau").get_json()["code"] == "not_an_officer"


def test_an_admin_does_not_raise_or_end_themselves(house: House) -> None:
    admin = _admin(house)
    raised = _office(house, identity_number=PEOPLE["code-of-thu"][1], roles=["leader"])
    assert house.post("/v1/staff/officers", admin, "k-1", raised).get_json()["code"] == "own_office"
    (own,) = house.get("/v1/staff/officers", admin).get_json()["items"]
    assert house.post(f"/v1/staff/officers/{own['id']}/end", admin, "k-2", {}).get_json()["code"] == "own_office"


def test_an_office_may_end_on_a_day_to_come(house: House) -> None:
    admin = _admin(house)
    made = house.post("/v1/staff/officers", admin, "k-1", _office(house)).get_json()
    day = local(house.clock.now()).date()
    path = f"/v1/staff/officers/{made['id']}/end"
    early = house.post(path, admin, "k-2", {"last_day": (day - timedelta(days=1)).isoformat()})
    assert early.status_code == 422
    assert house.post(path, admin, "k-3", {"last_day": day.isoformat()}).get_json()["valid_to"] == day.isoformat()
    assert house.log_in("code-of-mau", role="officer")
    house.clock.advance(timedelta(days=1))
    assert house.complete(house.start(**{"as": "officer"}), code="code-of-mau").status_code == 403


def test_an_old_log_in_is_asked_to_step_up(house: House) -> None:
    admin = _admin(house)
    house.clock.advance(timedelta(minutes=14))
    admin = house.refresh(admin["refresh_token"]).get_json()
    house.clock.advance(timedelta(minutes=2))
    refused = house.post("/v1/staff/officers", admin, "k-1", _office(house))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "step_up_required")
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="900"' in challenge
    assert house.get("/v1/staff/officers", admin).status_code == 200
    fresh = house.complete(house.start(**{"as": "officer", "step_up": True})).get_json()
    assert house.post("/v1/staff/officers", fresh, "k-1", _office(house)).status_code == 201


def test_every_act_that_binds_or_empowers_steps_up() -> None:
    demanding = {name for name, permit in PERMITS.items() if isinstance(permit, SteppedUp)}
    assert demanding >= {"finishDossier", "appointOfficer", "endOffice", "createAgencyClient", "endSessions"}
