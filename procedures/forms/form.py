"""A form as a JSON Schema (2020-12), with what we add to it: a second language, hints, Vietnamese formats.

Own keywords, ignored by any other reader, are explained to who draws a form in `docs/forms.md`.
Schemas refer to their own `$defs` alone; regular expressions run in linear time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs

Schema = Mapping[str, Any]
_MAPS: Final = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLES: Final = (
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
)
# What asks for something to be there. A draft may lack it.
_DEMANDS: Final = frozenset(
    {
        "required",
        "dependentRequired",
        "minItems",
        "minProperties",
        "minLength",
        "contains",
        "minContains",
        "maxContains",
        "not",
        "if",
        "then",
        "else",
    }
)
_MAX_REFERENCES: Final = 16


@dataclass(frozen=True, slots=True)
class Form:
    """A form's schema, compiled once for submission and once, without demands, for drafts."""

    schema: Schema
    _compiled: dict[bool, jsonschema_rs.Draft202012Validator] = field(default_factory=dict, compare=False, repr=False)
    top: "Place" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "top", Place(self.schema, list(resolve(self.schema, self.schema))))

    def validator(self, *, draft: bool) -> jsonschema_rs.Draft202012Validator:
        """Raises ValueError for a schema that is none (`jsonschema_rs.ValidationError` is one)."""
        found = self._compiled.get(draft)
        if found is None:
            found = self._compiled[draft] = compile_schema(relax(self.schema) if draft else self.schema)
        return found

    def compile(self) -> None:
        """Both validators, ahead of their first use. Raises what `validator` raises."""
        for draft in (False, True):
            self.validator(draft=draft)

    def distinct_lists(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Where the form has a list whose rows should differ, and in which fields (`x-distinct`)."""
        listed: Mapping[str, Schema] = self.schema.get("properties", {})
        return ((f"/{escape(name)}", node["x-distinct"]) for name, node in listed.items() if "x-distinct" in node)

    def nodes_at(self, path: Sequence[str | int]) -> list[Schema]:
        """The schema nodes that describe the value at a path of the form values, the nearest first."""
        place = self.top
        for part in path:
            # Every place of a list is described alike.
            below = place.below(None if isinstance(part, int) else part)
            if below is None:
                return []
            place = below
        return place.nodes


class Place:
    """A place in the values of a form. `nodes` of the schema describe it, the nearest first; `formatted` is the first
    of them that demands a format."""

    __slots__ = ("_below", "_root", "formatted", "nodes")

    def __init__(self, root: Schema, nodes: list[Schema]) -> None:
        self.nodes = nodes
        self.formatted = next((node for node in nodes if "format" in node), None)
        self._root = root
        self._below: dict[str | None, Place] = {}

    def below(self, part: str | None) -> "Place | None":
        """That of a member, or (None) of what a list holds; None where the form knows of no such place."""
        found = self._below.get(part)
        if found is None:
            nodes = [node for parent in self.nodes for node in _children(self._root, parent, part)]
            if nodes:
                # Only the form's own places are kept: those that callers make up have no end.
                found = self._below[part] = Place(self._root, nodes)
        return found


def compile_schema(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        dict(schema), validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


def relax(schema: Any) -> Any:
    """The schema without its demands: what is there must be well-typed, and nothing must be there."""
    if not isinstance(schema, Mapping):
        return schema
    relaxed: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _DEMANDS:
            continue
        if key in _MAPS and isinstance(value, Mapping):
            relaxed[key] = {name: relax(inner) for name, inner in value.items()}
        elif key in _LISTS and isinstance(value, list):
            # Without its demands more than one branch of a oneOf may fit.
            relaxed["anyOf" if key == "oneOf" else key] = [relax(inner) for inner in value]
        else:
            relaxed[key] = relax(value) if key in _SINGLES else value
    return relaxed


def subschemas(schema: Any, pointer: str = "") -> Iterator[tuple[str, Schema]]:
    """Every schema object inside a schema with its JSON pointer, the schema itself first."""
    if not isinstance(schema, Mapping):
        return
    yield pointer, schema
    for key in _MAPS:
        if isinstance(schema.get(key), Mapping):
            for name, inner in schema[key].items():
                yield from subschemas(inner, f"{pointer}/{key}/{escape(str(name))}")
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            for place, inner in enumerate(schema[key]):
                yield from subschemas(inner, f"{pointer}/{key}/{place}")
    for key in _SINGLES:
        yield from subschemas(schema.get(key), f"{pointer}/{key}")


def resolve(root: Schema, node: Any) -> Iterator[Schema]:
    """A node and what its `$ref` and `allOf` add to it. References that lead nowhere or in a ring end silently."""
    queue, seen = [node], 0
    while queue and seen < _MAX_REFERENCES:
        current = queue.pop(0)
        if not isinstance(current, Mapping):
            continue
        seen += 1
        yield current
        reference = current.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            queue.append(value_at(root, reference[1:]))
        if isinstance(current.get("allOf"), list):
            queue.extend(current["allOf"])


def with_order(schema: Any) -> Any:
    """The schema with `x-order` beside all `properties`: their names in order, for readers whose objects have none."""
    if not isinstance(schema, Mapping):
        return schema
    shown: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, Mapping):
            if key == "properties":
                shown["x-order"] = list(value)
            shown[key] = {name: with_order(inner) for name, inner in value.items()}
        elif key in _LISTS and isinstance(value, list):
            shown[key] = [with_order(inner) for inner in value]
        else:
            shown[key] = with_order(value) if key in _SINGLES else value
    return shown


def value_at(document: Any, pointer: str) -> Any:
    """The value a JSON pointer leads to, None where there is none."""
    found = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isascii() and len(name) < 7 and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def escape(name: str) -> str:
    """A name as one part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _children(root: Schema, parent: Schema, part: str | None) -> Iterator[Schema]:
    if part is None:
        yield from resolve(root, parent.get("items"))
    elif isinstance(parent.get("properties"), Mapping):
        yield from resolve(root, parent["properties"].get(part))
