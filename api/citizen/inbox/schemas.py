"""Requests and answers of the inbox and of preferences."""

from marshmallow import fields

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, RequestSchema, Switch


class InboxQuery(PageQuery):
    pass


class InboxItemAnswer(AnswerSchema):
    id = fields.UUID()
    event = fields.String(metadata={"description": "What happened, such as dossier.finished."})
    title = fields.String()
    body = fields.String()
    language = fields.String()
    dossier_id = fields.UUID(allow_none=True)
    at = Instant()
    read_at = Instant(allow_none=True)


class InboxAnswer(PageAnswer):
    unread = fields.Integer()
    items = fields.List(fields.Nested(InboxItemAnswer()))


class ChannelChoices(RequestSchema):
    """Channels that are left out stay as they are."""

    zalo = Switch()
    sms = Switch()
    inbox = Switch()


class PreferencesRequest(RequestSchema):
    """Purposes that are left out stay as they are."""

    dossier_status = fields.Nested(ChannelChoices())
    security = fields.Nested(ChannelChoices())
    residence_reminder = fields.Nested(ChannelChoices())
    residence_result = fields.Nested(ChannelChoices())
    operations = fields.Nested(ChannelChoices())


class ChannelsWanted(AnswerSchema):
    zalo = fields.Boolean()
    sms = fields.Boolean()
    inbox = fields.Boolean()


class PreferencesAnswer(AnswerSchema):
    dossier_status = fields.Nested(ChannelsWanted())
    security = fields.Nested(ChannelsWanted())
    residence_reminder = fields.Nested(ChannelsWanted())
    residence_result = fields.Nested(ChannelsWanted())
    operations = fields.Nested(ChannelsWanted())
