"""What a dossier looks like to its citizen, to an officer, and to a stranger with the code and the secret.

The hot reads are one statement each: the dossier, its timeline and its files come back together.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from kernel.actor import Actor
from kernel.clock import local
from kernel.vault import Vault
from tracking.models import FILE_NAME_FIELD, FORM_FIELD, PHONE_FIELD, REASON_FIELD, SECRET_FIELD
from tracking.states import LABELS, BusinessState, allowed_events
from tracking.texts import Language
from tracking.timeline_texts import describe

_SELECT: Final = """
SELECT d.*, a.name AS agency_name, a.short_name AS agency_short_name, v.code AS procedure_code, v.number AS procedure_version,
  v.document->'name' AS procedure_name, v.document->'process' AS process,
  (SELECT coalesce(json_agg(json_build_object('id', t.id, 'at', t.at, 'axis', t.axis, 'event', t.event, 'from', t.from_state,
     'to', t.to_state, 'step', t.step, 'actor_kind', t.actor_kind, 'actor_name', t.actor_name, 'details', t.details,
     'reason', encode(t.reason, 'hex')) ORDER BY t.seq), '[]'::json)
   FROM timeline_entry t WHERE t.dossier_id = d.id) AS timeline,
  (SELECT coalesce(json_agg(json_build_object('id', f.id, 'kind', f.kind, 'code', f.code, 'added_at', f.added_at,
     'upload_id', u.id, 'size', u.size, 'media_type', u.media_type, 'sha256', encode(u.sha256, 'hex'),
     'file_name', encode(u.file_name, 'hex')) ORDER BY f.id), '[]'::json)
   FROM dossier_file f JOIN upload u ON u.id = f.upload_id WHERE f.dossier_id = d.id AND f.removed_at IS NULL) AS files
