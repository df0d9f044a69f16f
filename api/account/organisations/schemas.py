"""What is sent and shown of organisations and their members."""

from typing import Final

from marshmallow import fields, validate

from api.account.grants import GrantsRequest
from api.account.login.schemas import LoginAnswer, RedirectRequest
from api.edge.schemas import AnswerSchema, Grouped, Instant, Line, RequestSchema, Shape, Typed
from mobile_contract.vocabulary import (
    MANDATES,
    MEMBER_ROLES,
    ORGANISATION_KINDS,
    ORGANISATION_STANDINGS,
    PAPER_STATES,
    PROOF_MEANS,
)

# A tax code, that of a branch, or a household's, which is its owner's personal number.
_NUMBER: Final = Shape(r"^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$", "tax_code_form")


class OrganisationRequest(RequestSchema):
    kind = fields.String(required=True, validate=validate.OneOf(ORGANISATION_KINDS))
    name = Line(required=True, high=200)
    registration_number = Grouped(
        required=True,
        high=20,
        validate=_NUMBER,
        metadata={"description": "Tax code: 10 digits, 10 digits with -001 for a branch, or a household's 12 digits."},
    )
    display_name = Line(required=True, high=120, metadata={"description": "The caller, as other members see them."})


class SentPaperAnswer(AnswerSchema):
    """The paper that was sent last to prove the tax code."""

    state = fields.String(validate=validate.OneOf(PAPER_STATES))
    agency_code = fields.String()
    sent_at = Instant()
    reason = fields.String(allow_none=True, metadata={"description": "Why it was refused."})


class OrganisationAnswer(AnswerSchema):
    """An organisation as one of its members stands to it."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ORGANISATION_KINDS))
    name = fields.String()
    registration_number = fields.String()
    standing = fields.String(
        validate=validate.OneOf(ORGANISATION_STANDINGS),
        metadata={"description": "Several may claim one tax code; `disputed` while another has proved it."},
    )
    proved_by = fields.String(allow_none=True, validate=validate.OneOf(PROOF_MEANS))
    proved_at = Instant(allow_none=True)
    paper = fields.Nested(SentPaperAnswer, allow_none=True)
    role = fields.String(validate=validate.OneOf(MEMBER_ROLES))
    mandates = fields.List(fields.String(validate=validate.OneOf(MANDATES)))


class OrganisationsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(OrganisationAnswer))


class StartProofRequest(RequestSchema):
    redirect_uri = Line(
        load_default=None,
        high=500,
        metadata={"description": "One of the registered addresses of the app; the first of them when left out."},
    )


class ProofStartAnswer(LoginAnswer):
    """As for a log-in, though it opens no session."""


class CompleteProofRequest(RedirectRequest):
    """What the provider's redirect carried, and the secret that never left the app."""


class RegistryProofRequest(RequestSchema):
    """An act that needs no more to be said."""


class PaperQuery(RequestSchema):
    agency_code = Line(
        required=True, high=40, metadata={"description": "The agency whose officers are to check it (`listAgencies`)."}
    )


class MemberRequest(RequestSchema):
    identity_number = Typed(required=True, high=20)
    display_name = Line(required=True, high=120)
    role = fields.String(required=True, validate=validate.OneOf(MEMBER_ROLES))
    mandates = fields.List(fields.String(validate=validate.OneOf(MANDATES)), load_default=list)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True, metadata={"description": "The last day, included."})


class MemberPatch(GrantsRequest):
    """What is left out stays as it is."""

    display_name = Line(high=120)
    role = fields.String(validate=validate.OneOf(MEMBER_ROLES))
    mandates = fields.List(
        fields.String(validate=validate.OneOf(MANDATES)), validate=validate.Length(max=len(MANDATES))
    )
    valid_to = fields.Date(allow_none=True, metadata={"description": "The last day, included; null for no end."})


class EndMemberQuery(GrantsRequest):
    """What becomes of what rests on the member."""


class MemberAnswer(AnswerSchema):
    id = fields.UUID()
    display_name = fields.String()
    role = fields.String(validate=validate.OneOf(MEMBER_ROLES))
    mandates = fields.List(fields.String(validate=validate.OneOf(MANDATES)))
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class MembersAnswer(AnswerSchema):
    items = fields.List(fields.Nested(MemberAnswer))
