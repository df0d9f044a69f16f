"""What the server of web workers asks the application: how long a body may be, and how a refusal of its own reads."""

from collections.abc import Sequence
from typing import Any, Final

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from api.edge.blueprint import Blueprint
from api.edge.bodies import JSON_LIMIT
from api.edge.context import spoken_language
from api.edge.problems import document
from kernel.errors import DomainError
from kernel.ids import new_token

_CODES: Final = {408: "request_timeout", 431: "headers_too_large", 503: "unavailable"}


class ServerHints:
    """See `motcua.processes.web.exchange.Hints`."""

    def __init__(self, app: flask.Flask, resources: Sequence[Blueprint]) -> None:
        self._app = app
        self._adapter = app.url_map.bind("")
        self._limits = {
            f"{each.name}.{name}": operation.body_limit
            for each in resources
            for name, operation in each.operations.items()
            if operation.body_limit is not None
        }

    def longest_body(self, method: str, path: str) -> int:
        """Octets that the operation takes; one that does not exist takes no more than the others."""
        try:
            endpoint: Any = self._adapter.match(path, method)[0]
        except MethodNotAllowed as error:
            # The method may be another one by X-HTTP-Method-Override.
            others = [each for each in error.valid_methods or () if each != method]
            return max((self.longest_body(each, path) for each in others), default=JSON_LIMIT)
        except HTTPException:
            return JSON_LIMIT
        return self._limits.get(endpoint, JSON_LIMIT)

    def problem(self, status: int, accept_language: str) -> bytes:
        """The document of a request that did not get as far as the application."""
        error = DomainError(_CODES.get(status, "bad_request"))
        members = document(error, spoken_language(accept_language), new_token(12))
        return self._app.json.dumps(members).encode()
