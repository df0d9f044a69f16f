"""Domain errors carry a stable code and no HTTP status; `api.edge.problems` maps them once, by the code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field.

    `pointer` is a JSON pointer into the request body ("/form_values/hkd_tenVN"), `code` a stable word with a text in
    `mobile_contract.problems.FIELD_TEXTS`, `params` the values that text needs (never personal data).
    """

    pointer: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


class DomainError(Exception):
    """A refusal that the caller can understand and act on.

    `code` is a key of `mobile_contract.problems.PROBLEMS`, which gives status and texts; `params` fill those texts and
    are sent as members of the problem document, so they never hold personal data.
    """

    def __init__(self, code: str, *, fields: Sequence[FieldError] = (), **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = tuple(fields)
        self.params = params


def present(value: Thing | None) -> Thing:
    """`value`, of which the rules say that it is there. Raises LookupError where they are wrong.

    Said so instead of asserted: somebody may run Python without assertions (`python -O`).
    """
    if value is None:
        raise LookupError("what the rules promise is not there")
    return value
