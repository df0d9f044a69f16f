"""A key of an agency's partner rests on the admin who answers for it, and ends with that office."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from auth.models import ApiClient, Officer
from auth.organisations.service.lapsed import watch_clients
from kernel.clock import local
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.api.account_support import PEOPLE, House

_BELOW = "H17.1.1"


@dataclass
class Commune:
    """An admin of H17.1, thu, above H17.1.1, whose admins are mau and, where a test appoints them, gia."""

    house: House
    chief: dict[str, Any]
    asked: int = 0

    def post(self, path: str, tokens: dict[str, Any], body: dict[str, Any]) -> Any:
        self.asked += 1
        return self.house.post(f"/v1/staff{path}", tokens, f"k-{self.asked}", body)

    def appoint(self, who: str, **changes: Any) -> str:
        today = local(self.house.clock.now()).date().isoformat()
        office = {"identity_number": PEOPLE[who][1], "display_name": f"Cán bộ {who}", "agency_code": _BELOW}
        asked = {**office, "roles": ["admin"], "valid_from": today, **changes}
        made = self.post("/officers", self.chief, asked)
        assert made.status_code == 201
        return str(made.get_json()["id"])

    def key(self, tokens: dict[str, Any]) -> dict[str, Any]:
        expires = (self.house.clock.now() + timedelta(days=300)).isoformat()
        asked = {"name": "Cổng tỉnh", "scopes": ["dossiers:status"], "expires_at": expires, "agency_code": _BELOW}
        made: dict[str, Any] = self.post("/clients", tokens, asked).get_json()
        return made

    def end(self, officer: str, **said: Any) -> Any:
        return self.post(f"/officers/{officer}/end", self.house.log_in(role="officer"), said)

    def works(self, key: str) -> bool:
        with self.house.container.database.transaction() as session:
            for client_id in session.scalars(select(ApiClient.id)):
                self.house.container.token_reader.forget(client_id)
        try:
            return bool(self.house.container.token_reader.read(key).scopes)
        except DomainError:
            return False

    def told(self) -> list[tuple[str, str]]:
        with self.house.container.database.transaction() as session:
            rows = session.scalars(select(OutboxEvent).where(OutboxEvent.kind.startswith("clients.")))
            return [(row.kind, row.payload["agency_code"]) for row in rows]

    def sweep(self) -> int:
        with self.house.container.database.transaction() as session:
            return watch_clients(Work(session, self.house.vault, self.house.clock))


@pytest.fixture
def commune(house: House) -> Commune:
    house.log_in()
    house.appoint("Nguyễn Văn Thử")
    with house.container.database.transaction() as session:
        session.execute(text("UPDATE officer SET roles = '[\"admin\"]'"))
        session.execute(
            text(
                "INSERT INTO agency (code, name, short_name, parent_code, path) VALUES"
                " ('H17.1.1', 'Tổ', 'T', 'H17.1', 'H17.1/H17.1.1/'), ('H17.1.2', 'Xã', 'X', 'H17.1', 'H17.1/H17.1.2/')"
            )
        )
    return Commune(house, house.log_in(role="officer"))


def test_who_ends_an_office_is_told_of_its_keys_first(commune: Commune) -> None:
    office = commune.appoint("code-of-mau")
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    refused = commune.end(office)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "grants_remain")
    assert refused.get_json()["clients"] == [{"id": made["id"], "name": "Cổng tỉnh"}]
    assert commune.works(made["key"])
    assert commune.end(office, grants="end").status_code == 200
    assert not commune.works(made["key"])
    assert commune.told() == [("clients.ended", _BELOW)]


def test_another_admin_takes_the_keys_over(commune: Commune) -> None:
    office, heir = commune.appoint("code-of-mau"), commune.appoint("code-of-gia")
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    assert commune.end(office, grants="take_over", heir=heir).status_code == 200
    assert commune.works(made["key"])
    assert commune.end(heir).get_json()["clients"][0]["id"] == made["id"]


@pytest.mark.parametrize("changes", [{"roles": ["receiver"]}, {"agency_code": "H17.1.2"}])
def test_an_heir_is_an_admin_of_the_keys_agency(commune: Commune, changes: dict[str, Any]) -> None:
    office, heir = commune.appoint("code-of-mau"), commune.appoint("code-of-gia", **changes)
    commune.key(commune.house.log_in("code-of-mau", role="officer"))
    assert commune.end(office, grants="take_over", heir=heir).get_json()["errors"][0]["code"] == "heir_holds_less"


def test_an_office_that_ends_on_a_day_warns(commune: Commune) -> None:
    office = commune.appoint("code-of-mau")
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    last = (local(commune.house.clock.now()).date() + timedelta(days=2)).isoformat()
    assert commune.end(office, last_day=last).get_json()["code"] == "grants_remain"
    assert commune.end(office, last_day=last, grants="end").status_code == 200
    assert commune.told() == [("clients.ending", _BELOW)]
    assert commune.works(made["key"])
    commune.house.clock.advance(timedelta(days=3))
    assert not commune.works(made["key"])
    assert (commune.sweep(), commune.sweep()) == (1, 0)
    assert commune.told()[-1] == ("clients.ended", _BELOW)


@pytest.mark.parametrize("shrunk", [{"roles": ["receiver"]}, {"agency_code": "H17.1.2"}])
def test_an_office_that_shrinks_takes_its_keys_along(commune: Commune, shrunk: dict[str, Any]) -> None:
    office = commune.appoint("code-of-mau")
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    with commune.house.container.database.transaction() as session:
        session.execute(update(Officer).where(Officer.id == office).values(**shrunk))
    assert not commune.works(made["key"])


def test_another_office_of_the_same_person_keeps_the_key(commune: Commune) -> None:
    today = local(commune.house.clock.now()).date()
    office = commune.appoint("code-of-mau", valid_to=today.isoformat())
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    commune.appoint("code-of-mau", agency_code="H17.1")
    assert commune.end(office).status_code == 200
    assert commune.works(made["key"])


def test_an_admin_above_takes_a_key_over_before_the_office_ends(commune: Commune) -> None:
    last = local(commune.house.clock.now()).date() + timedelta(days=9)
    commune.appoint("code-of-mau", valid_to=last.isoformat())
    made = commune.key(commune.house.log_in("code-of-mau", role="officer"))
    assert made["ends_on"] == last.isoformat()
    assert (commune.sweep(), commune.sweep()) == (1, 0)
    taken = commune.post(f"/clients/{made['id']}/take-over", commune.chief, {})
    assert (taken.status_code, taken.get_json()["ends_on"]) == (200, None)
    commune.house.clock.advance(timedelta(days=20))
    assert commune.works(made["key"])
    assert commune.told() == [("clients.ending", _BELOW), ("clients.taken_over", _BELOW)]
