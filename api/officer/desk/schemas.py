"""What an officer sends, and what the desk shows."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.citizen.dossiers.schemas import CommonDossierSchema, DossierLineSchema, SentFileSchema, TimelineEntrySchema
from api.edge.paging import MOST, USUAL, PageAnswer, PageQuery
from api.edge.schemas import Instant, Line, RequestSchema, Switch, Text, Typed, Words
from tracking.search.typed import LONGEST

_FILED = tuple(range(1, 11))


class InboxQuery(PageQuery):
    status = fields.Integer(
        load_default=None,
        validate=validate.OneOf(_FILED),
        metadata={"description": "One status; else all open. One of closed dossiers needs `search`."},
    )
    search = Typed(
        load_default=None,
        high=LONGEST,
        metadata={
            "description": "A code, the end of one, or words of a name: of the applicant or of the business. Closed"
            " dossiers are found too. A phone or an identity number belongs into `searchDossiers`, not into an address."
        },
    )


class SearchDossiersRequest(RequestSchema):
    text = Typed(
        required=True,
        high=LONGEST,
        metadata={
            "description": "A code, the end of one, a phone, a personal identity number, or words of a name: of the"
            " applicant or of the business."
        },
    )
    status = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.OneOf(_FILED),
        metadata={"description": "One status; else all, open dossiers first."},
    )
    limit = fields.Integer(load_default=USUAL, strict=True, validate=validate.Range(min=1, max=MOST))
    cursor = fields.String(
        load_default=None, allow_none=True, metadata={"description": "next_cursor of the page before."}
    )


class InboxLineSchema(DossierLineSchema):
    applicant_name = fields.String()
    acceptance_due_at = Instant(allow_none=True)
    order_at = Instant(
        allow_none=True,
        metadata={"description": "When the next thing is due, by which the inbox is ordered; null once it is closed."},
    )
    handler = fields.String(allow_none=True)
    step = fields.String(allow_none=True)


class InboxPage(PageAnswer):
    items = fields.List(fields.Nested(InboxLineSchema))


class DeskTimelineEntrySchema(TimelineEntrySchema):
    """A row of the timeline as officers see it: with internal notes, and with which of the words the citizen reads."""

    reason = fields.String(
        allow_none=True, metadata={"description": "A reason or a note, internal unless `reason_told`."}
    )
    reason_told = fields.Boolean(metadata={"description": "True: the citizen reads the reason. False: internal."})


class DeskDossierSchema(CommonDossierSchema):
    """A dossier as its officers see it."""

    applicant_name = fields.String()
    timeline = fields.List(fields.Nested(DeskTimelineEntrySchema))


class NothingRequest(RequestSchema):
    """An act that needs no words."""


class ReasonRequest(RequestSchema):
    reason = Words(required=True, low=3, high=1000, metadata={"description": "The citizen reads it."})


class AskSupplementRequest(ReasonRequest):
    """What is missing; and how long the citizen has."""

    days = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=1, max=365),
        metadata={
            "description": "Working days to answer; left out, what the procedure gives. It also bounds them."
            " After the last one the dossier stops, unless the procedure says otherwise."
        },
    )


class StepRequest(RequestSchema):
    action = fields.String(required=True, validate=validate.OneOf(["advance", "send_back"]))
    note = Text(
        load_default=None,
        allow_none=True,
        high=1000,
        metadata={"description": "Internal to the agency unless `tell_citizen`."},
    )
    tell_citizen = Switch(
        load_default=False,
        metadata={"description": "True: the citizen reads the note in their timeline. It must say something then."},
    )

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("tell_citizen") and not any(sign.isalnum() for sign in data.get("note") or ""):
            raise ValidationError("says_nothing", "note")


class HandOverRequest(RequestSchema):
    way = fields.String(required=True, validate=validate.OneOf(["online", "counter", "post"]))


class SettleWithdrawalRequest(RequestSchema):
    grant = Switch(required=True)
    reason = Text(
        load_default=None,
        allow_none=True,
        high=1000,
        metadata={"description": "Needed to refuse. The citizen reads it."},
    )


class AttachResultRequest(RequestSchema):
    kind = Line(required=True, high=60)
    file = fields.Nested(SentFileSchema, required=True)
