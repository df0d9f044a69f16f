"""Form values against the form of a procedure: what is wrong with which field, in codes that have texts.

Pointers lead into the request body: "/form_values/chuHo/soDinhDanh".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import jsonschema_rs

from kernel.errors import FieldError
from kernel.texts.folding import visible
from kernel.texts.json_values import Limits, check_values, normalise
from kernel.texts.vietnam import fold_name
from procedures.definition import Procedure
from procedures.forms.doubts import doubts_of, repeated_rows
from procedures.forms.form import Form, Place, escape, value_at
from procedures.forms.formats import FORMATS, SPELLINGS, FormText

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


def check_form(procedure: Procedure, values: Any, *, draft: bool, today: date) -> FormCheck:
    """Checks any JSON value as form values; never raises for what it holds. `today` is the date in Vietnam.

    A draft may be incomplete (absent fields, empty texts), but what is there must be well-typed and possible.
    """
    unfit = check_values(values, LIMITS, ROOT)
    if not unfit and not isinstance(values, dict):
        unfit = [FieldError(ROOT, "type", {"types": "object"})]
    if unfit:
        return FormCheck({}, unfit, [])
    clean: dict[str, Any] = normalise(values, _spelled)
    texts = list(_texts(procedure.form, clean))
    found = procedure.form.validator(draft=draft).iter_errors(clean)
    errors = [error for item in found if not _forgiven(item, draft) for error in _translate(procedure.form, item)]
    errors.extend(_empty_names(procedure, clean))
    wrong = {error.pointer for error in errors}
    fit: list[FormText] = []
    for text in texts:
        if text.pointer in wrong or not text.text:
            continue
        check = FORMATS.get(text.node["format"])
        fault = check(text, today) if check is not None else None
        if fault is None:
            fit.append(text)
        else:
            errors.append(FieldError(text.pointer, fault.code, dict(fault.params)))
    return FormCheck(clean, errors[:_MAX_ERRORS], _warnings(procedure.form, clean, fit, today))


def _spelled(text: str) -> str:
    """Without signs that nobody sees: they come with what is pasted, and no reader can tell that they are there."""
    return "\n".join(map(visible, text.splitlines())).strip() if "\n" in text else visible(text)


def form_doubts(form: Form, values: Mapping[str, Any], today: date) -> list[FieldError]:
    """Doubts about form values that were checked before: what `check_form` calls warnings."""
    texts = [text for text in _texts(form, dict(values)) if text.text]
    return _warnings(form, values, texts, today)


def _warnings(form: Form, values: Mapping[str, Any], texts: Iterable[FormText], today: date) -> list[FieldError]:
    found = [doubt for text in texts for doubt in doubts_of(text, today)]
    for path, fields in form.distinct_lists():
        rows = value_at(values, path)
        if isinstance(rows, list):
            found.extend(repeated_rows(ROOT + path, rows, fields))
    return found[:_MAX_ERRORS]


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


def _texts(form: Form, values: dict[str, Any]) -> Iterator[FormText]:
    """Every text for which the form demands a format. Those with a spelling of their own are put into it."""
    found: list[tuple[Place, str, Any, Any, str | int, dict[str, Any]]] = [(form.top, ROOT, values, None, "", values)]
    # It grows while it is walked: what is nearer to the top comes first.
    for place, pointer, value, holder, key, around in found:
        if isinstance(value, dict):
            for name, inner in value.items():
                if below := place.below(name):
                    found.append((below, f"{pointer}/{escape(name)}", inner, value, name, value))
        elif isinstance(value, list):
            if below := place.below(None):
                found.extend((below, f"{pointer}/{row}", inner, value, row, around) for row, inner in enumerate(value))
        elif isinstance(value, str) and place.formatted is not None:
            spelling = SPELLINGS.get(place.formatted["format"])
            spelled = spelling(value) if spelling else value
            if spelled != value:
                holder[key] = spelled
            yield FormText(pointer, spelled, place.formatted, around)


def _pointer(path: Sequence[str | int]) -> str:
    return ROOT + "".join(f"/{escape(str(part))}" for part in path)
