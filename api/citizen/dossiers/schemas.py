"""What a citizen sends about a dossier, and how a dossier is shown."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from api.edge.paging import PageAnswer
from api.edge.schemas import AnswerSchema, Instant, Line, Map, RequestSchema, Shape, Text, Typed

_SHA256: Final = Shape(r"^[0-9a-f]{64}$")
_CODE: Final = Shape(r"^[a-z0-9_]{1,60}$")


class FormValues(fields.Dict):
    """Form values by field name; what may stand in them is the procedure's own JSON Schema."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), **kwargs)


class SentFileSchema(RequestSchema):
    """A file as the phone knows it."""

    upload_id = fields.UUID(required=True)
    sha256 = fields.String(required=True, validate=_SHA256, metadata={"description": "Of the whole file, hex."})
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class ManifestField(Map):
    """Paper code to its files: what the phone believes it has sent. Not needed; if sent, it must name what is there."""

    def __init__(self) -> None:
        super().__init__(
            keys=fields.String(validate=_CODE),
            values=fields.List(fields.Nested(SentFileSchema), validate=validate.Length(max=20)),
            validate=validate.Length(max=50),
            load_default=None,
            allow_none=True,
            metadata={
                "description": "Paper code to its files, as the phone believes to have attached them by `setPaper`."
                " Left out, what is attached counts. Sent, both must be the same, or the dossier is not filed."
            },
        )


class OpenDraftRequest(RequestSchema):
    procedure_code = Line(required=True, high=40)
    agency_code = Line(required=True, high=40)
    form_values = FormValues(load_default=dict)


class SaveFormRequest(RequestSchema):
    form_values = FormValues(required=True)


class SetPaperRequest(RequestSchema):
    files = fields.List(fields.Nested(SentFileSchema), required=True, validate=validate.Length(max=20))


class SubmitRequest(RequestSchema):
    notify_phone = Typed(
        required=True, low=0, high=48, metadata={"description": "The phone that will be told; proved before."}
    )
    papers = ManifestField()


class SupplementRequest(RequestSchema):
    note = Text(load_default=None, allow_none=True, high=1000)
    papers = ManifestField()


class WithdrawalRequest(RequestSchema):
    reason = Text(required=True, low=1, high=1000)


class StatusSchema(AnswerSchema):
    code = fields.Integer(metadata={"description": "Official code 0-10."})
    label = fields.String()


class ProcedureRefSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()
    version = fields.Integer()


class AgencyRefSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()


class FeeSchema(AnswerSchema):
    amount_vnd = fields.Integer(metadata={"description": "Đồng; paid at hand-over unless demanded before."})


class StepSchema(AnswerSchema):
    code = fields.String()
    name = fields.String()


class HandOverSchema(AnswerSchema):
    state = fields.String(validate=validate.OneOf(["not_ready", "ready", "handed_over"]))
    way = fields.String(allow_none=True, validate=validate.OneOf(["online", "counter", "post", None]))


class FileSchema(AnswerSchema):
    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(["paper", "result"]))
    code = fields.String(metadata={"description": "Which paper, or which kind of result."})
    upload_id = fields.UUID()
    file_name = fields.String(
        metadata={"description": "The sender's own; to the citizen a result goes by the name it is downloaded by."}
    )
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    added_at = Instant()


class WhoSchema(AnswerSchema):
    kind = fields.String()
    name = fields.String(allow_none=True)


class TimelineEntrySchema(AnswerSchema):
    id = fields.UUID()
    at = Instant()
    axis = fields.String(validate=validate.OneOf(["business", "process", "hand_over", "notice"]))
    event = fields.String()
    from_ = fields.Raw(data_key="from", allow_none=True, metadata={"description": "Status code on the business axis."})
    to = fields.Raw(allow_none=True)
    step = fields.String(allow_none=True)
    actor = fields.Nested(WhoSchema)
    reason = fields.String(
        allow_none=True,
        metadata={"description": "Words told to the citizen, or their own. An officer's internal note is never here."},
    )
    text = fields.String(metadata={"description": "The row as a sentence."})


