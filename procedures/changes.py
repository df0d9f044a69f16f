"""What a newer version of a procedure asks that an older one did not, told to the citizen who filled in the older one.

Pure. A change is a field error of the problem that tells it: a pointer ("/form_values/chuHo/ngheNghiep", "/papers/…",
"/fees/…", "/term"; `-` stands for every item of a list), a code of `FIELD_TEXTS`, and names in both languages.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kernel.errors import FieldError
from kernel.texts.bilingual import Text
from procedures.definition import FeeLine, Paper, Procedure
from procedures.forms.checking import ROOT
from procedures.forms.form import Form, Schema, escape, resolve
from procedures.term import term_text

_DEPTH: Final = 8
# What describes a field without ruling its value.
_WORDS: Final = ("title", "x-title-en", "x-hint", "x-labels", "description", "examples", "default", "deprecated")
_DRAWING: Final = ("x-sections", "x-shown-when", "x-list", "x-order")
_STRUCTURE: Final = ("properties", "items", "required", "type", "allOf", "$ref", "$defs", "$schema", "$id", "$comment")


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a form: what type its value has, and all else that rules it."""

    name: Text
    types: frozenset[str]
    required: bool
    rules: tuple[tuple[str, str], ...]
    nodes: tuple[Schema, ...]


def changes_between(old: Procedure, new: Procedure) -> list[FieldError]:
    """Everything new to a citizen: fields, papers, fees, term, identity level. Empty if it is the agency's alone."""
    changes = [*_form(old.form, new.form), *_papers(old, new), *_fees(old, new)]
    if old.term != new.term:
        before, after = term_text(old.term), term_text(new.term)
        code = "term_rules_changed" if before == after else "term_changed"
        changes.append(FieldError("/term", code, _texts(after) | _texts(before, "before")))
    if old.identity_level != new.identity_level:
        changes.append(FieldError("/identity_level", "identity_level_changed", {"needed": new.identity_level}))
    if (old.level, old.place_field) != (new.level, new.place_field):
        changes.append(FieldError("/agency_code", "competence_changed"))
    return changes


def _form(old: Form, new: Form) -> Iterator[FieldError]:
    before = tuple(resolve(old.schema, old.schema))
    after = tuple(resolve(new.schema, new.schema))
    if _rules(before) != _rules(after):
        yield FieldError(ROOT, "form_rules_changed")
    yield from _fields(ROOT, (old.schema, before), (new.schema, after), 0)


def _fields(
    where: str, old: tuple[Schema, tuple[Schema, ...]], new: tuple[Schema, tuple[Schema, ...]], depth: int
) -> Iterator[FieldError]:
    """The fields of an object, given as (root, nodes) in both versions."""
    if depth == _DEPTH:
        return
    before, after = _children(*old), _children(*new)
    for name, field in after.items():
        pointer = f"{where}/{escape(name)}"
        known = before.get(name)
        if known is None:
            code = "field_added_required" if field.required else "field_added"
            yield FieldError(pointer, code, _texts(field.name))
        else:
            yield from _field(pointer, known, field)
            yield from _fields(pointer, (old[0], known.nodes), (new[0], field.nodes), depth + 1)
            before_items, after_items = _items(old[0], known), _items(new[0], field)
            if before_items and after_items:
                yield from _item_rules(pointer, field, before_items, after_items)
                yield from _fields(f"{pointer}/-", (old[0], before_items), (new[0], after_items), depth + 1)
    for name, field in before.items():
        if name not in after:
            yield FieldError(f"{where}/{escape(name)}", "field_removed", _texts(field.name))


def _field(pointer: str, old: _Field, new: _Field) -> Iterator[FieldError]:
    told = _texts(new.name)
    if old.types != new.types:
        yield FieldError(pointer, "field_type_changed", told)
    elif old.rules != new.rules:
        yield FieldError(pointer, "field_rules_changed", told)
    if old.required != new.required:
        yield FieldError(pointer, "field_now_required" if new.required else "field_now_optional", told)
    if old.name != new.name:
        yield FieldError(pointer, "field_renamed", told | _texts(old.name, "before"))


