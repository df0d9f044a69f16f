"""What a procedure asks of a dossier's content. Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import FieldError
from kernel.texts.vietnam import fold_name
from procedures.definition import Procedure
from procedures.forms.checking import ROOT
from procedures.forms.form import value_at


@dataclass(frozen=True, slots=True)
class NameHold:
    """A name to be held: `folded` is its key within `scope`; `pointer` names the field it stands in."""

    pointer: str
    scope: str
    folded: str


def missing_papers(procedure: Procedure, values: Mapping[str, Any], there: Container[str]) -> list[str]:
    """Codes of the papers that these form values make necessary and that are not there."""
    return [paper.code for paper in procedure.papers if paper.is_needed(values) and paper.code not in there]


def fee_due(procedure: Procedure, values: Mapping[str, Any]) -> int:
    """The fee in đồng for these form values."""
    return sum(fee.amount_vnd for fee in procedure.fees if fee.condition is None or fee.condition.holds(values))


def names_given(procedure: Procedure, values: Mapping[str, Any]) -> list[str]:
    """The names that are held for a business, as they were typed."""
    given = (value_at(values, rule.field) for rule in procedure.unique_names)
    return [name for name in given if isinstance(name, str)]


def reserved_names(procedure: Procedure, values: Mapping[str, Any], agency_code: str) -> list[NameHold]:
    """The names that must be free at the receiving agency."""
    holds = []
    for rule in procedure.unique_names:
        name = value_at(values, rule.field)
        if isinstance(name, str):
            folded = fold_name(name, ignore_prefixes=rule.ignore_prefixes)
            holds.append(NameHold(ROOT + rule.field, f"{rule.register}@{agency_code}", folded))
    return holds


def wrong_place(procedure: Procedure, values: Mapping[str, Any], commune_code: str | None) -> list[FieldError]:
    """A dossier goes to the agency of the commune its form names; a field error when the two differ."""
    if procedure.place_field is None or commune_code is None:
        return []
    if value_at(values, procedure.place_field) in (None, commune_code):
        return []
    return [FieldError(ROOT + procedure.place_field, "commune_of_another_agency")]
