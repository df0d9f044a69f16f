"""Requests and answers about messages, dead letters, costs and gateways."""

from marshmallow import fields, validate

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Shape, Typed
from notify.desk.acts import MOST_AT_ONCE, CancelReason, RedirectReason
from notify.desk.costs import BudgetState
from notify.desk.dead_letters import DeadKind

_MONTH = Shape(r"^20[0-9]{2}-(0[1-9]|1[0-2])$")
_MOST_VND = 1_000_000_000_000


_EXPLAINED = "What a code of ours says, in the caller's language."


class ReceiptAnswer(AnswerSchema):
    status = fields.String(metadata={"description": "The gateway's own word."})
    kind = fields.String()
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    received_at = Instant()


class AttemptAnswer(AnswerSchema):
    number = fields.Integer()
    gateway = fields.String()
    state = fields.String()
    provider_ref = fields.String(allow_none=True)
    cost_vnd = fields.Integer()
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "As the gateway, or a log of ours, has it."})
    explanation = fields.String(allow_none=True, metadata={"description": _EXPLAINED})
    started_at = Instant()
    finished_at = Instant(allow_none=True)
    receipts = fields.List(fields.Nested(ReceiptAnswer()))


class AdviceAnswer(AnswerSchema):
    vi = fields.String()
    en = fields.String()


class MessageAnswer(AnswerSchema):
    id = fields.UUID()
    notification_id = fields.UUID()
    dossier_id = fields.UUID(allow_none=True)
    event = fields.String()
    event_label = fields.String(metadata={"description": "What it tells of, in the caller's language."})
    channel = fields.String()
    gateway = fields.String(allow_none=True)
    template = fields.String()
    template_version = fields.Integer()
    state = fields.String()
    state_label = fields.String(metadata={"description": "The state in the caller's language."})
    standby = fields.Boolean(
        metadata={"description": "Goes out only if the message before it fails or takes too long."}
    )
    turn = fields.Integer(metadata={"description": "0 as planned, then one more each time it was sent again."})
    replaces = fields.UUID(allow_none=True)
    address = fields.String(metadata={"description": "The last digits of the phone."})
    text = fields.String(
        metadata={"description": "What the person reads: a text, an item's title and body, or a form's fields by line."}
    )
    parts = fields.Integer()
    cost_vnd = fields.Integer()
    why = fields.String(metadata={"description": "Why this channel and this time, in the caller's language."})
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    explanation = fields.String(allow_none=True, metadata={"description": _EXPLAINED})
    due_at = Instant(allow_none=True)
    created_at = Instant()
    settled_at = Instant(allow_none=True)
    advice = fields.Nested(AdviceAnswer(), allow_none=True)
    attempts = fields.List(fields.Nested(AttemptAnswer()))


class MessagesAnswer(AnswerSchema):
    items = fields.List(fields.Nested(MessageAnswer()))


class RedirectRequest(RequestSchema):
    phone = Typed(required=True, high=48)
    reason = fields.String(required=True, validate=validate.OneOf([str(reason) for reason in RedirectReason]))


class CancelRequest(RequestSchema):
    reason = fields.String(required=True, validate=validate.OneOf([str(reason) for reason in CancelReason]))


class DeadMessagesPage(PageAnswer):
    items = fields.List(fields.Nested(MessageAnswer()))


class DeadLettersQuery(PageQuery):
    kind = fields.String(required=True, validate=validate.OneOf([str(DeadKind.EVENT), str(DeadKind.RECEIPT)]))


class DeadLetterAnswer(AnswerSchema):
    id = fields.UUID()
    kind = fields.String()
    what = fields.String()
    subject_id = fields.UUID()
    attempts = fields.Integer()
    error = fields.String()
    at = Instant()
    advice = fields.Nested(AdviceAnswer())


class DeadLettersPage(PageAnswer):
    items = fields.List(fields.Nested(DeadLetterAnswer()))


class RedriveRequest(RequestSchema):
    kind = fields.String(required=True, validate=validate.OneOf([str(kind) for kind in DeadKind]))
    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE))


class RedrivenAnswer(AnswerSchema):
    sent = fields.List(fields.UUID(), metadata={"description": "For messages the new ones, else what was revived."})
    left = fields.List(fields.UUID(), metadata={"description": "Not dead, not yours, or dealt with before."})


class CostsQuery(RequestSchema):
    month = fields.String(load_default=None, validate=_MONTH, metadata={"description": "2026-11"})


class GatewayCostAnswer(AnswerSchema):
    gateway = fields.String()
    messages = fields.Integer()
    parts = fields.Integer()
    cost_vnd = fields.Integer()


class AgencyCostAnswer(AnswerSchema):
    agency_code = fields.String()
    cost_vnd = fields.Integer()
    state = fields.String(validate=validate.OneOf([str(state) for state in BudgetState]))
    limit_vnd = fields.Integer(allow_none=True)
    warn_percent = fields.Integer(allow_none=True)
    gateways = fields.List(fields.Nested(GatewayCostAnswer()))


class CostsAnswer(AnswerSchema):
    month = fields.String()
    items = fields.List(fields.Nested(AgencyCostAnswer()))


class BudgetRequest(RequestSchema):
    limit_vnd = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=_MOST_VND))
    warn_percent = fields.Integer(load_default=80, strict=True, validate=validate.Range(min=1, max=100))


class BudgetAnswer(AnswerSchema):
    agency_code = fields.String()
    limit_vnd = fields.Integer()
    warn_percent = fields.Integer()
    set_at = Instant()


class GatewayAnswer(AnswerSchema):
    gateway = fields.String()
    channel = fields.String()
    state = fields.String()
    state_label = fields.String(metadata={"description": "How it is doing, in the caller's language."})
    error_rate = fields.Float()
    answer_s = fields.Float()
    overdue_rate = fields.Float()
    quota_left = fields.Integer(
        allow_none=True, metadata={"description": "Messages left of the day at `quota_at`, where the gateway says so."}
    )
    quota_at = Instant(allow_none=True)
    forms_not_in_use = fields.List(
        fields.String(), metadata={"description": "Templates registered with the gateway that it takes no messages of."}
    )
    since = Instant()
    seen_at = Instant()


class GatewaysAnswer(AnswerSchema):
    items = fields.List(fields.Nested(GatewayAnswer()))