FROM dossier d JOIN agency a ON a.code = d.agency_code JOIN procedure_version v ON v.id = d.version_id
"""
_OWN = text(_SELECT + "WHERE d.id = :id AND d.applicant_id = :person")
_DESK = text(
    _SELECT
    + """WHERE d.id = :id AND d.state <> 0 AND a.path LIKE
    (SELECT path FROM agency WHERE code = :agency) || '%'"""
)
_FILED = text(_SELECT + "WHERE d.id = :id AND d.state <> 0")
_SEEN = text("SELECT seen_version FROM dossier WHERE id = :id AND applicant_id = :person")
# What a stranger with the slip in hand may see of the timeline: the official status and the results of telling it.
_PUBLIC_AXES: Final = frozenset({"business"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads through one connection and one vault, in one language."""

    connection: Connection
    vault: Vault
    language: Language

    def seen_version(self, actor: Actor, dossier_id: UUID) -> int | None:
        """The number behind the citizen's ETag, or None when there is no such dossier of theirs."""
        return self.connection.execute(_SEEN, {"id": dossier_id, "person": actor.person_id}).scalar()

    def own(self, actor: Actor, dossier_id: UUID) -> tuple[int, dict[str, Any]] | None:
        """(seen_version, everything the citizen sees), or None."""
        row = self._one(_OWN, id=dossier_id, person=actor.person_id)
        return None if row is None else (row["seen_version"], self._citizen_view(row))

    def desk(self, actor: Actor, dossier_id: UUID) -> tuple[int, dict[str, Any]] | None:
        """(version, what an officer sees), or None outside their subtree. The caller writes the audit row."""
        row = self._one(_DESK, id=dossier_id, agency=actor.agency_code)
        return None if row is None else (row["version"], self._desk_view(row))

    def public(self, dossier_id: UUID) -> dict[str, Any] | None:
        """What the holder of the code and the secret sees."""
        row = self._one(_FILED, id=dossier_id)
        return None if row is None else self._public_view(row)

    def _one(self, statement: Any, **values: Any) -> RowMapping | None:
        return self.connection.execute(statement, values).mappings().one_or_none()

    def _public_view(self, row: RowMapping) -> dict[str, Any]:
        return {
            "code": row["code"],
            "procedure": self._procedure(row),
            "agency": {"code": row["agency_code"], "name": row["agency_name"]},
            "status": status_of(row["state"], self.language),
            "fee": {"amount_vnd": row["fee_vnd"]},
            **_instants(row, "submitted_at", "accepted_at", "due_at", "finished_at", "handed_over_at", "updated_at"),
            "timeline": [
                {"at": wire(entry["at"]), "to": _state(entry, "to"), "text": describe(entry, self.language)}
                for entry in row["timeline"]
                if entry["axis"] in _PUBLIC_AXES
            ],
        }

    def _common_view(self, row: RowMapping) -> dict[str, Any]:
        files = [self._file(file) for file in row["files"]]
        return {
            "id": str(row["id"]),
            **self._public_view(row),
            "step": self._step(row),
            "handler": row["handler_name"],
            "hand_over": {"state": row["hand_over"], "way": row["hand_over_way"]},
            "acceptance_due_at": wire(row["acceptance_due_at"]),
            "supplements": row["supplements"],
            "form_values": json.loads(self.vault.open(FORM_FIELD, row["id"], row["form_values"])),
            "papers": [file for file in files if file["kind"] == "paper"],
            "results": [file for file in files if file["kind"] == "result"],
            "notify_phone": self._masked_phone(row),
            "timeline": [self._entry(entry) for entry in row["timeline"]],
            "created_at": wire(row["created_at"]),
        }

    def _citizen_view(self, row: RowMapping) -> dict[str, Any]:
        view = self._common_view(row)
        if row["state"] != BusinessState.HANDED_OVER:
            view["results"] = []
        secret = row["lookup_secret"]
        view["lookup_secret"] = self.vault.open(SECRET_FIELD, row["id"], secret) if secret else None
        view["allowed_actions"] = _allowed(row, CITIZEN_EVENTS)
        view["version"] = row["seen_version"]
        return view

    def _desk_view(self, row: RowMapping) -> dict[str, Any]:
        view = self._common_view(row)
        view["applicant_name"] = row["applicant_name"]
        view["allowed_actions"] = _allowed(row, None)
        view["version"] = row["version"]
        return view

    def _procedure(self, row: RowMapping) -> dict[str, Any]:
        return {
            "code": row["procedure_code"],
            "name": row["procedure_name"][self.language],
            "version": row["procedure_version"],
        }

    def _step(self, row: RowMapping) -> dict[str, Any] | None:
        if row["step"] is None:
            return None
        names = {step["code"]: step["name"][self.language] for step in row["process"]["steps"]}
        return {"code": row["step"], "name": names[row["step"]]}

    def _file(self, file: dict[str, Any]) -> dict[str, Any]:
        sealed = bytes.fromhex(file.pop("file_name"))
        upload_id = UUID(file.pop("upload_id"))
        return {
            **file,
            "added_at": wire(file["added_at"]),
            "upload_id": str(upload_id),
            "file_name": self.vault.open(FILE_NAME_FIELD, upload_id, sealed),
        }

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        reason = entry["reason"]
        return {
            "id": entry["id"],
            "at": wire(entry["at"]),
            "axis": entry["axis"],
            "event": entry["event"],
            "from": _state(entry, "from"),
            "to": _state(entry, "to"),
            "step": entry["step"],
            "actor": {"kind": entry["actor_kind"], "name": entry["actor_name"]},
            "reason": self.vault.open(REASON_FIELD, UUID(entry["id"]), bytes.fromhex(reason)) if reason else None,
            "text": describe(entry, self.language),
        }

    def _masked_phone(self, row: RowMapping) -> str | None:
        if row["notify_phone"] is None:
            return None
        return mask_phone(self.vault.open(PHONE_FIELD, row["id"], row["notify_phone"]))


CITIZEN_EVENTS: Final = frozenset({"submit", "supplement", "ask_withdrawal"})


def _allowed(row: RowMapping, mine: frozenset[str] | None) -> list[str]:
    events = [event.value for event in allowed_events(BusinessState(row["state"]), row["origin"])]
    if mine is None:
        return [event for event in events if event not in CITIZEN_EVENTS]
    return [event for event in events if event in mine]


def _state(entry: dict[str, Any], end: str) -> int | str | None:
    value: str | None = entry[end]
    return int(value) if value is not None and entry["axis"] == "business" else value


def status_of(state: int, language: Language) -> dict[str, Any]:
    return {"code": state, "label": LABELS[BusinessState(state)].in_language(language)}


def wire(instant: datetime | str | None) -> str | None:
    """RFC 3339 with Vietnam's offset, to the second."""
    if instant is None:
        return None
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return local(moment).isoformat(timespec="seconds")


def mask_phone(phone: str) -> str:
    """Enough for the owner to know which phone it is: "+84•••••678"."""
    return f"{phone[:3]}{'•' * (len(phone) - 6)}{phone[-3:]}"


def _instants(row: RowMapping, *names: str) -> dict[str, str | None]:
    return {name: wire(row[name]) for name in names}
