"""A hotel over HTTP, its members and the keys that rest on them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from auth.models import ApiClient
from auth.organisations.service.lapsed import watch_clients
from kernel.clock import local
from kernel.outbox import OutboxEvent
from kernel.work import Work
from tests.api.account_support import PEOPLE, House
from tests.api.edge_support import bearer

HOTEL = {"kind": "hotel", "name": "Khách sạn Sao Mai Thử", "registration_number": "4001234567", "display_name": "Chủ"}
EVERYTHING = ["manage_clients", "manage_lodgings", "manage_members", "report_guests"]
RESIDENCE = ["residence:read", "residence:report"]


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


def open_hotel(house: House) -> Hotel:
    chief = house.log_in()
    made = house.post("/v1/organisations", chief, "k-hotel", HOTEL)
    return Hotel(house, f"/v1/organisations/{made.get_json()['id']}", chief)
