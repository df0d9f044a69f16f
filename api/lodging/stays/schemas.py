"""What is sent and shown of stays and of the chain of their declarations."""

from typing import Any, Final

from marshmallow import fields, validate

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Text, Typed
from api.lodging.fields import FindingAnswer, GuestAnswer, GuestRequest, MomentField
from mobile_contract.vocabulary import DECLARATION_KINDS, GUEST_KINDS, STAY_STATES
from residence.guests import MOST_AT_ONCE
from residence.reading.scans import unframed


class Scanned(Text):
    """A text as a scanner sends it; its frame is taken off before the text is judged."""

    _MOST_RAW: Final = 4000

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        sent = unframed(value) if isinstance(value, str) and len(value) <= self._MOST_RAW else value
        return super()._deserialize(sent, attr, data, **kwargs)


class ReportRequest(RequestSchema):
    guests = fields.List(fields.Nested(GuestRequest), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE))


class ReportedAnswer(AnswerSchema):
    """`new` is false where this guest was declared for that day before; nothing was added then."""

    stay_id = fields.UUID()
    new = fields.Boolean()
    warnings = fields.List(fields.Nested(FindingAnswer))


class ReportAnswer(AnswerSchema):
    """In the order of the request."""

    items = fields.List(fields.Nested(ReportedAnswer))


class StaysQuery(PageQuery):
    night = fields.Date(load_default=None, metadata={"description": "Only who stays this night."})


class StayLineAnswer(AnswerSchema):
    """A stay in a list. `guest` is null once its content has been erased."""

    id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STAY_STATES))
    kind = fields.String(validate=validate.OneOf(GUEST_KINDS))
    night = fields.Date()
    declarations = fields.Integer()
    declared_at = Instant()
    due_at = Instant()
    late = fields.Boolean()
    has_photo = fields.Boolean()
    guest = fields.Nested(GuestAnswer, allow_none=True)


class StaysPage(PageAnswer):
    items = fields.List(fields.Nested(StayLineAnswer))


class LinkAnswer(AnswerSchema):
    """One declaration: what was said from then on, when, and by whom. Content is null once erased."""

    number = fields.Integer()
    kind = fields.String(validate=validate.OneOf(DECLARATION_KINDS))
    declared_at = Instant()
    by = fields.String()
    note = fields.String(allow_none=True)
    guest = fields.Nested(GuestAnswer, allow_none=True)


class StayAnswer(StayLineAnswer):
    """A stay with its whole chain, oldest first."""

    chain = fields.List(fields.Nested(LinkAnswer))


class ExtensionRequest(RequestSchema):
    departure = MomentField(required=True)


class LeaveRequest(RequestSchema):
    left = MomentField(required=True)


class CorrectionRequest(RequestSchema):
    guest = fields.Nested(GuestRequest, required=True, metadata={"description": "The whole guest, as it is right."})
    note = Text(load_default="", high=500)


class AnnulmentRequest(RequestSchema):
    note = Text(required=True, low=3, high=500, metadata={"description": "Why it should never have been declared."})


class FindGuestRequest(RequestSchema):
    document_number = Typed(required=True, high=50)


class FoundGuestAnswer(AnswerSchema):
    """What was declared last of the holder; null for one who is not known here."""

    guest = fields.Nested(GuestAnswer, allow_none=True)


class DocumentRequest(RequestSchema):
    """The text of an identity card's QR code, or the lines of a machine-readable zone."""

    source = fields.String(required=True, validate=validate.OneOf(["qr", "mrz"]))
    text = Scanned(required=True, low=1, high=1000)


class PartialGuestAnswer(AnswerSchema):
    """Members of a guest, as far as the document tells them."""

    full_name = fields.String(metadata={"sometimes": True})
    birth_date = fields.Date(metadata={"sometimes": True})
    birth_precision = fields.String(metadata={"sometimes": True})
    sex = fields.String(metadata={"sometimes": True})
    nationality = fields.String(metadata={"sometimes": True})
    document_kind = fields.Integer(metadata={"sometimes": True})
    document_number = fields.String(metadata={"sometimes": True})
    document_guessed = fields.Boolean(metadata={"sometimes": True})
    needs_review = fields.Boolean(metadata={"sometimes": True})
    address = fields.String(metadata={"sometimes": True})
    passport_expiry = fields.Date(metadata={"sometimes": True})


class DocumentAnswer(AnswerSchema):
    """`findings` say what is still missing and what should be looked at."""

    guest = fields.Nested(PartialGuestAnswer)
    findings = fields.List(fields.Nested(FindingAnswer))