def _item_rules(pointer: str, field: _Field, old: tuple[Schema, ...], new: tuple[Schema, ...]) -> Iterator[FieldError]:
    if (_types(old), _rules(old)) != (_types(new), _rules(new)):
        yield FieldError(f"{pointer}/-", "field_rules_changed", _texts(field.name))


def _children(root: Schema, nodes: tuple[Schema, ...]) -> dict[str, _Field]:
    required = {name for node in nodes for name in node.get("required", ())}
    found: dict[str, _Field] = {}
    for node in nodes:
        properties = node.get("properties")
        for name, schema in properties.items() if isinstance(properties, Mapping) else ():
            if name not in found:
                described = tuple(resolve(root, schema))
                found[name] = _Field(
                    _name(name, described), _types(described), name in required, _rules(described), described
                )
    return found


def _items(root: Schema, field: _Field) -> tuple[Schema, ...]:
    return tuple(node for parent in field.nodes if "items" in parent for node in resolve(root, parent["items"]))


def _types(nodes: tuple[Schema, ...]) -> frozenset[str]:
    for node in nodes:
        said = node.get("type")
        if said is not None:
            return frozenset([said] if isinstance(said, str) else said)
    return frozenset()


def _rules(nodes: tuple[Schema, ...]) -> tuple[tuple[str, str], ...]:
    """Every keyword that rules a value, the nearest node's word for it."""
    rules: dict[str, str] = {}
    for node in nodes:
        for key, value in node.items():
            if key not in _WORDS and key not in _DRAWING and key not in _STRUCTURE:
                rules.setdefault(key, _canonical(sorted(value, key=str) if key == "enum" else value))
    return tuple(sorted(rules.items()))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _name(name: str, nodes: tuple[Schema, ...]) -> Text:
    vi = next((str(node["title"]) for node in nodes if node.get("title")), name)
    en = next((str(node["x-title-en"]) for node in nodes if node.get("x-title-en")), vi)
    return Text(vi, en)


def _papers(old: Procedure, new: Procedure) -> Iterator[FieldError]:
    before = {paper.code: paper for paper in old.papers}
    for paper in new.papers:
        known, where, told = before.pop(paper.code, None), f"/papers/{paper.code}", _texts(paper.name)
        if known is None:
            yield FieldError(where, "paper_added_required" if paper.required else "paper_added", told)
            continue
        if (known.required, known.condition) != (paper.required, paper.condition):
            yield FieldError(where, _demand_of(paper), told)
        if (known.media_types, known.max_bytes) != (paper.media_types, paper.max_bytes):
            yield FieldError(where, "paper_rules_changed", told)
        if known.name != paper.name:
            yield FieldError(where, "field_renamed", told | _texts(known.name, "before"))
    for paper in before.values():
        yield FieldError(f"/papers/{paper.code}", "paper_removed", _texts(paper.name))


def _demand_of(paper: Paper) -> str:
    if paper.condition is not None:
        return "paper_now_conditional"
    return "paper_now_required" if paper.required else "paper_now_optional"


def _fees(old: Procedure, new: Procedure) -> Iterator[FieldError]:
    before = {fee.code: fee for fee in old.fees}
    for fee in new.fees:
        known, where = before.pop(fee.code, None), f"/fees/{fee.code}"
        if known is None:
            yield FieldError(where, "fee_added", _amount(fee))
        elif (known.amount_vnd, known.condition) != (fee.amount_vnd, fee.condition):
            yield FieldError(where, "fee_changed", _amount(fee) | {"before": known.amount_vnd})
    for fee in before.values():
        yield FieldError(f"/fees/{fee.code}", "fee_removed", _texts(fee.name))


def _amount(fee: FeeLine) -> dict[str, Any]:
    return _texts(fee.name) | {"amount": fee.amount_vnd}


def _texts(text: Text, name: str = "name") -> dict[str, Any]:
    return {f"{name}_vi": text.vi, f"{name}_en": text.en}
