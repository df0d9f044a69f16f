"""Whether a form can be filled in, checked and shown in two languages."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from procedures.checks.drawing import check_drawing, is_text
from procedures.checks.findings import Finding
from procedures.forms.form import Form, Schema, resolve, subschemas
from procedures.forms.formats import FORMATS, STANDARD_FORMATS

_HERE: Final = re.compile(r"#/\$defs/[^/]+")
_SIBLINGS: Final = ("x-sex-field", "x-birth-field", "x-province-field", "x-amount-field")
_UNREADABLE: Final = frozenset({"form_invalid", "form_not_object", "form_reference_outside"})


def check_form_schema(form: Form) -> list[Finding]:
    """Everything wrong with a form; if it is no usable schema, that alone."""
    outside = [
        Finding(f"/form{pointer}", "form_reference_outside")
        for pointer, node in subschemas(form.schema)
        if "$ref" in node and not _HERE.fullmatch(str(node["$ref"]))
    ]
    if outside:
        return outside
    try:
        form.compile()
    except (ValueError, RecursionError) as error:
        return [Finding("/form", "form_invalid", {"detail": str(error).splitlines()[0] if str(error) else "?"})]
    if form.schema.get("type") != "object" or not isinstance(form.schema.get("properties"), Mapping):
        return [Finding("/form", "form_not_object")]
    return [*_nodes(form.schema), *_fields(form.schema), *check_drawing(form)]


def has_form_problem(findings: list[Finding]) -> bool:
    """Whether the form cannot be asked for its fields at all."""
    return any(finding.code in _UNREADABLE for finding in findings)


def _nodes(root: Schema) -> Iterator[Finding]:
    for pointer, node in subschemas(root):
        where = f"/form{pointer}"
        # The branches of a condition repeat fields of the object around them, which is the closed one.
        conditional = any(part in ("if", "then", "else", "contains", "not", "allOf") for part in pointer.split("/"))
        if "properties" in node and not conditional and node.get("additionalProperties") is not False:
            yield Finding(where, "form_open")
        name = node.get("format")
        if name is not None and name not in FORMATS and name not in STANDARD_FORMATS:
            yield Finding(where, "form_format_unknown", {"format": name})
        for key, texts in _own_texts(node):
            if not is_text(texts):
                yield Finding(
                    where, "form_text_missing", {"field": pointer.rsplit("/", 1)[-1], "key": f"{key} (vi, en)"}
                )


def _own_texts(node: Schema) -> Iterator[tuple[str, Any]]:
    """The texts a node must have in both languages: its hint, and a label for each word to choose from."""
    if "x-hint" in node:
        yield "x-hint", node["x-hint"]
    labels = node.get("x-labels")
    for value in node.get("enum", ()):
        if isinstance(value, str):
            yield f"x-labels/{value}", labels.get(value) if isinstance(labels, Mapping) else None


def _fields(root: Schema) -> Iterator[Finding]:
    """Every field has a title in both languages, its own or that of the definition it refers to."""
    for pointer, node in subschemas(root):
        if any(part in ("if", "then", "else", "contains", "not") for part in pointer.split("/")):
            continue
        fields: Mapping[str, Any] = node.get("properties") or {}
        for name, field in fields.items():
            where = f"/form{pointer}/properties/{name}"
            described = list(resolve(root, field))
            for key in ("title", "x-title-en"):
                if not any(isinstance(part.get(key), str) and part[key] for part in described):
                    yield Finding(where, "form_text_missing", {"field": name, "key": key})
            for part in described:
                yield from _siblings(where, part, fields)


def _siblings(where: str, field: Schema, beside: Mapping[str, Any]) -> Iterator[Finding]:
    for key in _SIBLINGS:
        if key in field and field[key] not in beside:
            yield Finding(where, "form_sibling_unknown", {"field": field[key]})
