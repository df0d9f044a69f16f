"""What a partner's system is told."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema
from mobile_contract.vocabulary import ORGANISATION_KINDS, ORGANISATION_STANDINGS


class PartnerOrganisationAnswer(AnswerSchema):
    """The organisation a key belongs to."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ORGANISATION_KINDS))
    name = fields.String()
    standing = fields.String(validate=validate.OneOf(ORGANISATION_STANDINGS))
    status = fields.String(validate=validate.OneOf(["active", "closed"]))
