"""The officer's desk: everything an officer does, through the public API."""

from typing import Any
from urllib.parse import urlencode

from journey.account import Account
from journey.photos import File
from journey.uploads import upload
from journey.wire import Answer


class Desk(Account):
    """One officer. Every act is meant for the version that `read` or the last act showed."""

    role = "officer"

    def inbox(self, **filters: str | int) -> list[Any]:
        """All lines, page by page, in the order of the desk."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            asked = {**filters, **({"cursor": cursor} if cursor else {})}
            page = self.call("GET", f"/v1/desk/dossiers?{urlencode(asked)}").json()
            found.extend(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def read(self, dossier_id: str) -> Answer:
        return self.call("GET", f"/v1/desk/dossiers/{dossier_id}")

    def do(
        self, act: str, dossier_id: str, body: Any = None, *, etag: str | None = None, key: str | None = None
    ) -> Answer:
        """One act, for the version `etag` (else the one of now). Raises Refused."""
        match = etag or self.read(dossier_id).etag
        return self.act(f"/v1/desk/dossiers/{dossier_id}/{act}", body or {}, key=key, headers={"If-Match": match})

    def accept(self, dossier_id: str) -> Any:
        return self.do("acceptance", dossier_id).json()

    def decline(self, dossier_id: str, reason: str) -> Any:
        return self.do("refusal", dossier_id, {"reason": reason}).json()

    def request_supplement(self, dossier_id: str, reason: str) -> Any:
        return self.do("supplement-request", dossier_id, {"reason": reason}).json()

    def start(self, dossier_id: str) -> Any:
        return self.do("start", dossier_id).json()

    def advance(self, dossier_id: str, note: str | None = None) -> Any:
        return self.do("step", dossier_id, {"action": "advance", "note": note}).json()

    def attach_result(self, dossier_id: str, kind: str, file: File) -> Any:
        return self.do("results", dossier_id, {"kind": kind, "file": upload(self, file)}).json()

    def finish(self, dossier_id: str) -> Any:
        return self.do("finish", dossier_id).json()

    def hand_over(self, dossier_id: str, way: str = "online") -> Any:
        return self.do("hand-over", dossier_id, {"way": way}).json()

    def settle_withdrawal(self, dossier_id: str, *, grant: bool, reason: str | None = None) -> Any:
        return self.do("withdrawal-decision", dossier_id, {"grant": grant, "reason": reason}).json()

    def file(self, dossier_id: str, file_id: str) -> Answer:
        return self.call("GET", f"/v1/desk/dossiers/{dossier_id}/files/{file_id}")
