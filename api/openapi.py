"""The OpenAPI document as it is committed in `mobile_contract/openapi.json`."""

import json

import flask

from api.app import outline
from api.spec import document_of


def render(app: flask.Flask) -> str:
    """Sorted and indented: the same text for the same operations."""
    return json.dumps(document_of(app), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def render_detached() -> str:
    """The same without a database or settings."""
    return render(outline())
