"""What is sent and shown of files of guests."""

from marshmallow import fields, validate

from api.edge.paging import PageAnswer, PageQuery
from api.edge.schemas import AnswerSchema, Instant, Line, QuerySwitch, RequestSchema
from mobile_contract.vocabulary import BATCH_STATES


class BatchQuery(RequestSchema):
    name = Line(load_default="", low=0, high=200, metadata={"description": "The file's name, to show again."})
    accept = QuerySwitch(load_default=False, metadata={"description": "Declare the good rows at once."})


class NoteAnswer(AnswerSchema):
    """What is wrong with a row. `row` is the one the spreadsheet shows, 0 for the whole file."""

    row = fields.Integer()
    column = fields.String(allow_none=True)
    field = fields.String(allow_none=True)
    value = fields.String()
    code = fields.String()
    reason = fields.String()


class ProgressAnswer(AnswerSchema):
    """How far the work at a long file is: rows judged, of how many (null until they are counted), and good rows that
    are declared, or were found to have been declared before."""

    judged = fields.Integer()
    rows = fields.Integer(allow_none=True)
    declared = fields.Integer()


class BatchLineAnswer(AnswerSchema):
    """`accepted` guests were declared from it, `repeated` good rows had been declared before. While it is `judging` or
    `accepting` a long file has a `progress`, and its numbers still grow."""

    id = fields.UUID()
    state = fields.String(validate=validate.OneOf(BATCH_STATES))
    file_name = fields.String()
    night = fields.Date()
    rows = fields.Integer()
    rejected = fields.Integer()
    warnings = fields.Integer()
    accepted = fields.Integer()
    repeated = fields.Integer()
    progress = fields.Nested(ProgressAnswer, allow_none=True)
    created_at = Instant()
    accepted_at = Instant(allow_none=True)


class BatchAnswer(BatchLineAnswer):
    """`problems` are the first things wrong, refusals before warnings; the findings list all of them."""

    problems = fields.List(fields.Nested(NoteAnswer))


class BatchesPage(PageAnswer):
    items = fields.List(fields.Nested(BatchLineAnswer))


class FindingsQuery(PageQuery):
    """Findings of a batch."""


class FindingsPage(PageAnswer):
    items = fields.List(fields.Nested(NoteAnswer))


class AcceptRequest(RequestSchema):
    """An act that needs no more to be said."""
