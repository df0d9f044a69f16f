"""How lists of codes are shown."""

from marshmallow import fields

from api.edge.schemas import AnswerSchema, Line, RequestSchema


class ListQuery(RequestSchema):
    q = Line(
        load_default="",
        low=0,
        high=100,
        metadata={"description": "Beginnings of words of the name, or of the code; accents and case do not count."},
    )
    province = Line(
        load_default=None, high=10, metadata={"description": "Of `communes` alone: those of one province, by code."}
    )


class ListLineAnswer(AnswerSchema):
    list = fields.String(metadata={"description": "Its name in the address, and in `x-list` of a form."})
    title = fields.String()
    count = fields.Integer()
    filters = fields.List(fields.String(), metadata={"description": "Query parameters that this list takes."})
    parent_list = fields.String(
        allow_none=True, metadata={"description": "The list to which `belongs_to` of its entries leads."}
    )


class ListIndexAnswer(AnswerSchema):
    items = fields.List(fields.Nested(ListLineAnswer))


class EntryAnswer(AnswerSchema):
    code = fields.String()
    name = fields.String(metadata={"description": "In the language of the answer; see Accept-Language."})
    belongs_to = fields.String(
        allow_none=True, metadata={"description": "Code of the entry above it, in `parent_list`."}
    )


class ListAnswer(AnswerSchema):
    list = fields.String()
    title = fields.String()
    items = fields.List(fields.Nested(EntryAnswer))
