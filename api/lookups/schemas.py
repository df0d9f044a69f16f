"""What a look-up needs."""

from api.schemas import Line, RequestSchema


class LookupRequest(RequestSchema):
    code = Line(required=True, high=60, metadata={"description": "Dossier code, as printed on the slip."})
    secret = Line(required=True, high=40, metadata={"description": "Look-up secret, as printed on the slip."})
