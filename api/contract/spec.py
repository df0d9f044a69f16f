"""How the OpenAPI document comes about from the operations."""

import json
from pathlib import Path
from typing import Any, Final

import flask
import flask_smorest

import mobile_contract
from api.contract.describing import SECURITY_SCHEMES
from api.contract.operations import PROBLEM
from api.edge.schemas import ProblemSchema

DOCUMENT: Final = Path(mobile_contract.__path__[0], "openapi.json")
TITLE: Final = "Một Cửa"
VERSION: Final = "1.1.0"
OPENAPI_VERSION: Final = "3.1.1"
_ABOUT: Final = (
    "Dịch vụ công trên điện thoại: nộp hồ sơ, theo dõi, nhận kết quả. "
    "Errors are RFC 9457 problem documents in Vietnamese or English (Accept-Language); "
    "instants are RFC 3339 in +07:00; money is integer đồng; every act takes an Idempotency-Key."
)


class EdgeApi(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest without its own error handler, standard responses and headers: ours stand in their place."""

    def __init__(self, app: flask.Flask) -> None:
        super().__init__(
            app,
            spec_kwargs={
                "title": TITLE,
                "version": VERSION,
                "openapi_version": OPENAPI_VERSION,
                "info": {
                    "description": _ABOUT,
                    "contact": {"name": "Một Cửa"},
                    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                },
                # Wherever the document was read from.
                "servers": [{"url": "/"}],
            },
        )
        self.spec.components.schema(PROBLEM, schema=ProblemSchema)
        for name, scheme in SECURITY_SCHEMES.items():
            self.spec.components.security_scheme(name, scheme)

    def _register_error_handlers(self) -> None:
        """None: `api.edge.problems.respond` is registered for every exception."""

    def _register_responses(self) -> None:
        """None: each operation documents its own problems."""

    def _register_etag_headers(self) -> None:
        """None: `api.contract.operations` documents conditional requests."""

    def _register_pagination_header(self) -> None:
        """None: pages are turned by cursor."""


def document_of(app: flask.Flask) -> dict[str, Any]:
    api: EdgeApi = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    content: dict[str, Any] = api.spec.to_dict()
    for schema in content["components"]["schemas"].values():
        _say_defaults(schema)
    return content


def _say_defaults(schema: dict[str, Any]) -> None:
    """Defaults in words: generators take a member with a `default` for one that is always there, also in requests."""
    for member in schema.get("properties", {}).values():
        if "default" in member:
            default = json.dumps(member.pop("default"), ensure_ascii=False)
            told = member.get("description", "")
            member["description"] = f"{told} Left out, it is {default}.".lstrip()


def downgrade(node: Any) -> Any:
    """OpenAPI 3.0 out of 3.1, for the bundled page, which reads no later one: null types become `nullable`."""
    if isinstance(node, list):
        return [downgrade(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {name: downgrade(value) for name, value in node.items()}
    types = changed.get("type")
    if isinstance(types, list):
        rest = [kind for kind in types if kind != "null"]
        changed["type"] = rest[0] if len(rest) == 1 else rest
        changed["nullable"] = "null" in types
    if "openapi" in changed:
        changed["openapi"] = "3.0.3"
    if "identifier" in changed and "name" in changed:
        # An SPDX identifier came with 3.1.
        del changed["identifier"]
    return changed
