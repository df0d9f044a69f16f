"""What the commune police send and see."""

from marshmallow import fields, validate

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Switch, Text, Typed
from api.lodging.fields import GuestAnswer
from mobile_contract.vocabulary import GUEST_KINDS, LODGING_KINDS, LODGING_STATES, ORGANISATION_STANDINGS, STAY_STATES


class LodgingsQuery(PageQuery):
    state = fields.String(load_default=None, validate=validate.OneOf(LODGING_STATES))


class PoliceLodgingAnswer(AnswerSchema):
    """A lodging as the police see it; what it risks in fines is not theirs to see here."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String(validate=validate.OneOf(LODGING_KINDS))
    address = fields.String()
    commune_code = fields.String()
    agency_code = fields.String()
    remote = fields.Boolean()
    state = fields.String(validate=validate.OneOf(LODGING_STATES))
    reason = fields.String(allow_none=True)
    registered_at = Instant()
    approved_at = Instant(allow_none=True)
    organisation_name = fields.String(metadata={"description": "Until it is proved, what it calls itself."})
    organisation_standing = fields.String(
        validate=validate.OneOf(ORGANISATION_STANDINGS),
        metadata={"description": "Whether it has proved its tax code; a claim alone speaks for nobody."},
    )


class PoliceLodgingsPage(PageAnswer):
    items = fields.List(fields.Nested(PoliceLodgingAnswer))


class LodgingChangeAnswer(AnswerSchema):
    at = Instant()
    event = fields.String()
    from_state = fields.String(allow_none=True)
    to_state = fields.String()
    reason = fields.String(allow_none=True)


class PoliceLodgingWithHistory(PoliceLodgingAnswer):
    history = fields.List(fields.Nested(LodgingChangeAnswer))


class ApprovalRequest(RequestSchema):
    remote = Switch(
        load_default=False, metadata={"description": "A remote commune: foreigners within 24 h instead of 12."}
    )


class RefusalRequest(RequestSchema):
    reason = Text(required=True, low=5, high=1000, metadata={"description": "What the lodging reads."})


class ResumptionRequest(RequestSchema):
    """An act that needs no more to be said."""


class GuestsQuery(PageQuery):
    night = fields.Date(load_default=None, metadata={"description": "Without it tonight."})


class LodgingNameAnswer(AnswerSchema):
    id = fields.UUID()
    name = fields.String()
    address = fields.String()


class SeenGuestAnswer(AnswerSchema):
    """A guest as the police see them. `guest` is null once its content has been erased."""

    stay_id = fields.UUID()
    lodging = fields.Nested(LodgingNameAnswer)
    state = fields.String(validate=validate.OneOf(STAY_STATES))
    kind = fields.String(validate=validate.OneOf(GUEST_KINDS))
    night = fields.Date()
    declared_at = Instant()
    late = fields.Boolean()
    guest = fields.Nested(GuestAnswer, allow_none=True)


class GuestsPage(PageAnswer):
    items = fields.List(fields.Nested(SeenGuestAnswer))


class SearchRequest(RequestSchema):
    by = fields.String(required=True, validate=validate.OneOf(["document", "name"]))
    sought = Typed(required=True, low=2, high=150)
    reason = Text(required=True, low=10, high=500, metadata={"description": "Kept with the search, and audited."})


class FoundAnswer(AnswerSchema):
    items = fields.List(fields.Nested(SeenGuestAnswer))


class NightQuery(RequestSchema):
    night = fields.Date(load_default=None, metadata={"description": "Without it tonight."})


class MissingAnswer(AnswerSchema):
    night = fields.Date()
    items = fields.List(fields.Nested(LodgingNameAnswer))


class StatisticsQuery(RequestSchema):
    first = fields.Date(required=True)
    last = fields.Date(required=True)


class FilingAnswer(AnswerSchema):
    """Active lodgings on the last night: all, with guests, with a nil report."""

    active = fields.Integer()
    with_guests = fields.Integer()
    nil = fields.Integer()


class ArrivalsAnswer(AnswerSchema):
    night = fields.Date()
    nationality = fields.String()
    guests = fields.Integer()


class StatisticsAnswer(AnswerSchema):
    filing = fields.Nested(FilingAnswer)
    arrivals = fields.List(fields.Nested(ArrivalsAnswer))


class TwiceAnswer(AnswerSchema):
    """One document in several lodgings; of those under other police only the agency is named."""

    stays = fields.List(fields.Nested(SeenGuestAnswer))
    elsewhere = fields.List(fields.String())


class TwicesAnswer(AnswerSchema):
    night = fields.Date()
    items = fields.List(fields.Nested(TwiceAnswer))


class ExportQuery(NightQuery):
    format = fields.String(load_default="xlsx", validate=validate.OneOf(["xlsx", "csv"]))
