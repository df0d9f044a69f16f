"""The OpenAPI document as it is committed in `mobile_contract/openapi.json`."""

import json
from collections.abc import Iterator
from typing import Any

import flask

from api.app import outline
from api.contract.examples import Examples
from api.contract.resources import GROUPS
from api.contract.spec import document_of
from mobile_contract.examples.requests import BODIES, OCTETS

_JSON = "application/json"


def render(app: flask.Flask) -> str:
    """Sorted and indented: the same text for the same operations."""
    content = document_of(app)
    _group(content)
    _show_examples(content)
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def render_detached() -> str:
    """The same without a database or settings."""
    return render(outline())


def operations_of(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a document."""
    for item in content["paths"].values():
        yield from (each for each in item.values() if isinstance(each, dict) and "operationId" in each)


def _group(content: dict[str, Any]) -> None:
    """Says of each tag for whom it is, and groups them. A tag without an operation is left out."""
    used = {tag for operation in operations_of(content) for tag in operation["tags"]}
    about = {resource.name: group.about for group in GROUPS for resource in group.resources}
    content["tags"] = [
        {"name": tag["name"], "description": f"{about[tag['name']]}. {tag['description'].rstrip('.')}."}
        for tag in content["tags"]
        if tag["name"] in used
    ]
    grouped = [
        {"name": group.name, "tags": [each.name for each in group.resources if each.name in used]} for group in GROUPS
    ]
    content["x-tagGroups"] = grouped


def _show_examples(content: dict[str, Any]) -> None:
    examples = Examples(content["components"]["schemas"])
    for operation in operations_of(content):
        _show(operation.get("requestBody", {}), examples, operation["operationId"], sent=True)
        for status, answer in operation["responses"].items():
            if status < "300":
                _show(answer, examples, operation["operationId"], sent=False)
    problem = examples.of({"$ref": "#/components/schemas/Problem"}, sent=False)
    content["components"]["schemas"]["Problem"]["examples"] = [problem]


def _show(body: dict[str, Any], examples: Examples, operation_id: str, *, sent: bool) -> None:
    for media_type, described in body.get("content", {}).items():
        if operation_id in BODIES and sent:
            described["example"] = BODIES[operation_id]
        elif media_type == _JSON:
            described["example"] = examples.of(described["schema"], sent=sent)
        else:
            described["example"] = OCTETS[media_type]
