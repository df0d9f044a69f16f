"""One guest under judgement: what was told, what of it cannot be used, and the findings so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from residence.guests import VIETNAMESE_NATIONALITY
from residence.rules.findings import Finding

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is aware, `today` its day in Vietnam.

    `foreign_form` tells how a row without a nationality is meant; `unreadable` names fields that were given and could
    not be read, so they are not missing; `numeric_number` that the document number stood in a numeric cell.
    """

    now: datetime
    today: date
    foreign_form: bool = False
    unreadable: frozenset[str] | set[str] = frozenset()
    numeric_number: bool = False


@dataclass(slots=True)
class Judgement:
    """`values` are fields of `GuestDeclaration`; a field that is refused for its content leaves them and is
    `unreadable` from then on, so that no other rule asks for it or looks at it."""

    values: dict[str, Any]
    context: Context
    foreign: bool
    findings: list[Finding] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)

    def note(self, rule: str, name: str | None = None, value: str = "", **params: str | int) -> None:
        """A finding that leaves the value where it is."""
        self.findings.append(Finding(rule, name, value, params))

    def refuse(self, rule: str, name: str, value: str, **params: str | int) -> None:
        """A finding for which the value is not used any further."""
        self.findings.append(Finding(rule, name, value, params))
        self.values.pop(name, None)
        self.unreadable.add(name)


def is_foreign(values: Values, context: Context) -> bool:
    nationality = values.get("nationality")
    return context.foreign_form if nationality is None else nationality != VIETNAMESE_NATIONALITY
