"""The query of a request: what an operation does not know is refused, so that a misspelt name is never passed over."""

from marshmallow import fields

from api.contract.operations import Operation
from api.edge.context import EdgeRequest
from kernel.errors import DomainError, FieldError

_LONGEST_NAME = 64


def refuse_unknown_query(request: EdgeRequest, operation: Operation) -> None:
    """Raises `invalid_fields`, naming every parameter that the operation does not take, or that is there twice."""
    if operation.open_query or not request.environ.get("QUERY_STRING"):
        return
    known = {} if operation.query is None else operation.query.fields
    takes = {field.data_key or name: field for name, field in known.items()}
    wrong = []
    for name, values in request.args.lists():
        if name not in takes:
            wrong.append(FieldError(f"?{name[:_LONGEST_NAME]}", "parameter_unknown"))
        elif len(values) > 1 and not isinstance(takes[name], fields.List):
            wrong.append(FieldError(f"?{name}", "parameter_twice"))
    if wrong:
        raise DomainError("invalid_fields", fields=wrong)
