"""How an upload is shown."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema, Instant


class UploadSchema(AnswerSchema):
    id = fields.UUID()
    state = fields.String(validate=validate.OneOf(["receiving", "complete", "refused"]))
    size = fields.Integer()
    received = fields.Integer()
    media_type = fields.String(allow_none=True, metadata={"description": "What the bytes say the file is."})
    sha256 = fields.String(allow_none=True)
    refusal = fields.String(allow_none=True, metadata={"description": "Why it was refused, a stable code."})
    expires_at = Instant(metadata={"description": "When it goes unless a dossier takes it."})
