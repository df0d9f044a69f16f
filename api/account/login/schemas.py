"""Requests and answers of log-in and of the caller's account."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema, Instant, Line, QuerySwitch, RequestSchema, Switch, Typed
from mobile_contract.vocabulary import ACCOUNT_KINDS, ROLES

_OPAQUE = 4096
_QUERY = 16_384


class StartLoginRequest(RequestSchema):
    as_role = fields.String(
        data_key="as",
        load_default="citizen",
        validate=validate.OneOf(ACCOUNT_KINDS),
        metadata={"description": "In what capacity: an officer may also file as a citizen."},
    )
    redirect_uri = Line(
        load_default=None,
        high=500,
        metadata={"description": "One of the registered addresses of the app; the first of them when left out."},
    )
    step_up = Switch(
        load_default=False,
        metadata={"description": "The provider is to ask the person anew; after a `step_up_required`."},
    )


class LoginAnswer(AnswerSchema):
    login_id = fields.UUID()
    login_secret = fields.String(metadata={"description": "Kept by the app that began the log-in, to complete it."})
    authorization_url = fields.URL(metadata={"format": "uri", "description": "To be opened in the system browser."})
    expires_at = Instant()


class RedirectRequest(RequestSchema):
    """What the provider's redirect carried, in whole or in parts, and the secret that never left the app."""

    callback_query = Line(
        load_default=None,
        high=_QUERY,
        metadata={
            "description": "The redirect's query string as it arrived, nothing decoded: right for every provider, and "
            "the only way with one that seals its code. Instead of code, state and iss."
        },
    )
    code = Line(load_default=None, high=_OPAQUE)
    state = Line(load_default=None, high=_OPAQUE)
    login_secret = Line(required=True, high=200)
    iss = Line(load_default=None, high=500, metadata={"description": "Of the redirect, where it had one (RFC 9207)."})


class CompleteLoginRequest(RedirectRequest):
    """That, and how the device is called."""

    device = Line(load_default=None, high=80, metadata={"description": "How the person would name this device."})


class RefreshRequest(RequestSchema):
    refresh_token = Line(required=True, high=_OPAQUE)


class TokensAnswer(AnswerSchema):
    access_token = fields.String()
    refresh_token = fields.String()
    token_type = fields.String(dump_default="Bearer", validate=validate.Equal("Bearer"))
    expires_in = fields.Integer(metadata={"description": "Seconds until the access token ends."})
    refresh_expires_at = Instant()
    session_id = fields.UUID()


class MeAnswer(AnswerSchema):
    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ACCOUNT_KINDS))
    full_name = fields.String()
    identity_number = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True, metadata={"description": "Null where only a month or a year is known."})
    birth = fields.String(
        allow_none=True,
        metadata={"description": "As far as it is known: `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as forms take it."},
    )
    identity_level = fields.Integer(validate=validate.OneOf([1, 2]))
    agency_code = fields.String(allow_none=True)
    roles = fields.List(fields.String(validate=validate.OneOf(ROLES)))


class SessionAnswer(AnswerSchema):
    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ACCOUNT_KINDS))
    device = fields.String(allow_none=True)
    created_at = Instant()
    last_used_at = Instant()
    expires_at = Instant()
    current = fields.Boolean()


class SessionsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(SessionAnswer))


class EndSessionsQuery(RequestSchema):
    keep_current = QuerySwitch(load_default=False)


class EndedAnswer(AnswerSchema):
    ended = fields.Integer(metadata={"description": "How many sessions were ended."})


class PhoneAnswer(AnswerSchema):
    id = fields.UUID()
    number = fields.String(metadata={"description": "E.164."})
    verified_at = Instant()


class PhonesAnswer(AnswerSchema):
    items = fields.List(fields.Nested(PhoneAnswer))


class PhoneProofRequest(RequestSchema):
    phone = Typed(required=True, high=48)


class PhoneProofAnswer(AnswerSchema):
    proof_id = fields.UUID()
    expires_at = Instant()
    tries_left = fields.Integer()


class ConfirmPhoneRequest(RequestSchema):
    code = Typed(
        required=True,
        high=24,
        metadata={"description": "The six digits of the text message, however they are grouped."},
    )


class ConfirmedPhoneAnswer(AnswerSchema):
    phone_id = fields.UUID()
