"""What a look-up needs."""

from api.edge.schemas import RequestSchema, Typed


class LookupRequest(RequestSchema):
    code = Typed(required=True, high=60, metadata={"description": "Dossier code, as printed on the slip."})
    secret = Typed(required=True, high=40, metadata={"description": "Look-up secret, as printed on the slip."})
