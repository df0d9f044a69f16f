"""What an officer sends and sees of organisations that prove their tax code."""

from marshmallow import fields, validate

from api.edge.paging import PageAnswer
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Words
from mobile_contract.vocabulary import ORGANISATION_KINDS, ORGANISATION_STANDINGS, PAPER_STATES, PROOF_MEANS


class RivalAnswer(AnswerSchema):
    """Another claim to the same tax code."""

    id = fields.UUID()
    name = fields.String()
    standing = fields.String(validate=validate.OneOf(ORGANISATION_STANDINGS))
    proved_by = fields.String(allow_none=True, validate=validate.OneOf(PROOF_MEANS))
    proved_at = Instant(allow_none=True)


class PaperAnswer(AnswerSchema):
    id = fields.UUID()
    state = fields.String(validate=validate.OneOf(PAPER_STATES))
    agency_code = fields.String()
    media_type = fields.String()
    sent_at = Instant()
    reason = fields.String(allow_none=True)
    organisation_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ORGANISATION_KINDS))
    name = fields.String()
    registration_number = fields.String()
    standing = fields.String(validate=validate.OneOf(ORGANISATION_STANDINGS))
    rivals = fields.List(fields.Nested(RivalAnswer))


class PapersPage(PageAnswer):
    items = fields.List(fields.Nested(PaperAnswer))


class PaperDecision(RequestSchema):
    """An act that needs no more to be said."""


class PaperRefusal(RequestSchema):
    reason = Words(required=True, low=5, high=1000, metadata={"description": "What the organisation reads."})


class WithdrawProof(RequestSchema):
    reason = Words(required=True, low=5, high=1000, metadata={"description": "Kept in the history of the claim."})


class ProofWithdrawn(RivalAnswer):
    """The organisation as it stands then."""
