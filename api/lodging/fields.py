"""A guest on the wire, and the moments at which guests come and go."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from api.edge.context import language
from api.edge.schemas import AnswerSchema, Line, RequestSchema, Switch
from residence.guests import BirthPrecision, GuestDeclaration, Moment, Sex
from residence.reading.catalogues import NotInCatalogue, catalogue, find_nationality
from residence.rules.findings import Finding
from residence.rules.judging import unknown_nationality
from residence.service.reports import broken_guests

_NUMBERS: Final = {"sexes": [each.value for each in Sex], "precisions": [each.value for each in BirthPrecision]}
_MOMENT: Final = "A day, or a day and time in Vietnam: `2026-11-20` or `2026-11-20T14:30`."


def _told(name: str) -> str:
    """A catalogue in one line: "1 Thẻ CCCD, 2 Thẻ CMND"."""
    return ", ".join(f"{code} {label}" for code, label in catalogue(name).items())


class MomentField(fields.Field[Moment]):
    """A `Moment`: text of a day, or of a day and a time to the minute in Vietnam."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "description": _MOMENT, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Moment:  # noqa: ARG002
        try:
            return _moment(value)
        except (ValueError, TypeError):
            raise ValidationError("moment") from None

    def _serialize(self, value: Moment | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return value.day.isoformat() + (f"T{value.clock.isoformat('minutes')}" if value.clock else "")


def _moment(value: Any) -> Moment:
    if not isinstance(value, str):
        raise TypeError("not a text")
    day, mark, clock = value.partition("T")
    if len(day) != 10 or (mark and len(clock) not in (5, 8)):
        raise ValueError("not as we write it")
    return Moment(date.fromisoformat(day), time.fromisoformat(clock).replace(second=0) if mark else None)


class GuestRequest(RequestSchema):
    """One guest, one stay; codes are those of the authority's catalogues."""

    full_name = Line(required=True, high=150)
    birth_date = fields.Date(required=True, metadata={"description": "Parts the document does not tell are 1."})
    birth_precision = fields.String(load_default="D", validate=validate.OneOf(_NUMBERS["precisions"]))
    sex = fields.String(required=True, validate=validate.OneOf(_NUMBERS["sexes"]))
    nationality = Line(required=True, high=60, metadata={"description": "Three letters: VNM, KOR."})
    document_kind = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=1, max=9),
        metadata={"description": f"Asked of Vietnamese guests: {_told('document_kinds')}."},
    )
    document_name = Line(low=0, load_default="", high=150)
    document_number = Line(required=True, high=50)
    phone = Line(low=0, load_default="", high=20)
    residence_kind = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=3)
    )
    province_code = fields.String(load_default="", validate=validate.OneOf(["", *catalogue("provinces")]))
    commune_code = Line(low=0, load_default="", high=10)
    address = Line(low=0, load_default="", high=500)
    arrival = MomentField(required=True)
    departure = MomentField(required=True, metadata={"description": f"{_MOMENT} The expected one."})
    left = MomentField(load_default=None, allow_none=True)
    room = Line(low=0, load_default="", high=50)
    reason = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=1, max=20),
        metadata={"description": f"Asked of Vietnamese guests: {_told('reasons')}."},
    )
    reason_text = Line(low=0, load_default="", high=250)
    note = Line(low=0, load_default="", high=500)
    residence_expiry = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "Asked of foreigners: until when the visa, card or entry stamp lets them stay."},
    )
    passport_expiry = fields.Date(load_default=None, allow_none=True)
    passport_kind = Line(low=0, load_default="", high=20)
    entry_document_kind = Line(low=0, load_default="", high=50)
    entry_document_number = Line(low=0, load_default="", high=50)
    entry_document_expiry = fields.Date(load_default=None, allow_none=True)
    entry_document_issued = fields.Date(load_default=None, allow_none=True)
    entry_document_issuer = Line(low=0, load_default="", high=250)
    entry_date = fields.Date(load_default=None, allow_none=True)
    entry_gate = Line(low=0, load_default="", high=250)
    entry_purpose = Line(low=0, load_default="", high=250)
    one_word_name = Switch(load_default=False, metadata={"description": "A name of one word is right."})
    name_confirmed = Switch(
        load_default=False, metadata={"description": "A person compared a foreigner's name with the passport."}
    )
    document_guessed = Switch(load_default=False)
    needs_review = Switch(load_default=False)


class GuestAnswer(AnswerSchema):
    """A guest as declared; what was not told is empty or null."""

    full_name = fields.String()
    birth_date = fields.Date()
    birth_precision = fields.String(validate=validate.OneOf(_NUMBERS["precisions"]))
    sex = fields.String(validate=validate.OneOf(_NUMBERS["sexes"]))
    nationality = fields.String()
    document_kind = fields.Integer(allow_none=True)
    document_name = fields.String()
    document_number = fields.String()
    phone = fields.String()
    residence_kind = fields.Integer(allow_none=True)
    province_code = fields.String()
    commune_code = fields.String()
    address = fields.String()
    arrival = MomentField()
    departure = MomentField()
    left = MomentField(allow_none=True)
    room = fields.String()
    reason = fields.Integer(allow_none=True)
    reason_text = fields.String()
    note = fields.String()
    residence_expiry = fields.Date(allow_none=True)
    passport_expiry = fields.Date(allow_none=True)
    passport_kind = fields.String()
    entry_document_kind = fields.String()
    entry_document_number = fields.String()
    entry_document_expiry = fields.Date(allow_none=True)
    entry_document_issued = fields.Date(allow_none=True)
    entry_document_issuer = fields.String()
    entry_date = fields.Date(allow_none=True)
    entry_gate = fields.String()
    entry_purpose = fields.String()
    one_word_name = fields.Boolean()
    name_confirmed = fields.Boolean()
    document_guessed = fields.Boolean()
    needs_review = fields.Boolean()


class FindingAnswer(AnswerSchema):
    """A rule that a guest breaks (E) or that is a reason to look (W), in the caller's language."""

    code = fields.String()
    field = fields.String(allow_none=True)
    value = fields.String()
    reason = fields.String()


def guest_of(body: Mapping[str, Any], pointer: str) -> GuestDeclaration:
    """The declaration that a loaded `GuestRequest` means. Raises `invalid_fields` for an unknown nationality."""
    nationality = find_nationality(body["nationality"])
    if isinstance(nationality, NotInCatalogue):
        raise broken_guests([[unknown_nationality(body["nationality"], nationality)]], [pointer])
    return GuestDeclaration(
        **{
            **body,
            "nationality": nationality.code,
            "sex": Sex(body["sex"]),
            "birth_precision": BirthPrecision(body["birth_precision"]),
        }
    )


def show_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "field": each.field, "value": each.value, "reason": each.reason(language())}
        for each in findings
    ]
