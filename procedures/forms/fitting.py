"""Form values of one version under the form of another: what has a field there, and what has none. Pure."""

from collections.abc import Mapping
from typing import Any

from procedures.forms.form import Form, escape, value_at

LeftOut = dict[str, Any]
"""Values without a field, by JSON pointer into the form values."""


def fit_values(form: Form, values: Mapping[str, Any], left_out: LeftOut) -> tuple[dict[str, Any], LeftOut]:
    """(the values that have a field in `form`, those that have none). Values left out before come back where a field
    is there for them again and nothing stands in it. A value of the wrong type or kind stays: it was typed."""
    whole = _copied(values)
    apart: LeftOut = {}
    for pointer, value in left_out.items():
        if not _put(whole, pointer, value):
            apart[pointer] = value
    kept = _fitting(form, (), "", whole, apart)
    return kept, apart


def _fitting(form: Form, path: tuple[str | int, ...], pointer: str, value: Any, apart: LeftOut) -> Any:
    if isinstance(value, list):
        return [_fitting(form, (*path, place), f"{pointer}/{place}", inner, apart) for place, inner in enumerate(value)]
    if not isinstance(value, dict) or not any("properties" in node for node in form.nodes_at(path)):
        return value
    kept = {}
    for name, inner in value.items():
        where = f"{pointer}/{escape(name)}"
        if form.nodes_at((*path, name)):
            kept[name] = _fitting(form, (*path, name), where, inner, apart)
        else:
            apart[where] = inner
    return kept


def _put(values: dict[str, Any], pointer: str, value: Any) -> bool:
    """Puts a value where it stood; False where something stands there or what held it is gone."""
    parent, _, last = pointer.rpartition("/")
    name = last.replace("~1", "/").replace("~0", "~")
    around = value_at(values, parent)
    if not isinstance(around, dict) or name in around:
        return False
    around[name] = value
    return True


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
