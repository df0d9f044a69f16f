"""The world of the matrix on one evening, for tests of guest residence over HTTP."""

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from kernel.clock import local
from kernel.ids import new_id
from residence.models import Batch, Stay
from residence.sheets.guests import write_guests
from tests.api.authorisation_support import World
from tests.unit.residence.guests_made import vietnamese_guest


class Evening:
    """The world of the matrix, asked by whoever a test names."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lodging = f"/v1/lodgings/{world.ids['lodging_id']}"
        self.today = local(world.held.clock.now()).date()

    def ask(self, method: str, path: str, by: str = "owner", **sent: Any) -> Any:
        headers = {**self.world.callers[by].headers(), "Idempotency-Key": str(new_id()), **sent.pop("headers", {})}
        return self.world.client.open(path, method=method, headers=headers, **sent)

    def guest(self, number: str = "K0000009", **changes: Any) -> dict[str, Any]:
        told = {
            "full_name": "TESTOV GUEST",
            "birth_date": "1990-03-08",
            "sex": "M",
            "nationality": "FRA",
            "document_number": number,
            "arrival": self.today.isoformat(),
            "departure": (self.today + timedelta(days=2)).isoformat(),
            "room": "101",
            "residence_expiry": (self.today + timedelta(days=20)).isoformat(),
            "name_confirmed": True,
        }
        return {**told, **changes}

    def report(self, *guests: dict[str, Any], by: str = "owner", **sent: Any) -> Any:
        return self.ask("POST", f"{self.lodging}/stays", by, json={"guests": list(guests)}, **sent)

    def sheet(self, *numbers: str) -> bytes:
        out = io.BytesIO()
        write_guests(out, [vietnamese_guest(self.today, number) for number in numbers])
        return out.getvalue()

    def send(self, content: bytes, *, accept: bool = False, by: str = "owner") -> Any:
        query = {"name": "C:\\khách\\đêm.xlsx", "accept": "true" if accept else "false"}
        return self.ask("POST", f"{self.lodging}/batches", by, data=content, query_string=query)

    def count(self, table: type[Stay] | type[Batch]) -> int:
        with self.world.held.database.reading() as connection:
            found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return found
