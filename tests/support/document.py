"""Answers held against the committed document of the API."""

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from journey.wire import Answer

_FILE: Final = Path(__file__).parents[2] / "mobile_contract/openapi.json"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_UNKNOWN_PATH: Final = frozenset({404, 405})


@dataclass(frozen=True, slots=True)
class _Path:
    shape: re.Pattern[str]
    fixed_parts: int
    operations: dict[str, Any]


class Document:
    """A witness for `journey.wire.Wire`: raises AssertionError for an answer the document does not allow."""

    def __init__(self) -> None:
        self._spec: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
        paths = [_read(template, operations) for template, operations in self._spec["paths"].items()]
        # The most literal path first: of two that fit, it is the one that was meant.
        self._paths = sorted(paths, key=lambda path: -path.fixed_parts)
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self.checked = 0

    def __call__(self, answer: Answer) -> None:
        if answer.method == "HEAD" or not answer.body:
            return
        where = f"{answer.method} {answer.path} {answer.status}"
        media_type = answer.headers["content-type"].partition(";")[0]
        described = self._described(answer)
        if described is None:
            assert answer.status in _UNKNOWN_PATH, f"{where}: not in the document"
            described = {"content": {"application/problem+json": {"schema": self._problem()}}}
        if media_type.endswith("json"):
            assert media_type in described["content"], f"{where}: {media_type} is not in the document"
            self._check(where, described["content"][media_type]["schema"], _read_body(answer))

    def _check(self, where: str, schema: dict[str, Any], content: Any) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {"$schema": _DRAFT, "components": self._spec["components"], **schema}
            self._validators[key] = jsonschema_rs.validator_for(whole, validate_formats=True)
        found = [f"{error.instance_path}: {error.message}" for error in self._validators[key].iter_errors(content)]
        assert found == [], f"{where}: {found}"
        self.checked += 1

    def _described(self, answer: Answer) -> Any:
        for path in self._paths:
            if path.shape.fullmatch(answer.path) and answer.method.lower() in path.operations:
                answers = path.operations[answer.method.lower()]["responses"]
                return self._follow(answers.get(str(answer.status), answers["default"]))
        return None

    def _problem(self) -> Any:
        some = self._spec["paths"]["/v1/me"]["get"]["responses"]["default"]
        return self._follow(some)["content"]["application/problem+json"]["schema"]

    def _follow(self, node: Any) -> Any:
        while "$ref" in node:
            target: Any = self._spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _read(template: str, operations: dict[str, Any]) -> _Path:
    pieces = re.split(r"(\{[^}]+\})", template)
    shape = "".join("[^/]+" if piece.startswith("{") else re.escape(piece) for piece in pieces)
    return _Path(re.compile(shape), sum(not part.startswith("{") for part in template.split("/")), operations)


def _read_body(answer: Answer) -> Any:
    zipped = answer.headers.get("content-encoding") == "gzip"
    return json.loads(gzip.decompress(answer.body) if zipped else answer.body)