class PublicEntrySchema(AnswerSchema):
    at = Instant()
    to = fields.Integer(allow_none=True)
    text = fields.String()


class PublicDossierSchema(AnswerSchema):
    """What anybody who holds the code and the secret may know."""

    code = fields.String(allow_none=True)
    procedure = fields.Nested(ProcedureRefSchema)
    agency = fields.Nested(AgencyRefSchema)
    status = fields.Nested(StatusSchema)
    fee = fields.Nested(FeeSchema)
    submitted_at = Instant(allow_none=True)
    accepted_at = Instant(allow_none=True)
    due_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    handed_over_at = Instant(allow_none=True)
    updated_at = Instant()
    timeline = fields.List(fields.Nested(PublicEntrySchema))


class WarningSchema(AnswerSchema):
    """A doubt about a form value: the number and the birth differ, the amount in words is another."""

    pointer = fields.String(metadata={"description": "JSON pointer, `/form_values/…`."})
    code = fields.String()
    message = fields.String()


class CommonDossierSchema(PublicDossierSchema):
    id = fields.UUID()
    step = fields.Nested(StepSchema, allow_none=True)
    handler = fields.String(allow_none=True, metadata={"description": "Who handles it, by name."})
    hand_over = fields.Nested(HandOverSchema)
    acceptance_due_at = Instant(allow_none=True)
    supplements = fields.Integer()
    supplement_due_at = Instant(
        allow_none=True, metadata={"description": "Until when a supplement is to be sent, while one is waited for."}
    )
    form_values = FormValues()
    warnings = fields.List(
        fields.Nested(WarningSchema),
        metadata={"description": "What may be wrong in the form. Nothing is refused for it; empty once closed."},
    )
    papers = fields.List(fields.Nested(FileSchema))
    results = fields.List(fields.Nested(FileSchema))
    notify_phone = fields.String(allow_none=True, metadata={"description": "Masked."})
    timeline = fields.List(fields.Nested(TimelineEntrySchema))
    allowed_actions = fields.List(fields.String())
    created_at = Instant()
    version = fields.Integer()


class DossierSchema(CommonDossierSchema):
    """Everything the citizen sees of their dossier."""

    left_out_values = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "What was typed into fields that the newer version of the procedure no longer has, by JSON"
            " pointer into `form_values`. Kept while the dossier is a draft."
        },
    )
    lookup_secret = fields.String(allow_none=True, metadata={"description": "Printed on the slip; for look-up."})


class DeadlineLineSchema(AnswerSchema):
    code = fields.String()
    at = Instant()
    text = fields.String()
    due_at = Instant(allow_none=True, metadata={"description": "The due time as known after this line."})


class DeadlineSchema(AnswerSchema):
    """The legal clock; minutes are working minutes, negative when late."""

    condition = fields.String(validate=validate.OneOf(["idle", "running", "paused", "stopped"]))
    acceptance_due_at = Instant(allow_none=True)
    due_at = Instant(allow_none=True, metadata={"description": "Null before acceptance and while paused."})
    projected_at = Instant(allow_none=True, metadata={"description": "Due time if the clock went on now."})
    elapsed_minutes = fields.Integer()
    remaining_minutes = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(DeadlineLineSchema))


class DossierLineSchema(AnswerSchema):
    id = fields.UUID()
    code = fields.String(allow_none=True)
    procedure = fields.Nested(ProcedureRefSchema)
    agency = fields.Nested(AgencyRefSchema)
    status = fields.Nested(StatusSchema)
    due_at = Instant(allow_none=True)
    updated_at = Instant()


class DossierPage(PageAnswer):
    items = fields.List(fields.Nested(DossierLineSchema))


def sent_files(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The loaded files, refused when one stands twice."""
    ids = [file["upload_id"] for file in files]
    if len(set(ids)) != len(ids):
        raise ValidationError("invalid")
    return files
