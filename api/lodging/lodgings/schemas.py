"""What is sent and shown of lodgings, their rooms, staff and nights."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, Line, RequestSchema, Switch
from mobile_contract.vocabulary import ACCOUNT_STATES, LODGING_KINDS, LODGING_STATES, NIGHT_STATES, REMINDER_CHANNELS
from residence.service.lodgings import MOST_ROOMS


class LodgingRequest(RequestSchema):
    organisation_id = fields.UUID(required=True)
    name = Line(required=True, high=200)
    kind = fields.String(required=True, validate=validate.OneOf(LODGING_KINDS))
    address = Line(required=True, high=500)
    commune_code = Line(required=True, high=10, metadata={"description": "Statistics code of the commune."})
    reminder_channel = fields.String(load_default="zalo", validate=validate.OneOf(REMINDER_CHANNELS))


class AccountRequest(RequestSchema):
    """The lodging's account at the authority's portal. It is tried at once, and kept unless the portal refuses it."""

    username = Line(required=True, high=100)
    password = fields.String(required=True, validate=validate.Length(min=1, max=200))


class LodgingPatch(RequestSchema):
    name = Line(high=200)
    kind = fields.String(validate=validate.OneOf(LODGING_KINDS))
    address = Line(high=500)
    reminder_channel = fields.String(validate=validate.OneOf(REMINDER_CHANNELS))
    authority_account = fields.Nested(AccountRequest)

    @validates_schema
    def _something(self, data: dict[str, Any], **_options: Any) -> None:
        if not data:
            raise ValidationError("required")


class NothingAsked(RequestSchema):
    """An act that needs no more to be said."""


class AccountAnswer(AnswerSchema):
    """The lodging's account at the authority's portal. Without one that works declared guests are not passed on:
    `message` says so, in the caller's language."""

    state = fields.String(validate=validate.OneOf(ACCOUNT_STATES))
    username = fields.String(allow_none=True)
    since = Instant(allow_none=True, metadata={"description": "When the portal took or refused it."})
    message = fields.String()


class LodgingAnswer(AnswerSchema):
    """`reason` is what the police gave for a refusal or a suspension."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    name = fields.String()
    kind = fields.String(validate=validate.OneOf(LODGING_KINDS))
    address = fields.String()
    commune_code = fields.String()
    agency_code = fields.String()
    remote = fields.Boolean()
    state = fields.String(validate=validate.OneOf(LODGING_STATES))
    reason = fields.String(allow_none=True)
    reminder_channel = fields.String(validate=validate.OneOf(REMINDER_CHANNELS))
    authority_username = fields.String(allow_none=True)
    authority_account = fields.Nested(AccountAnswer)
    registered_at = Instant()
    approved_at = Instant(allow_none=True)


class LodgingsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(LodgingAnswer))


class RoomRequest(RequestSchema):
    name = Line(required=True, high=50)
    beds = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=200))


class RoomsRequest(RequestSchema):
    rooms = fields.List(fields.Nested(RoomRequest), required=True, validate=validate.Length(max=MOST_ROOMS))


class RoomAnswer(AnswerSchema):
    name = fields.String()
    beds = fields.Integer()


class RoomsAnswer(AnswerSchema):
    items = fields.List(fields.Nested(RoomAnswer))


class StaffRequest(RequestSchema):
    member_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=200))
    narrow_keys = Switch(
        load_default=False,
        metadata={
            "description": "Keys that rest on these members reach no more lodgings than they do. While any would reach "
            "fewer and this is false: 409 `grants_remain`, which names them."
        },
    )


class StaffAnswerItem(AnswerSchema):
    member_id = fields.UUID()
    display_name = fields.String()


class StaffAnswer(AnswerSchema):
    items = fields.List(fields.Nested(StaffAnswerItem))


class NightsQuery(PageQuery):
    night = fields.Date(load_default=None, metadata={"description": "The date on which it begins; without it tonight."})


class NightQuery(RequestSchema):
    night = fields.Date(load_default=None, metadata={"description": "The date on which it begins; without it tonight."})


class NilRequest(RequestSchema):
    night = fields.Date(load_default=None, allow_none=True, metadata={"description": "Without it tonight."})


class NilAnswer(AnswerSchema):
    night = fields.Date()
    declared_at = Instant()


class ExposureAnswer(AnswerSchema):
    """The fine's bracket (Nghị định 282/2025/NĐ-CP Đ.10) for this many guests, in đồng."""

    guests = fields.Integer()
    low_vnd = fields.Integer()
    high_vnd = fields.Integer()


class NightAnswer(AnswerSchema):
    """A night at a glance. `staying` is everyone of that night; the counts after it are of its arrivals, by what became
    of them; `no_account` wait for an account at the authority's portal that works, and are not on the way. `rejected`
    rows of the newest file nobody has declared since."""

    night = fields.Date()
    state = fields.String(validate=validate.OneOf(NIGHT_STATES))
    staying = fields.Integer()
    declared = fields.Integer()
    late = fields.Integer()
    on_the_way = fields.Integer()
    no_account = fields.Integer()
    transmitted = fields.Integer()
    confirmed = fields.Integer()
    in_doubt = fields.Integer()
    refused = fields.Integer()
    authority_account = fields.Nested(AccountAnswer)
    nil = fields.Boolean()
    rejected = fields.Integer()
    due_at = Instant()
    closes_at = Instant()
    exposure = fields.Nested(ExposureAnswer, allow_none=True)


class LodgingNightAnswer(NightAnswer):
    """The night of one of several lodgings."""

    lodging_id = fields.UUID()
    lodging = fields.String()


class NightsPage(PageAnswer):
    items = fields.List(fields.Nested(LodgingNightAnswer))
