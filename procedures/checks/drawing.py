"""Whether what a form says in keywords of ours can be followed: sections, conditions, lists, bounds of doubts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from procedures.checks.findings import Finding
from procedures.forms.form import Form, subschemas

_TAKES: Final = ("code", "name")


def check_drawing(form: Form) -> list[Finding]:
    """Everything wrong with keywords of ours. The form is a schema of an object."""
    return [*_sections(form.schema), *_nodes(form)]


def is_text(value: Any) -> bool:
    """Whether a value says something in both languages."""
    return isinstance(value, Mapping) and all(isinstance(value.get(key), str) and value[key] for key in ("vi", "en"))


def _sections(root: Mapping[str, Any]) -> Iterator[Finding]:
    """Sections name every field once, in the order of the form."""
    sections = root.get("x-sections")
    if sections is None:
        return
    whole = isinstance(sections, list) and all(
        isinstance(each, Mapping) and is_text(each.get("title")) and isinstance(each.get("fields"), list)
        for each in sections
    )
    if not whole or [name for each in sections for name in each["fields"]] != list(root["properties"]):
        yield Finding("/form/x-sections", "form_sections_differ")


def _nodes(form: Form) -> Iterator[Finding]:
    for pointer, node in subschemas(form.schema):
        if "x-shown-when" in node and not _can_hold(form, node["x-shown-when"]):
            yield Finding(f"/form{pointer}", "form_never_shown")
        if "x-list" in node and not _is_list(node["x-list"]):
            yield Finding(f"/form{pointer}", "form_list_unclear")
        for keyword, fits in _BOUNDS.items():
            if keyword in node and not fits(node[keyword]):
                yield Finding(f"/form{pointer}", "form_keyword_wrong", {"key": keyword})


def _can_hold(form: Form, condition: Any) -> bool:
    """A condition as papers have them: {field, values}, the field being one of the form and able to be such a value."""
    if not isinstance(condition, Mapping) or set(condition) != {"field", "values"}:
        return False
    field, values = condition["field"], condition["values"]
    if not isinstance(field, str) or not isinstance(values, list) or not values:
        return False
    nodes = form.nodes_at(field.split("/")[1:])
    choices = [choice for node in nodes for choice in node.get("enum", ())]
    return bool(nodes) and (not choices or all(value in choices for value in values))


def _is_list(value: Any) -> bool:
    """{name, takes}, and for a list that another field narrows also {narrowed_by: {parameter: field}}."""
    if not isinstance(value, Mapping) or not {"name", "takes"} <= set(value) <= {"name", "takes", "narrowed_by"}:
        return False
    narrowed = value.get("narrowed_by", {})
    return (
        isinstance(value["name"], str)
        and value["takes"] in _TAKES
        and isinstance(narrowed, Mapping)
        and all(isinstance(field, str) for field in narrowed.values())
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_days(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"before", "after"} and all(map(_is_count, value.values()))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


_BOUNDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "x-min-age": _is_count,
    "x-usual-days": _are_days,
    "x-distinct": _are_names,
}
