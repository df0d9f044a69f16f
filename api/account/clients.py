"""Keys of partner systems, as their owners see them: the same for organisations and for agencies."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from api.edge.context import here
from api.edge.schemas import AnswerSchema, Instant, Line, RequestSchema
from auth.organisations.service.clients import IssuedClient, KeptClient, NewClient
from mobile_contract.vocabulary import CLIENT_END_REASONS, CLIENT_SCOPES


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
    end_reason = fields.String(
        allow_none=True,
        validate=validate.OneOf(CLIENT_END_REASONS),
        metadata={"description": "`grantor`: it ended with the rights of whoever answered for it."},
    )
    usable_scopes = fields.List(
        fields.String(validate=validate.OneOf(CLIENT_SCOPES)),
        metadata={"description": "What it can do now: no more than whoever answers for it can."},
    )
    granted_by = fields.String(
        allow_none=True,
        metadata={"description": "Who answers for it: whoever made it or took it over. Null where nobody does."},
    )
    ends_on = fields.Date(
        allow_none=True, metadata={"description": "The last day on which they do, null for no end yet."}
    )
    last_used_at = Instant(allow_none=True, metadata={"description": "To the minute."})


class IssuedClientAnswer(ClientAnswer):
    key = fields.String(
        allow_none=True,
        metadata={"description": "Shown in this answer alone: only a digest is kept. Null where it is repeated."},
    )


class TakeOverRequest(RequestSchema):
    """An act that needs no more to be said."""


class ClientsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(ClientAnswer))


def asked_client(body: dict[str, Any]) -> NewClient:
    return NewClient(body["name"], tuple(body["scopes"]), body["expires_at"])


def show_client(kept: KeptClient) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in ClientAnswer().fields}


def show_clients(clients: Sequence[KeptClient]) -> dict[str, Any]:
    return {"items": [show_client(kept) for kept in clients]}


def show_issued(issued: IssuedClient) -> dict[str, Any]:
    """With the key only in the answer that leaves now, not in the one that is stored to be repeated."""
    here().shown_once = {"key": issued.key}
    return {**show_client(issued.kept), "key": None}
