"""Keys of partner systems, as their owners see them: the same for organisations and for agencies."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from api.context import here
from api.schemas import AnswerSchema, Instant, Line, RequestSchema
from auth.models import ApiClient
from auth.service.clients import IssuedClient, NewClient
from mobile_contract.vocabulary import CLIENT_SCOPES


class ClientRequest(RequestSchema):
    name = Line(required=True, high=120, metadata={"description": "What the key is for, in its owner's words."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(CLIENT_SCOPES)), required=True, validate=validate.Length(min=1, max=20)
    )
    expires_at = Instant(required=True, metadata={"description": "At most 366 days from now."})


class AgencyClientRequest(ClientRequest):
    agency_code = Line(required=True, high=40)


class ClientAnswer(AnswerSchema):
    id = fields.UUID()
    name = fields.String()
    agency_code = fields.String(allow_none=True)
    scopes = fields.List(fields.String(validate=validate.OneOf(CLIENT_SCOPES)))
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(allow_none=True)
    last_used_at = Instant(allow_none=True, metadata={"description": "To the minute."})


class IssuedClientAnswer(ClientAnswer):
    key = fields.String(
        allow_none=True,
        metadata={"description": "Shown in this answer alone: only a digest is kept. Null where it is repeated."},
    )


class ClientsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(ClientAnswer))


def asked_client(body: dict[str, Any]) -> NewClient:
    return NewClient(body["name"], tuple(body["scopes"]), body["expires_at"])


def show_client(client: ApiClient) -> dict[str, Any]:
    return {name: getattr(client, name) for name in ClientAnswer().fields}


def show_clients(clients: Sequence[ApiClient]) -> dict[str, Any]:
    return {"items": [show_client(client) for client in clients]}


def show_issued(issued: IssuedClient) -> dict[str, Any]:
    """With the key only in the answer that leaves now, not in the one that is stored to be repeated."""
    here().shown_once = {"key": issued.key}
    return {**show_client(issued.client), "key": None}
