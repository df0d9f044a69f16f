"""What an admin sends and sees of message templates."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema, FieldProblemSchema, Instant, Line, Map, RequestSchema, Switch, Text
from notify.templates.events import CHANNELS, LANGUAGES
from notify.templates.layouts import MOST_PARTS, MOST_TEXT, MOST_TITLE, zalo_types

_SOMETIMES = {"sometimes": True}


class FormFieldRequest(RequestSchema):
    param = Line(required=True, high=60, metadata={"description": "As the form registered with Zalo calls it."})
    type = fields.String(required=True, validate=validate.OneOf(sorted(zalo_types())))
    text = Text(required=True, low=1, high=MOST_TEXT)


class TemplateContentRequest(RequestSchema):
    """sms: `text`, `parts`, `accents`; zalo: `template_id`, `fields`; inbox: `title`, `body`.

    A variable is its name in braces, as in {code}.
    """

    text = Text(low=1, high=MOST_TEXT)
    parts = fields.Integer(
        strict=True,
        validate=validate.Range(1, MOST_PARTS),
        metadata={"description": "The most SMS a text may take; left out, one."},
    )
    accents = Switch(metadata={"description": "Sent with accents, and counted as UCS-2."})
    template_id = Line(high=20)
    form_fields = fields.List(fields.Nested(FormFieldRequest()), data_key="fields", attribute="fields")
    title = Text(low=1, high=MOST_TITLE)
    body = Text(low=1, high=MOST_TEXT)


class TemplateDraftRequest(RequestSchema):
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    content = fields.Nested(TemplateContentRequest(), required=True)


class PreviewTemplateRequest(TemplateDraftRequest):
    values = Map(
        keys=fields.String(),
        values=fields.Raw(),
        load_default=dict,
        metadata={
            "description": "By variable: texts, whole numbers, instants, days. The rest is filled with the longest."
        },
    )


class SaveTemplateRequest(TemplateDraftRequest):
    note = Line(
        load_default=None, allow_none=True, high=300, metadata={"description": "Why, for whoever reads it later."}
    )


class FormFieldAnswer(AnswerSchema):
    param = fields.String()
    type = fields.String()
    text = fields.String()


class TemplateContentAnswer(AnswerSchema):
    text = fields.String(metadata=_SOMETIMES)
    parts = fields.Integer(metadata=_SOMETIMES)
    accents = fields.Boolean(metadata=_SOMETIMES)
    template_id = fields.String(metadata=_SOMETIMES)
    form_fields = fields.List(
        fields.Nested(FormFieldAnswer()), data_key="fields", attribute="fields", metadata=_SOMETIMES
    )
    title = fields.String(metadata=_SOMETIMES)
    body = fields.String(metadata=_SOMETIMES)


class TemplateVersionAnswer(AnswerSchema):
    channel = fields.String(validate=validate.OneOf(CHANNELS))
    language = fields.String(validate=validate.OneOf(LANGUAGES))
    number = fields.Integer()
    content = fields.Nested(TemplateContentAnswer())
    in_use = fields.Boolean()
    shipped = fields.Boolean(metadata={"description": "Comes with the system; saved by nobody."})
    note = fields.String(allow_none=True)
    saved_by = fields.UUID(allow_none=True, metadata={"description": "The officer."})
    saved_at = Instant(allow_none=True)


class VariableAnswer(AnswerSchema):
    name = fields.String()
    kind = fields.String(metadata={"description": "How it is written, and so how it may be shortened."})


class TemplateAnswer(AnswerSchema):
    """An event, what it knows, and the versions of its templates."""

    name = fields.String()
    title = fields.String(metadata={"description": "What the event is, in the caller's language."})
    purpose = fields.String()
    legal = fields.Boolean(metadata={"description": "A notice the law prescribes, with its minimum content."})
    urgent = fields.Boolean()
    can_wait = fields.Boolean(metadata={"description": "May be held back at night."})
    channels = fields.List(fields.String(validate=validate.OneOf(CHANNELS)))
    variables = fields.List(fields.Nested(VariableAnswer()))
    versions = fields.List(fields.Nested(TemplateVersionAnswer()))


class TemplatesAnswer(AnswerSchema):
    items = fields.List(fields.Nested(TemplateAnswer()))


class ShownFieldAnswer(AnswerSchema):
    param = fields.String()
    value = fields.String()


class PreviewedMessage(AnswerSchema):
    """`text` of an SMS or an inbox item, `title` of an inbox item, `fields` of a form."""

    text = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    form_fields = fields.List(fields.Nested(ShownFieldAnswer()), data_key="fields", attribute="fields")
    encoding = fields.String(validate=validate.OneOf(["GSM-7", "UCS-2", "UTF-8"]))
    units = fields.Integer(metadata={"description": "Septets, 16-bit units or octets, by the encoding."})
    parts = fields.Integer(metadata={"description": "SMS it takes; 0 on other channels."})
    price_vnd = fields.Integer(allow_none=True, metadata={"description": "null where the price is not known."})


class TemplatePreviewAnswer(AnswerSchema):
    shown = fields.Nested(PreviewedMessage(), allow_none=True)
    longest = fields.Nested(
        PreviewedMessage(), allow_none=True, metadata={"description": "With the longest real values of every variable."}
    )
    problems = fields.List(fields.Nested(FieldProblemSchema()))
