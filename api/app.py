"""The application factory: one Flask app over one container."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api.citizen.uploads.override import Overridden
from api.container import Container
from api.contract.resources import RESOURCES
from api.contract.spec import EdgeApi
from api.edge.answers import WireJson
from api.edge.blueprint import Blueprint
from api.edge.bodies import JSON_LIMIT
from api.edge.compression import finish_json
from api.edge.context import EXTENSION, PERMITS_HELD, Edge, EdgeRequest, permits_of
from api.edge.observing import Observed
from api.edge.permits import PERMITS, Permit
from api.edge.problems import respond
from api.edge.server_hints import ServerHints

_CURSORS: Final = "api cursors"
_DIGESTS: Final = "api limit digests"


class EdgeApp(flask.Flask):
    request_class = EdgeRequest
    json_provider_class = WireJson
    server_hints: ServerHints


def outline(resources: Sequence[Blueprint] = RESOURCES, permits: Mapping[str, Permit] = PERMITS) -> EdgeApp:
    """Every route and the document, with nothing behind them. Raises LookupError for an operation without a permit."""
    return _routed(resources, permits, documented=True)


def _routed(resources: Sequence[Blueprint], permits: Mapping[str, Permit], *, documented: bool) -> EdgeApp:
    missing = sorted(name for each in resources for name in each.operations if name not in permits)
    if missing:
        raise LookupError(f"operations without a permit: {', '.join(missing)}")
    app = EdgeApp("api", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = JSON_LIMIT
    app.url_map.merge_slashes = False
    app.extensions[PERMITS_HELD] = dict(permits)
    app.after_request(finish_json)
    app.register_error_handler(Exception, respond)
    register = EdgeApi(app).register_blueprint if documented else app.register_blueprint
    for blueprint in resources:
        register(blueprint)
    return app


def create_app(
    container: Container,
    *,
    resources: Sequence[Blueprint] = RESOURCES,
    permits: Mapping[str, Permit] = PERMITS,
) -> flask.Flask:
    """The WSGI application. It serves the document that is committed, so that no worker has to build and hold one."""
    app = _routed(resources, permits, documented=False)
    app.extensions[EXTENSION] = Edge(
        container=container,
        permits=permits_of(app),
        digest_key=container.vault.derive(_DIGESTS),
        cursor_key=container.vault.derive(_CURSORS),
    )
    inner: Any = app.wsgi_app
    proxies = container.settings.trusted_proxies
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.server_hints = ServerHints(app, resources)
    https = urlsplit(container.settings.public_base_url).scheme == "https"
    app.wsgi_app = Observed(Overridden(inner), https=https)  # type: ignore[method-assign]
    return app
