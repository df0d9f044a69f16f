"""What an admin sends and sees of the officers of a subtree."""

from marshmallow import fields, validate

from api.account.grants import GrantsRequest
from api.edge.paging import PageAnswer
from api.edge.schemas import AnswerSchema, Line, RequestSchema, Typed
from mobile_contract.vocabulary import ROLES


class AppointRequest(RequestSchema):
    identity_number = Typed(required=True, high=20)
    display_name = Line(required=True, high=120, metadata={"description": "The name by which the officer signs."})
    agency_code = Line(required=True, high=40)
    roles = fields.List(
        fields.String(validate=validate.OneOf(ROLES)), required=True, validate=validate.Length(min=1, max=len(ROLES))
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True, metadata={"description": "The last day, included."})


class EndOfficeRequest(GrantsRequest):
    last_day = fields.Date(load_default=None, allow_none=True, metadata={"description": "Left out: at once."})


class OfficerAnswer(AnswerSchema):
    id = fields.UUID()
    display_name = fields.String()
    agency_code = fields.String()
    roles = fields.List(fields.String(validate=validate.OneOf(ROLES)))
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class OfficersPage(PageAnswer):
    items = fields.List(fields.Nested(OfficerAnswer))
