"""What is sent and shown of receipts and of what has not reached the authority."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Typed
from mobile_contract.vocabulary import DECLARATION_KINDS, GUEST_KINDS, ITEM_STATES, RECEIPT_STATES, RESOLUTIONS

_MOST = 500


class LodgingReceiptRequest(RequestSchema):
    """One of both: a night of the lodging, or a file it sent."""

    night = fields.Date(load_default=None, allow_none=True)
    batch_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: object) -> None:
        if (data["night"] is None) == (data["batch_id"] is None):
            raise ValidationError("night_or_file", "night")


class CountsAnswer(AnswerSchema):
    """`late` of `declared` came after their time. `transmitted`: the authority said yes; `confirmed`: found there.
    State `no_account`: some are not passed on, since the lodging has no working account at the portal."""

    state = fields.String(validate=validate.OneOf(RECEIPT_STATES))
    nil = fields.Boolean()
    declared = fields.Integer()
    late = fields.Integer()
    transmitted = fields.Integer()
    confirmed = fields.Integer()
    in_doubt = fields.Integer()
    refused = fields.Integer()


class LodgingReceiptAnswer(CountsAnswer):
    """As issued. `signature` is the short one that is printed; with `code` it shows that the receipt is genuine."""

    id = fields.UUID()
    code = fields.String()
    signature = fields.String()
    night = fields.Date(allow_none=True)
    batch_id = fields.UUID(allow_none=True)
    filed_first_at = Instant(allow_none=True)
    filed_last_at = Instant(allow_none=True)
    issued_at = Instant()


class VerifyRequest(RequestSchema):
    code = Typed(required=True, low=1, high=32)
    signature = Typed(required=True, low=1, high=64)


class VerifiedAnswer(AnswerSchema):
    """What a genuine receipt says, and `now`, what is known of the same night or file today. No guest is named."""

    lodging = fields.String()
    code = fields.String()
    night = fields.Date(allow_none=True)
    filed_first_at = Instant(allow_none=True)
    filed_last_at = Instant(allow_none=True)
    issued_at = Instant()
    issued = fields.Nested(CountsAnswer)
    now = fields.Nested(CountsAnswer)


class UndeliveredQuery(PageQuery):
    """What has not reached the authority."""


class UndeliveredAnswer(AnswerSchema):
    """`code` and `reason` say why (`no_account`, `login_refused`: the lodging's account at the authority's portal is
    missing or refused); `by_file`: the authority's own file can carry it."""

    declaration_id = fields.UUID()
    stay_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(DECLARATION_KINDS))
    guest = fields.String(validate=validate.OneOf(GUEST_KINDS))
    night = fields.Date()
    state = fields.String(validate=validate.OneOf(ITEM_STATES))
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    by_file = fields.Boolean()
    since = Instant()


class UndeliveredPage(PageAnswer):
    items = fields.List(fields.Nested(UndeliveredAnswer))


class SettleRequest(RequestSchema):
    """What a person found out: `there` (or filed there by hand), `send_again`, or `withdraw`, no longer needed."""

    declaration_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, _MOST))
    resolution = fields.String(required=True, validate=validate.OneOf(RESOLUTIONS))


class SettledAnswer(AnswerSchema):
    settled = fields.Integer()
