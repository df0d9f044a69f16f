"""Reads a procedure file: strict YAML -> plain document -> `Procedure`.

A document is what the database keeps: JSON types alone, so that a version read back is the version published.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import yaml

from kernel.texts.json_values import Limits, check_values, normalise
from procedures.checks.findings import CatalogueError, Finding
from procedures.definition import Procedure
from procedures.document import procedure_of
from procedures.forms.form import compile_schema, escape

MAX_FILE: Final = 1 << 20
_LIMITS: Final = Limits(depth=40, values=50_000, text=20_000)
_LANGUAGES: Final = ("vi", "en")


def read_document(path: Path) -> dict[str, Any]:
    """The document in a procedure file. Raises CatalogueError when it is no YAML mapping of plain values."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(error.strerror or type(error).__name__) from None
    if len(content) > MAX_FILE:
        raise CatalogueError([Finding("", "file_too_large", {"limit": MAX_FILE})])
    try:
        return parse_document(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise _unreadable("UTF-8") from None


def parse_document(text: str) -> dict[str, Any]:
    """The document a YAML text holds. Raises CatalogueError."""
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - derived from SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise _not_yaml(f"{getattr(error, 'problem', None) or type(error).__name__}{where}") from None
    except (ValueError, KeyError, TypeError):
        raise _not_yaml("a tag that its value does not fit") from None
    if not isinstance(document, dict):
        raise CatalogueError([Finding("", "type_wrong", {"types": "object"})])
    unfit = check_values(document, _LIMITS)
    if unfit:
        raise CatalogueError([Finding(error.pointer, "value_wrong", {"rule": error.code}) for error in unfit])
    plain: dict[str, Any] = normalise(document)
    return plain


def read_procedure(document: Mapping[str, Any]) -> Procedure:
    """The procedure a document describes. Raises CatalogueError if its shape is not that of a procedure."""
    findings = check_shape(document)
    if findings:
        raise CatalogueError(findings)
    return procedure_of(document)


def check_shape(document: Any) -> list[Finding]:
    """What makes a document no procedure: missing, unknown and ill-typed keys."""
    try:
        errors = list(_shape().iter_errors(document))
    except (ValueError, UnicodeEncodeError, RecursionError):
        # Deeper than the validator goes, or text that is no Unicode: neither comes from a file that was read.
        return [Finding("", "type_wrong", {"types": "object"})]
    return [_shape_finding(error) for error in errors]


@cache
def _shape() -> jsonschema_rs.Draft202012Validator:
    text = files("procedures").joinpath("data/procedure.schema.yaml").read_text(encoding="utf-8")
    return compile_schema(yaml.safe_load(text))


def _shape_finding(error: jsonschema_rs.ValidationError) -> Finding:
    where = "".join(f"/{escape(str(part))}" for part in error.instance_path)
    params = error.kind.as_dict()
    match error.kind.name:
        case "additionalProperties":
            return Finding(where, "key_unknown", {"keys": ", ".join(params["unexpected"])})
        case "required" if params["property"] in _LANGUAGES:
            return Finding(where, "text_missing", {"language": params["property"]})
        case "required":
            return Finding(where, "key_missing", {"key": params["property"]})
        case "type":
            return Finding(where, "type_wrong", {"types": ", ".join(params["types"])})
        case rule:
            return Finding(where, "value_wrong", {"rule": rule})


def _unreadable(detail: str) -> CatalogueError:
    return CatalogueError([Finding("", "file_unreadable", {"detail": detail})])


def _not_yaml(detail: str) -> CatalogueError:
    return CatalogueError([Finding("", "not_yaml", {"detail": detail})])


class _StrictLoader(yaml.SafeLoader):
    """JSON's types alone, no key twice, no anchors: what is written is what is meant.

    YAML 1.1 would read `no` as false, 12:30 as 750 and 2026-01-01 as a date.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            raise CatalogueError([Finding("", "alias_used", {"line": event.start_mark.line + 1})])
        if self.depth == _LIMITS.depth:
            raise _not_yaml(f"nested too deep, line {event.start_mark.line + 1}")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise CatalogueError([Finding("", "key_twice", {"key": name, "line": key.start_mark.line + 1})])
            seen.add(name)
        return super().construct_mapping(node, deep)


_PLAIN_TAGS: Final[tuple[tuple[str, str, str], ...]] = (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~", "n~"),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
)
_KNOWN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{tag}" for tag in ("bool", "null", "int", "float", "str", "seq", "map")
)
_StrictLoader.yaml_constructors = {
    tag: construct for tag, construct in yaml.SafeLoader.yaml_constructors.items() if tag is None or tag in _KNOWN_TAGS
}
_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN_TAGS:
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))
# An empty value is null.
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"\Z"), [""])
