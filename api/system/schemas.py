"""Answers of the system resource."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema


class LivenessAnswer(AnswerSchema):
    status = fields.String(validate=validate.Equal("ok"))


class ReadinessAnswer(AnswerSchema):
    status = fields.String(
        validate=validate.OneOf(["ok", "degraded", "unready"]),
        metadata={"description": "degraded: something is away that the API can do without."},
    )
    checks = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.OneOf(["ok", "failed"])))
    reasons = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "sometimes": True,
            "description": "Why a check failed, for the operator, in the caller's language; where it is known.",
        },
    )


class PublicKeyAnswer(AnswerSchema):
    """One JSON Web Key (RFC 7517)."""

    kty = fields.String()
    crv = fields.String()
    x = fields.String()
    y = fields.String()
    kid = fields.String()
    use = fields.String()
    alg = fields.String()


class PublicKeysAnswer(AnswerSchema):
    keys = fields.List(fields.Nested(PublicKeyAnswer))
