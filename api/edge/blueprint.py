"""One declaration per operation: what it takes and answers, who may call it, how it commits. Documented as enforced.

`@blueprint.operation("POST", "/v1/dossiers/<uuid:dossier_id>/submission", "submitDossier", body=SubmitRequest(),
answer=DossierAnswer(), idempotent=True)` above `def submit_dossier(work, body, dossier_id)`.

A view's arguments come in this order: `work` (if `transaction` or `idempotent`), loaded `body`, loaded `query`, then
the path's by name. It returns what the answer's schema dumps, `(that, headers)`, `(that, status, headers)`, or a
finished `flask.Response`. In a transaction, raising rolls back; returning a DomainError commits what was written
(a failed try that counts) and answers the problem.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, Unpack

import flask
import flask_smorest

from api.contract.describing import described
from api.contract.operations import BINARY, Operation, Options, describe
from api.edge.answers import no_content
from api.edge.bodies import BodyParser, refuse_body
from api.edge.conditional import demand_condition
from api.edge.context import here, permits_of
from api.edge.idempotency import in_transaction, once, read_key
from api.edge.limits import LIMITS, count_call
from api.edge.observing import OPERATION
from api.edge.problems import problem
from api.edge.queries import refuse_unknown_query
from api.edge.security import admit
from kernel.errors import DomainError

View = TypeVar("View", bound=Callable[..., Any])


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A resource's routes."""

    ARGUMENTS_PARSER = BodyParser()

    def __init__(self, name: str, *, description: str = "") -> None:
        super().__init__(name, __name__, description=description)
        self.operations: dict[str, Operation] = {}
        self._prepare_doc_cbks.append(_document)

    def operation(
        self, method: str, rule: str, operation_id: str, **options: Unpack[Options]
    ) -> Callable[[View], View]:
        """Registers a view as an operation; see `api.contract.operations.Operation` for the options."""
        if "limit" in options and options["limit"] not in LIMITS:
            raise LookupError(f"{operation_id}: no such class of limits")
        operation = Operation(id=operation_id, method=method, rule=rule, **options)

        def register(view: View) -> View:
            self.operations[operation_id] = operation
            guarded = _guard(self._chain(view, operation), operation)
            # An undocumented route goes past flask-smorest, which documents all it registers.
            add = self.add_url_rule if operation.documented else super(flask_smorest.Blueprint, self).add_url_rule
            add(rule, operation_id, guarded, methods=[method])
            return view

        return register

    def _chain(self, view: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        run = self._answering(view, operation)
        if operation.idempotent:
            run = once(run)
        elif operation.transaction:
            run = in_transaction(run)
        if operation.query is not None:
            run = self.arguments(operation.query, location="query")(run)
        if operation.body is not None:
            run = self.arguments(operation.body, location="json")(run)
        return run

    def _answering(self, view: Callable[..., Any], operation: Operation) -> Callable[..., flask.Response]:
        """`view` with whatever it returns turned into a response; a finished one goes past the schema."""
        if operation.media_type is not None:
            answering = self.response(operation.status, BINARY)(_same)
        else:
            answering = self.response(operation.status, operation.answer)(_same)

        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> flask.Response:
            result = view(*args, **kwargs)
            if isinstance(result, flask.Response):
                return result
            if isinstance(result, DomainError):
                return problem(result)
            return no_content() if result is None else answering(result)

        run._apidoc = {**answering._apidoc, "operation": operation}  # type: ignore[attr-defined]
        return run


def _same(result: Any) -> Any:
    return result


def _guard(run: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
    """Everything that is asked before the body is read: who, how often, and the headers that must be there."""

    @wraps(run)
    def guarded(**path: Any) -> flask.Response:
        request = here()
        request.environ[OPERATION] = operation.id
        # No text column can hold it, and no caller means it.
        if "%00" in request.environ.get("QUERY_STRING", ""):
            raise DomainError("bad_request")
        request.actor = admit(operation.id, request)
        if operation.limit is not None:
            count_call(operation.limit, request)
        refuse_unknown_query(request, operation)
        if operation.body_limit is not None:
            request.max_content_length = operation.body_limit
        if operation.idempotent:
            request.idempotency_key = read_key(request)
        if operation.if_match:
            demand_condition(request)
        if operation.bodiless:
            refuse_body(request)
        return run(**path)  # type: ignore[no-any-return]

    return guarded


def _document(doc: dict[str, Any], doc_info: dict[str, Any], *, app: flask.Flask, **_rest: Any) -> dict[str, Any]:
    operation: Operation = doc_info["operation"]
    permit = permits_of(app)[operation.id]
    # What the docstring says would be added after this, over what stands here.
    docstring, doc_info["docstring"] = doc_info["docstring"], {}
    return {**describe(doc, operation, permit), **described(docstring, operation, permit)}
