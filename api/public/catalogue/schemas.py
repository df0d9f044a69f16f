"""How procedures and agencies are shown."""

from marshmallow import fields, validate

from api.edge.schemas import AnswerSchema, Line, RequestSchema
from procedures.definition import Level

_FORM = (
    "JSON Schema 2020-12 of `form_values`; fields stand in the order of the law's form, and `x-order` says it again."
    " How to draw it is told in `docs/forms.md`:"
    " `x-title-en` beside `title`; `x-labels` of an `enum`; `x-sections` [{title, fields}];"
    " `x-shown-when` {field, values}; `x-list` {name, takes, narrowed_by}, a list of `/v1/lists/{name}`."
)


class ProcedureQuery(RequestSchema):
    q = Line(
        load_default="",
        low=0,
        high=100,
        metadata={
            "description": "Words of the name, the sector or a paper, or the code; accents and case do not count."
        },
    )
    level = fields.String(load_default=None, validate=validate.OneOf([level.value for level in Level]))


class VersionQuery(RequestSchema):
    version = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=1_000_000),
        metadata={
            "description": "The version that a dossier names, in force or not; else the one in force today. A draft is"
            " filled in, and a supplement answered, by the form of the dossier's own version."
        },
    )


class AgencyQuery(RequestSchema):
    commune_code = Line(load_default=None, high=10)


class AgencySchema(AnswerSchema):
    code = fields.String()
    name = fields.String()
    parent_code = fields.String(allow_none=True)
    commune_code = fields.String(allow_none=True)


class AgencyList(AnswerSchema):
    items = fields.List(fields.Nested(AgencySchema))


class TermSchema(AnswerSchema):
    amount = fields.Integer()
    unit = fields.String()


class PaperSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()
    required = fields.Boolean(metadata={"description": "False when a condition decides; see `condition`."})
    condition = fields.Dict(allow_none=True, metadata={"description": "Form field and values for which it is needed."})
    media_types = fields.List(fields.String())
    max_bytes = fields.Integer()


class FeeLineSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()
    amount_vnd = fields.Integer()


class ResultKindSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()


class ProcedureLineSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()
    version = fields.Integer()
    sector = fields.String()
    level = fields.String()
    fee_vnd = fields.Integer()
    term = fields.Nested(TermSchema)


class ProcedureSchema(ProcedureLineSchema):
    acceptance_limit_hours = fields.Integer()
    identity_level = fields.Integer()
    legal_basis = fields.List(fields.String())
    papers = fields.List(fields.Nested(PaperSchema))
    fees = fields.List(fields.Nested(FeeLineSchema))
    results = fields.List(fields.Nested(ResultKindSchema))
    form = fields.Dict(metadata={"description": _FORM})


class ProcedureList(AnswerSchema):
    items = fields.List(fields.Nested(ProcedureLineSchema))
