"""What an officer sends, and what the desk shows."""

from marshmallow import fields, validate

from api.dossiers.schemas import CommonDossierSchema, DossierLineSchema, SentFileSchema
from api.paging import PageAnswer, PageQuery
from api.schemas import Instant, Line, RequestSchema, Text, Typed, Words

_OPEN = (1, 2, 4, 5, 6, 7, 9)


class InboxQuery(PageQuery):
    status = fields.Integer(
        load_default=None,
        validate=validate.OneOf(_OPEN),
        metadata={"description": "One status; else all open."},
    )
    search = Typed(load_default=None, high=80, metadata={"description": "Part of a code or of an applicant's name."})


class InboxLineSchema(DossierLineSchema):
    applicant_name = fields.String()
    acceptance_due_at = Instant(allow_none=True)
    order_at = Instant(metadata={"description": "When the next thing is due, by which the inbox is ordered."})
    handler = fields.String(allow_none=True)
    step = fields.String(allow_none=True)


class InboxPage(PageAnswer):
    items = fields.List(fields.Nested(InboxLineSchema))


class DeskDossierSchema(CommonDossierSchema):
    """A dossier as its officers see it."""

    applicant_name = fields.String()


class NothingRequest(RequestSchema):
    """An act that needs no words."""


class ReasonRequest(RequestSchema):
    reason = Words(required=True, low=3, high=1000, metadata={"description": "The citizen reads it."})


class StepRequest(RequestSchema):
    action = fields.String(required=True, validate=validate.OneOf(["advance", "send_back"]))
    note = Text(load_default=None, allow_none=True, high=1000)


class HandOverRequest(RequestSchema):
    way = fields.String(required=True, validate=validate.OneOf(["online", "counter", "post"]))


class SettleWithdrawalRequest(RequestSchema):
    grant = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(load_default=None, allow_none=True, high=1000, metadata={"description": "Needed to refuse."})


class AttachResultRequest(RequestSchema):
    kind = Line(required=True, high=60)
    file = fields.Nested(SentFileSchema, required=True)
