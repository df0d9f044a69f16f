"""What is sent and shown of organisations and their members."""

from typing import Final

from marshmallow import fields, validate

from api.grants import GrantsRequest
from api.schemas import AnswerSchema, Line, RequestSchema, Shape, Text, Typed
from mobile_contract.vocabulary import MANDATES, MEMBER_ROLES, ORGANISATION_KINDS

# A tax code, that of a branch, or a household's, which is its owner's personal number.
_NUMBER: Final = Shape(r"^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$", "tax_code_form")


class OrganisationRequest(RequestSchema):
    kind = fields.String(required=True, validate=validate.OneOf(ORGANISATION_KINDS))
    name = Line(required=True, high=200)
    registration_number = Text(
        required=True,
        high=20,
        validate=_NUMBER,
        metadata={"description": "Tax code: 10 digits, 10 digits with -001 for a branch, or a household's 12 digits."},
    )
    display_name = Line(required=True, high=120, metadata={"description": "The caller, as other members see them."})


class OrganisationAnswer(AnswerSchema):
    """An organisation as one of its members stands to it."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ORGANISATION_KINDS))
    name = fields.String()
    registration_number = fields.String()
    role = fields.String(validate=validate.OneOf(MEMBER_ROLES))
    mandates = fields.List(fields.String(validate=validate.OneOf(MANDATES)))


class OrganisationsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(OrganisationAnswer))


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
