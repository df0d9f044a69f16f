"""`/v1/openapi.json`, and a page made of the installed Swagger UI: nothing is fetched from elsewhere."""

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

import flask
from swagger_ui_bundle import swagger_ui_path

import mobile_contract
from api.contract.spec import DOCUMENT, downgrade
from api.edge.blueprint import Blueprint
from api.edge.conditional import core_of, tag_for, unchanged
from api.edge.context import container
from api.public.docs import page
from kernel.errors import DomainError

blueprint = Blueprint("docs", description="The OpenAPI document.")
_ASSETS: Final = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_OWN: Final = {"page.js": page.SCRIPT, "page.css": page.STYLE}
_BEGINNINGS: Final = {
    "/": "enterAtRoot",
    "/v1": "enterAtVersion",
    "/v1/": "enterAtVersionSlash",
    "/docs": "enterAtDocs",
    "/docs/": "enterAtDocsSlash",
    "/v1/docs/": "enterAtPageSlash",
}
# Swagger UI sets style attributes and draws its icons from data: addresses.
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_FIRST_STEPS: Final = Path(mobile_contract.__path__[0]).parent / "docs/first-steps.md"
_WRITTEN_FOR: Final = "http://127.0.0.1:8000"


@blueprint.operation("GET", "/v1/openapi.json", "readOpenApi", documented=False)
def read_openapi() -> flask.Response:
    return _document(_committed())


@blueprint.operation("GET", "/v1/docs/openapi-3.0.json", "readDocsOpenApi", documented=False)
def read_docs_openapi() -> flask.Response:
    return _document(json.dumps(downgrade(json.loads(_committed())), ensure_ascii=False).encode())


@blueprint.operation("GET", "/v1/docs", "readDocsPage", documented=False)
def read_docs_page() -> flask.Response:
    response = flask.Response(page.PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


@blueprint.operation("GET", "/v1/docs/first-steps", "readFirstSteps", documented=False)
def read_first_steps() -> flask.Response:
    """The page of the repository, with the address under which this API is reached."""
    text = _FIRST_STEPS.read_text(encoding="utf-8").replace(_WRITTEN_FOR, container().settings.public_base_url)
    response = flask.Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _lead_here(rule: str, operation_id: str) -> None:
    """Whoever looks for a beginning at `rule` is led to the page."""

    @blueprint.operation("GET", rule, operation_id, status=302, documented=False)
    def lead() -> flask.Response:
        return flask.Response(b"", 302, [("Location", "/v1/docs"), ("Cache-Control", "no-store")])


for _rule, _name in _BEGINNINGS.items():
    _lead_here(_rule, _name)


@blueprint.operation("GET", "/v1/docs/<name>", "readDocsAsset", documented=False)
def read_docs_asset(name: str) -> flask.Response:
    if name in _OWN:
        content = _OWN[name].encode()
    elif name in _ASSETS:
        content = _asset(name)
    else:
        raise DomainError("not_found")
    tag = tag_for(core_of(name, content))
    early = unchanged(tag)
    if early is not None:
        return early
    response = flask.Response(content, mimetype=mimetypes.guess_type(name)[0])
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _document(content: bytes) -> flask.Response:
    response = flask.Response(content, mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _committed() -> bytes:
    return DOCUMENT.read_bytes()


@lru_cache(maxsize=len(_ASSETS))
def _asset(name: str) -> bytes:
    return Path(str(swagger_ui_path), name).read_bytes()
