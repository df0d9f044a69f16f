"""The citizen's app: everything a citizen does, through the public API."""

from collections.abc import Mapping, Sequence
from typing import Any

from journey.account import LANGUAGE, Account
from journey.handset import Handset
from journey.uploads import Sent
from journey.wire import Answer, Wire, Witness


class Phone(Account):
    """One citizen with a phone whose number (E.164) may be told."""

    def __init__(self, api_url: str, number: str, *, witness: Witness | None = None) -> None:
        super().__init__(api_url, witness=witness)
        self.number = number

    def procedures(self) -> Any:
        return self.call("GET", "/v1/procedures").json()

    def procedure(self, code: str) -> Any:
        return self.call("GET", f"/v1/procedures/{code}").json()

    def open_draft(
        self, procedure_code: str, agency_code: str, values: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Any:
        body = {"procedure_code": procedure_code, "agency_code": agency_code, "form_values": dict(values or {})}
        return self.act("/v1/dossiers", body, key=key).json()

    def save_form(self, dossier_id: str, values: Mapping[str, Any], etag: str) -> Answer:
        return self.call(
            "PUT",
            f"/v1/dossiers/{dossier_id}/form",
            json_body={"form_values": dict(values)},
            headers={"If-Match": etag},
        )

    def set_paper(self, dossier_id: str, paper: str, files: Sequence[Sent]) -> Any:
        body = {"files": list(files)}
        return self.call("PUT", f"/v1/dossiers/{dossier_id}/papers/{paper}", json_body=body).json()

    def ask_for_code(self) -> str:
        """Has a one-time code sent to the phone; the id of the proof."""
        return str(self.act("/v1/me/phone-proofs", {"phone": self.number}).json()["proof_id"])

    def prove_phone(self, handset: Handset) -> str:
        """Has a code sent, reads it off the handset and types it in; returns it."""
        before = len(handset.texts())
        proof = self.ask_for_code()
        code = handset.one_time_code(after=before)
        self.act(f"/v1/me/phone-proofs/{proof}/confirm", {"code": code})
        return code

    def submit(self, dossier_id: str, papers: Mapping[str, Sequence[Sent]], *, key: str | None = None) -> Answer:
        body = {"notify_phone": self.number, "papers": _manifest(papers)}
        return self.act(f"/v1/dossiers/{dossier_id}/submission", body, key=key)

    def answer_supplement(self, dossier_id: str, note: str, papers: Mapping[str, Sequence[Sent]]) -> Any:
        body = {"note": note, "papers": _manifest(papers)}
        return self.act(f"/v1/dossiers/{dossier_id}/supplement", body).json()

    def ask_withdrawal(self, dossier_id: str, reason: str) -> Any:
        return self.act(f"/v1/dossiers/{dossier_id}/withdrawal", {"reason": reason}).json()

    def dossiers(self) -> list[Any]:
        """All of them, page by page."""
        found: list[Any] = []
        target: str | None = "/v1/dossiers?limit=50"
        while target is not None:
            page = self.call("GET", target).json()
            found.extend(page["items"])
            cursor = page["next_cursor"]
            target = f"/v1/dossiers?limit=50&cursor={cursor}" if cursor else None
        return found

    def read(self, dossier_id: str, *, etag: str | None = None) -> Answer:
        headers = {} if etag is None else {"If-None-Match": etag}
        return self.call("GET", f"/v1/dossiers/{dossier_id}", headers=headers)

    def dossier(self, dossier_id: str) -> Any:
        return self.read(dossier_id).json()

    def slip(self, dossier_id: str) -> bytes:
        return self.call("GET", f"/v1/dossiers/{dossier_id}/slip").body

    def file(self, dossier_id: str, file_id: str) -> Answer:
        return self.call("GET", f"/v1/dossiers/{dossier_id}/files/{file_id}")


def look_up(wire: Wire, code: str, secret: str) -> Any:
    """What anybody sees who holds the slip. Raises Refused."""
    body = {"code": code, "secret": secret}
    return wire.call("POST", "/v1/lookups", json_body=body, headers={"Accept-Language": LANGUAGE}).json()


def _manifest(papers: Mapping[str, Sequence[Sent]]) -> dict[str, list[Sent]]:
    return {code: list(files) for code, files in papers.items()}
