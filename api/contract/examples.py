"""Examples of requests and answers, made from the schemas of the document and the values of `mobile_contract`.

A member that nobody gave a value gets one of its type, so a new member is never without; a text would then say nothing,
and a test names it.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from mobile_contract.examples.members import MEMBERS
from mobile_contract.examples.places import PLACES
from mobile_contract.examples.requests import SHOWN

_BY_FORMAT: Final = {
    "date": "2026-11-20",
    "date-time": "2026-11-20T09:30:00+07:00",
    "uri": "https://app.motcua.example/",
}
_NAMESPACE: Final = uuid.UUID("01932c4e-7a10-7c3a-9b1e-2f5d8a6c4e00")
UNNAMED: Final = "…"
Schema = Mapping[str, Any]


class Examples:
    """Makes an example for any schema of one document. What is `sent` shows only members that somebody would send."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Schema, *, sent: bool, place: str = "") -> Any:
        """An example of `schema`. `place` is `Schema.member`, where it stands."""
        if "$ref" in schema and place not in PLACES:
            return self._of_named(schema["$ref"].rpartition("/")[2], sent=sent)
        for candidate in self._candidates(schema, place):
            if self._allows(schema, candidate):
                return candidate
        return self._of_type(schema, sent=sent, place=place)

    def _of_named(self, name: str, *, sent: bool) -> Any:
        schema = self._schemas[name]
        if "properties" not in schema:
            return self.of(schema, sent=sent, place=name)
        shown = set(SHOWN.get(name, ())) | set(schema.get("required", ()))
        return {
            member: self.of(described, sent=sent, place=f"{name}.{member}")
            for member, described in schema["properties"].items()
            if not sent or member in shown
        }

    def _candidates(self, schema: Schema, place: str) -> list[Any]:
        own = [schema["example"]] if "example" in schema else list(schema.get("examples", ()))
        said = [PLACES[place]] if place in PLACES else []
        return [*own, *said, *MEMBERS.get(place.rpartition(".")[2], ())]

    def _allows(self, schema: Schema, value: Any) -> bool:
        whole = {**schema, "components": {"schemas": self._schemas}}
        return bool(jsonschema_rs.is_valid(whole, value, validate_formats=True))

    def _of_type(self, schema: Schema, *, sent: bool, place: str) -> Any:
        if "enum" in schema:
            return next(word for word in schema["enum"] if word is not None)
        for choice in ("anyOf", "allOf", "oneOf"):
            if choice in schema:
                return self.of(schema[choice][0], sent=sent, place=place)
        told = schema.get("type", "object")
        kind = next(each for each in ([told] if isinstance(told, str) else told) if each != "null")
        return self._of_kind(kind, schema, sent=sent, place=place)

    def _of_kind(self, kind: str, schema: Schema, *, sent: bool, place: str) -> Any:
        if kind == "array":
            return [self.of(schema["items"], sent=sent, place=place)]
        if kind == "object":
            return {}
        if kind == "string":
            return _text(schema, place)
        return {"integer": schema.get("minimum", 1), "number": 0.5, "boolean": not sent}[kind]


def _text(schema: Schema, place: str) -> str:
    if schema.get("format") == "uuid":
        return str(uuid.uuid5(_NAMESPACE, place))
    return _BY_FORMAT.get(schema.get("format", ""), UNNAMED)
