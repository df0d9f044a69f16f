"""Form values against the form of a procedure: what is wrong with which field, in codes that have texts.

Pointers lead into the request body: "/form_values/chuHo/soDinhDanh".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import jsonschema_rs

from kernel.errors import FieldError
from kernel.vietnam import fold_name
from tracking.catalogue.definition import Procedure
from tracking.catalogue.form import Form, Schema, escape, value_at
from tracking.formats import FORMATS, identity_doubts
from tracking.json_values import Limits, check_values, normalise

ROOT: Final = "/form_values"
LIMITS: Final = Limits(depth=8, values=5_000, text=10_000)
_MAX_ERRORS: Final = 50
# Error of the validator -> (our code, its parameter that the text shows, the name it has there).
_CODES: Final[Mapping[str, tuple[str, str, str]]] = {
    "minLength": ("length_min", "limit", "min"),
    "maxLength": ("length_max", "limit", "max"),
    "minItems": ("items_min", "limit", "min"),
    "maxItems": ("items_max", "limit", "max"),
    "minimum": ("range_min", "limit", "min"),
    "maximum": ("range_max", "limit", "max"),
    "type": ("type", "types", "types"),
}
_HINTED: Final[Mapping[str, str]] = {"enum": "choice", "const": "choice", "pattern": "pattern", "contains": "invalid"}
_STANDARD_FORMATS: Final[Mapping[str, str]] = {"date": "date_invalid", "email": "email"}


@dataclass(frozen=True, slots=True)
class FormCheck:
    """`values` are the checked values in one spelling, to be stored; {} when there are errors that forbid reading them.
    `warnings` are doubts for an officer's eye; they refuse nothing."""

    values: dict[str, Any]
    errors: list[FieldError]
    warnings: list[FieldError]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the form values: where it stands, the node that describes it, the object around it."""

    pointer: str
    text: str
    node: Schema
    beside: Mapping[str, Any]


def check_form(procedure: Procedure, values: Any, *, draft: bool, today: date) -> FormCheck:
    """Checks any JSON value as form values; never raises for what it holds. `today` is the date in Vietnam.

    A draft may be incomplete (absent fields, empty texts), but what is there must be well-typed and possible.
    """
    unfit = check_values(values, LIMITS, ROOT)
    if not unfit and not isinstance(values, dict):
        unfit = [FieldError(ROOT, "type", {"types": "object"})]
    if unfit:
        return FormCheck({}, unfit, [])
    clean: dict[str, Any] = normalise(values)
    found = procedure.form.validator(draft=draft).iter_errors(clean)
    errors = [error for item in found if not _forgiven(item, draft) for error in _translate(procedure.form, item)]
    errors.extend(_empty_names(procedure, clean))
    wrong = {error.pointer for error in errors}
    warnings: list[FieldError] = []
    for text in _texts(procedure.form, clean):
        if text.pointer in wrong or not text.text:
            continue
        code = FORMATS[text.node["format"]](text.text, text.node, text.beside, today)
        if code is not None:
            errors.append(FieldError(text.pointer, code))
        elif text.node["format"] == "vn-identity-number":
            doubts = identity_doubts(text.text, text.node, text.beside, today)
            warnings.extend(FieldError(text.pointer, doubt) for doubt in doubts)
    return FormCheck(clean, errors[:_MAX_ERRORS], warnings)


def _empty_names(procedure: Procedure, values: Mapping[str, Any]) -> Iterator[FieldError]:
    """A name that is nothing but the words every name begins with."""
    for rule in procedure.unique_names:
        name = value_at(values, rule.field)
        if isinstance(name, str) and name and not fold_name(name, ignore_prefixes=rule.ignore_prefixes):
            yield FieldError(ROOT + rule.field, "name_empty")


def _forgiven(error: jsonschema_rs.ValidationError, draft: bool) -> bool:
    # A field being typed into is sent as "": not there yet, rather than wrong.
    return draft and error.instance == ""


def _translate(form: Form, error: jsonschema_rs.ValidationError) -> Iterator[FieldError]:
    path = error.instance_path
    where = _pointer(path)
    params = error.kind.as_dict()
    match error.kind.name:
        case "required":
            yield FieldError(f"{where}/{escape(params['property'])}", "required")
        case "additionalProperties":
            for name in params["unexpected"]:
                yield FieldError(f"{where}/{escape(name)}", "unknown")
        case "format":
            yield FieldError(where, _STANDARD_FORMATS.get(params["format"], "invalid"))
        case kind if kind in _CODES:
            code, theirs, ours = _CODES[kind]
            yield FieldError(where, code, {ours: params[theirs]})
        case kind:
            yield _hinted(form, path, where, _HINTED.get(kind, "invalid"))


def _hinted(form: Form, path: Sequence[str | int], where: str, code: str) -> FieldError:
    """The form's own sentence where it has one, else what can be said of any form."""
    for node in form.nodes_at(path):
        hint = node.get("x-hint")
        if hint:
            return FieldError(where, "does_not_fit", {"hint_vi": hint["vi"], "hint_en": hint["en"]})
    return FieldError(where, code)


def _texts(form: Form, values: Mapping[str, Any]) -> Iterator[_Text]:
    """Every text for which the form demands one of our formats."""
    queue: list[tuple[tuple[str | int, ...], Any, Mapping[str, Any]]] = [((), values, {})]
    while queue:
        path, value, around = queue.pop(0)
        if isinstance(value, dict):
            queue.extend(((*path, key), inner, value) for key, inner in value.items())
        elif isinstance(value, list):
            queue.extend(((*path, place), inner, around) for place, inner in enumerate(value))
        elif isinstance(value, str):
            node = next((node for node in form.nodes_at(path) if node.get("format") in FORMATS), None)
            if node is not None:
                yield _Text(_pointer(path), value, node, around)


def _pointer(path: Sequence[str | int]) -> str:
    return ROOT + "".join(f"/{escape(str(part))}" for part in path)
