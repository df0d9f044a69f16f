"""What a dossier looks like to its citizen, to an officer, and to a stranger with the code and the secret.

The hot reads are one statement each: the dossier, its timeline and its files come back together.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from attachments.content import file_name
from attachments.models import FILE_NAME_FIELD
from kernel.actor import Actor
from kernel.errors import FieldError
from kernel.texts.bilingual import Language
from kernel.vault import Vault
from mobile_contract.problems import FIELD_TEXTS
from procedures.forms.checking import form_doubts
from procedures.forms.form import Form
from tracking.case import Case, Row
from tracking.models import FORM_FIELD, LEFT_OUT_FIELD, PHONE_FIELD, REASON_FIELD, SECRET_FIELD
from tracking.reading import queries
from tracking.reading.timeline_texts import describe
from tracking.roles import desk_actions
from tracking.states import LABELS, BusinessState, Event, allowed_events

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
        return self.connection.execute(queries.SEEN, {"id": dossier_id, "person": actor.person_id}).scalar()

    def own(self, actor: Actor, dossier_id: UUID) -> tuple[int, dict[str, Any]] | None:
        """(seen_version, everything the citizen sees), or None."""
        row = self._one(queries.OWN, id=dossier_id, person=actor.person_id)
        return None if row is None else (row["seen_version"], self._citizen_view(row))

    def desk(self, actor: Actor, dossier_id: UUID) -> tuple[int, dict[str, Any]] | None:
        """(version, what an officer sees), or None outside their subtree. The caller writes the audit row."""
        row = self._one(queries.DESK, id=dossier_id, agency=actor.agency_code)
        return None if row is None else (row["version"], self._desk_view(row, actor))

    def own_case(self, case: Case) -> tuple[int, dict[str, Any]]:
        """The same of a dossier that its citizen acts on, as the act leaves it."""
        if case.internal:
            raise LookupError("a case with the reasons that are internal to the agency")
        return case.dossier.seen_version, self._citizen_view(case.row())

    def desk_case(self, actor: Actor, case: Case) -> tuple[int, dict[str, Any]]:
        """(version, what an officer sees) of a dossier that one of them acts on, as the act leaves it."""
        return case.dossier.version, self._desk_view(case.row(), actor)

    def own_lines(self, actor: Actor, *, before: UUID | None, limit: int) -> list[dict[str, Any]]:
        """The citizen's dossiers as lines of a list, newest first; ids are ordered by time."""
        rows = self.connection.execute(queries.OWN_LINES, {"person": actor.person_id, "before": before, "limit": limit})
        return [self._line(row) for row in rows.mappings()]

    def inbox(
        self, actor: Actor, *, state: int | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Open dossiers of the officer's agency subtree, the one due first on top.

        `after` is the place (order_at, id) of the last line seen; each line carries `place`: order_at in full.
        """
        values = {
            "agency": actor.agency_code,
            "state": state,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        }
        rows = self.connection.execute(queries.INBOX if state is None else queries.INBOX_OF_STATE, values)
        return [self.desk_line(row) for row in rows.mappings()]

    def desk_line(self, row: RowMapping) -> dict[str, Any]:
        """A dossier as a line of an officer's list; `place` is order_at in full, None once it is closed."""
        closed = row["state"] in CLOSED
        return {
            **self._line(row),
            "applicant_name": row["applicant_name"],
            "acceptance_due_at": row["acceptance_due_at"],
            "order_at": None if closed else row["order_at"],
            "place": None if closed else row["order_at"].isoformat(),
            "handler": row["handler_name"],
            "step": row["step"],
        }

    def _line(self, row: RowMapping) -> dict[str, Any]:
        return {
            "id": str(row["id"]),
            "code": row["code"],
            "procedure": self._procedure(row["version_id"]),
            "agency": {"code": row["agency_code"], "name": row["agency_name"]},
            "status": status_of(row["state"], self.language),
            "due_at": row["due_at"],
            "updated_at": row["updated_at"],
        }

    def public(self, dossier_id: UUID) -> dict[str, Any] | None:
        """What the holder of the code and the secret sees."""
        row = self._one(queries.FILED, id=dossier_id)
        return None if row is None else self._public_view(row)

    def _one(self, statement: Any, **values: Any) -> Row | None:
        row: Row | None = self.connection.execute(statement, values).scalar()
        return row

    def _public_view(self, row: Row) -> dict[str, Any]:
        told = [entry for entry in row["timeline"] if entry["axis"] in _PUBLIC_AXES]
        return {
            **self._head(row),
            "timeline": [
                {"at": wire(entry["at"]), "to": _state(entry, "to"), "text": describe(entry, self.language)}
                for entry in told
            ],
        }

    def _head(self, row: Row) -> dict[str, Any]:
        return {
            "code": row["code"],
            "procedure": self._procedure(UUID(row["version_id"])),
            "agency": {"code": row["agency_code"], "name": row["agency_name"]},
            "status": status_of(row["state"], self.language),
            "fee": {"amount_vnd": row["fee_vnd"]},
            **_instants(row, "submitted_at", "accepted_at", "due_at", "finished_at", "handed_over_at", "updated_at"),
        }

    def _common_view(self, row: Row) -> dict[str, Any]:
        files = [self._file(file) for file in row["files"]]
        phone = self._opened(row, PHONE_FIELD, "notify_phone")
        values = json.loads(self._opened(row, FORM_FIELD, "form_values") or "{}")
        return {
            "id": row["id"],
            **self._head(row),
            "step": self._step(row),
            "handler": row["handler_name"],
            "hand_over": {"state": row["hand_over"], "way": row["hand_over_way"]},
            "acceptance_due_at": wire(row["acceptance_due_at"]),
            "supplements": row["supplements"],
            "supplement_due_at": wire(row["supplement_due_at"]),
            "form_values": values,
            "warnings": [] if row["state"] in CLOSED else self._warnings(row, values),
            "papers": [file for file in files if file["kind"] == "paper"],
            "results": [file for file in files if file["kind"] == "result"],
            "notify_phone": None if phone is None else mask_phone(phone),
            "timeline": [self._entry(entry) for entry in row["timeline"]],
            "created_at": wire(row["created_at"]),
        }

    def _warnings(self, row: Row, values: dict[str, Any]) -> list[dict[str, str]]:
        """What may be wrong in the form, as it was on the day it was filed or last changed."""
        form = _said_of(self.connection, UUID(row["version_id"])).form
        day = date.fromisoformat((row["submitted_at"] or row["updated_at"])[:10])
        return [self._warning(doubt) for doubt in form_doubts(form, values, day)]

    def _warning(self, doubt: FieldError) -> dict[str, str]:
        words = FIELD_TEXTS[doubt.code][0 if self.language == "vi" else 1]
        return {"pointer": doubt.pointer, "code": doubt.code, "message": words.format(**doubt.params)}

    def _citizen_view(self, row: Row) -> dict[str, Any]:
        view = self._common_view(row)
        handed_over = row["state"] == BusinessState.HANDED_OVER
        view["results"] = [self._public_name(row, file) for file in view["results"]] if handed_over else []
        view["left_out_values"] = json.loads(self._opened(row, LEFT_OUT_FIELD, "left_out_values") or "{}")
        view["lookup_secret"] = self._opened(row, SECRET_FIELD, "lookup_secret")
        possible = allowed_events(BusinessState(row["state"]), row["origin"])
        view["allowed_actions"] = [event.value for event in possible if event in _CITIZEN_EVENTS]
        view["version"] = row["seen_version"]
        return view

    def _desk_view(self, row: Row, actor: Actor) -> dict[str, Any]:
        view = self._common_view(row)
        view["applicant_name"] = row["applicant_name"]
        for entry, shown in zip(row["timeline"], view["timeline"], strict=True):
            shown["reason_told"] = entry["reason_told"]
        state, step = BusinessState(row["state"]), self._step_document(row)
        view["allowed_actions"] = desk_actions(state, row["origin"], step, actor.roles)
        view["version"] = row["version"]
        return view

    def _procedure(self, version_id: UUID) -> dict[str, Any]:
        said = _said_of(self.connection, version_id)
        return {"code": said.code, "name": said.name[self.language], "version": said.number}

    def _step(self, row: Row) -> dict[str, Any] | None:
        step = self._step_document(row)
        return None if step is None else {"code": step["code"], "name": step["name"][self.language]}

    def _step_document(self, row: Row) -> dict[str, Any] | None:
        """The step as the procedure's document has it, or None outside the process."""
        return _said_of(self.connection, UUID(row["version_id"])).steps.get(row["step"])

    def _file(self, file: dict[str, Any]) -> dict[str, Any]:
        sealed = bytes.fromhex(file["file_name"])
        return {
            **file,
            "added_at": wire(file["added_at"]),
            "file_name": self.vault.open(FILE_NAME_FIELD, UUID(file["upload_id"]), sealed),
        }

    @staticmethod
    def _public_name(row: Row, file: dict[str, Any]) -> dict[str, Any]:
        """A result under the name it is downloaded by: what an officer calls their own files is internal."""
        return {**file, "file_name": file_name(row["code"], file["code"], file["media_type"])}

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

    def _opened(self, row: Row, field: str, name: str) -> str | None:
        sealed = row[name]
        return None if sealed is None else self.vault.open(field, UUID(row["id"]), bytes.fromhex(sealed))


CLOSED: Final = frozenset({BusinessState.DECLINED, BusinessState.STOPPED, BusinessState.HANDED_OVER})
_CITIZEN_EVENTS: Final = frozenset({Event.SUBMIT, Event.SUPPLEMENT, Event.ASK_WITHDRAWAL})


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reader is told of a version of a procedure; `name` by language, `steps` by code."""

    code: str
    number: int
    name: dict[str, str]
    steps: dict[str | None, dict[str, Any]]
    form: Form


# A version never changes, and its document is large: read once, it is remembered for good.
_versions: Final[dict[UUID, _Said]] = {}


def _said_of(connection: Connection, version_id: UUID) -> _Said:
    found = _versions.get(version_id)
    if found is None:
        row = connection.execute(queries.PROCEDURE, {"id": version_id}).one()
        steps = {step["code"]: step for step in row.steps}
        found = _versions[version_id] = _Said(row.code, row.number, row.name, steps, Form(row.form))
    return found


def _state(entry: dict[str, Any], end: str) -> int | str | None:
    value: str | None = entry[end]
    return int(value) if value is not None and entry["axis"] == "business" else value


def status_of(state: int, language: Language) -> dict[str, Any]:
    return {"code": state, "label": LABELS[BusinessState(state)].in_language(language)}


def wire(civil: str | None) -> str | None:
    """RFC 3339 with Vietnam's offset, to the second, of civil time as the statements of `queries` give it."""
    return None if civil is None else f"{civil[:19]}+07:00"


def mask_phone(phone: str) -> str:
    """Enough for the owner to know which phone it is: "+84•••••678"."""
    return f"{phone[:3]}{'•' * (len(phone) - 6)}{phone[-3:]}"


def _instants(row: Row, *names: str) -> dict[str, str | None]:
    return {name: wire(row[name]) for name in names}
