"""`/v1/openapi.json`, and a page made of the installed Swagger UI: nothing is fetched from elsewhere."""

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

import flask
from swagger_ui_bundle import swagger_ui_path

from api.blueprint import Blueprint
from api.conditional import core_of, tag_for, unchanged
from api.spec import DOCUMENT, downgrade
from kernel.errors import DomainError

blueprint = Blueprint("docs", description="The OpenAPI document.")
_ASSETS: Final = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_OWN: Final = "page.js"
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
_PAGE: Final = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Một Cửa – API</title>
<link rel="icon" href="/v1/docs/favicon-32x32.png">
<link rel="stylesheet" href="/v1/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/v1/docs/swagger-ui-bundle.js"></script>
<script src="/v1/docs/page.js"></script>
</body>
</html>
"""
_SCRIPT: Final = 'SwaggerUIBundle({url: "/v1/docs/openapi-3.0.json", dom_id: "#page", deepLinking: true});\n'


@blueprint.operation("GET", "/v1/openapi.json", "readOpenApi", documented=False)
def read_openapi() -> flask.Response:
    return _document(_committed())


@blueprint.operation("GET", "/v1/docs/openapi-3.0.json", "readDocsOpenApi", documented=False)
def read_docs_openapi() -> flask.Response:
    return _document(json.dumps(downgrade(json.loads(_committed())), ensure_ascii=False).encode())


@blueprint.operation("GET", "/v1/docs", "readDocsPage", documented=False)
def read_docs_page() -> flask.Response:
    response = flask.Response(_PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
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
    if name == _OWN:
        content = _SCRIPT.encode()
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
