"""From the plain document of a procedure to the `Procedure`. Pure; the document's shape has been checked before."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from kernel.texts.bilingual import Text
from procedures.definition import (
    ActionKind,
    Condition,
    FeeLine,
    Level,
    Paper,
    Procedure,
    ResultKind,
    Step,
    StepAction,
    UniqueName,
)
from procedures.forms.form import Form
from procedures.supplement import AtEnd, SupplementRule
from procedures.term import Term, Unit


def procedure_of(document: Mapping[str, Any]) -> Procedure:
    """The procedure of a published document, or of one that `loader.check_shape` finds nothing wrong with."""
    return Procedure(
        code=document["code"],
        name=_text(document["name"]),
        sector=_text(document["sector"]),
        level=Level(document["level"]),
        legal_basis=tuple(document["legal_basis"]),
        identity_level=document["identity_level"],
        term=_term(document["term"]),
        acceptance_limit_hours=document["acceptance_limit_hours"],
        max_supplements=document["max_supplements"],
        papers=tuple(_paper(paper) for paper in document["papers"]),
        fees=tuple(_fee(fee) for fee in document["fees"]),
        results=tuple(ResultKind(result["code"], _text(result["name"])) for result in document["results"]),
        unique_names=tuple(_unique_name(rule) for rule in document.get("unique_names", ())),
        place_field=document.get("place_field"),
        form=Form(document["form"]),
        steps=tuple(_step(step) for step in document["process"]["steps"]),
        supplement=_supplement(document.get("supplement")),
    )


def _text(value: Mapping[str, str]) -> Text:
    return Text(value["vi"], value["en"])


def _term(value: Mapping[str, Any]) -> Term:
    return Term(
        amount=value["amount"],
        unit=Unit(value["unit"]),
        cutoff=time.fromisoformat(value["cutoff"]) if "cutoff" in value else None,
        from_working_day=value.get("from_working_day", False),
    )


def _supplement(value: Mapping[str, Any] | None) -> SupplementRule | None:
    return SupplementRule(value["days"], value["most_days"], AtEnd(value["at_end"])) if value else None


def _condition(value: Mapping[str, Any] | None) -> Condition | None:
    return Condition(value["field"], tuple(value["values"])) if value else None


def _paper(value: Mapping[str, Any]) -> Paper:
    return Paper(
        code=value["code"],
        name=_text(value["name"]),
        required=value["required"],
        condition=_condition(value.get("condition")),
        media_types=tuple(value["media_types"]),
        max_bytes=value["max_bytes"],
    )


def _fee(value: Mapping[str, Any]) -> FeeLine:
    return FeeLine(
        code=value["code"],
        name=_text(value["name"]),
        amount_vnd=value["amount_vnd"],
        legal_basis=value["legal_basis"],
        condition=_condition(value.get("condition")),
    )


def _unique_name(value: Mapping[str, Any]) -> UniqueName:
    return UniqueName(value["field"], value["register"], tuple(value.get("ignore_prefixes", ())))


def _step(value: Mapping[str, Any]) -> Step:
    # A step may lack its role in a file that is being checked; no published one does.
    return Step(
        code=value["code"],
        name=_text(value["name"]),
        role=value.get("role", ""),
        budget_hours=value["budget_hours"],
        actions=tuple(
            StepAction(action.get("code", action["do"]), ActionKind(action["do"]), action.get("to"))
            for action in value["actions"]
        ),
    )
