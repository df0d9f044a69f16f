"""Whether a procedure file is sound (`motcua catalogue check FILE`): what passes can be filed, walked and finished."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attachments.content import KNOWN_TYPES
from procedures.checks.findings import CatalogueError, Finding
from procedures.checks.form import check_form_schema, has_form_problem
from procedures.checks.process import check_process
from procedures.definition import Condition, Procedure
from procedures.forms.form import Form
from procedures.loader import check_shape, read_document, read_procedure
from procedures.term import Unit

# What an upload may hold at most.
MAX_PAPER_BYTES: Final = 20 << 20


def check_file(path: Path) -> list[Finding]:
    """Everything wrong with a file; empty if it is sound. Never raises for what the file holds."""
    try:
        return check_document(read_document(path))
    except CatalogueError as error:
        return list(error.findings)


def check_document(document: Mapping[str, Any]) -> list[Finding]:
    """Everything wrong with a document. Its shape comes first: the rest is looked at only if that holds."""
    return check_shape(document) or check(read_procedure(document))


def require_sound(document: Mapping[str, Any]) -> Procedure:
    """The procedure of a document fit to be published. Raises CatalogueError."""
    findings = check_document(document)
    if findings:
        raise CatalogueError(findings)
    return read_procedure(document)


def check(procedure: Procedure) -> list[Finding]:
    """Everything wrong with a procedure whose shape is right."""
    form = check_form_schema(procedure.form)
    findings = [*_codes(procedure), *_papers(procedure), *_fees(procedure), *_term(procedure)]
    if not has_form_problem(form):
        findings += [*_conditions(procedure), *_names(procedure), *_place(procedure)]
    return [*findings, *form, *check_process(procedure)]


def _codes(procedure: Procedure) -> Iterator[Finding]:
    for where, codes in (
        ("/papers", [paper.code for paper in procedure.papers]),
        ("/fees", [fee.code for fee in procedure.fees]),
        ("/results", [result.code for result in procedure.results]),
    ):
        yield from twice(where, codes)


def twice(where: str, names: Iterable[str]) -> Iterator[Finding]:
    """A finding for each name that stands more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(where, "code_twice", {"name": name})


def _papers(procedure: Procedure) -> Iterator[Finding]:
    for place, paper in enumerate(procedure.papers):
        where = f"/papers/{place}"
        for media_type in paper.media_types:
            if media_type not in KNOWN_TYPES:
                yield Finding(f"{where}/media_types", "media_type_unknown", {"media_type": media_type})
        if paper.max_bytes > MAX_PAPER_BYTES:
            yield Finding(f"{where}/max_bytes", "paper_too_large", {"limit": MAX_PAPER_BYTES})
        if paper.required and paper.condition is not None:
            yield Finding(where, "paper_required_and_conditional")


def _fees(procedure: Procedure) -> Iterator[Finding]:
    for place, fee in enumerate(procedure.fees):
        if fee.amount_vnd < 0:
            yield Finding(f"/fees/{place}/amount_vnd", "fee_negative")


def _term(procedure: Procedure) -> Iterator[Finding]:
    if procedure.term.amount == 0 and procedure.term.unit is Unit.WORKING_HOURS:
        yield Finding("/term/amount", "term_empty")
    rule = procedure.supplement
    if rule is not None and rule.days > rule.most_days:
        yield Finding("/supplement/days", "supplement_past_most", {"days": rule.days, "most": rule.most_days})


def _conditions(procedure: Procedure) -> Iterator[Finding]:
    conditions = [(f"/papers/{n}/condition", paper.condition) for n, paper in enumerate(procedure.papers)]
    conditions += [(f"/fees/{n}/condition", fee.condition) for n, fee in enumerate(procedure.fees)]
    for where, condition in conditions:
        if condition is not None:
            yield from _condition(where, condition, procedure.form)


def _condition(where: str, condition: Condition, form: Form) -> Iterator[Finding]:
    nodes = form.nodes_at(condition.field.split("/")[1:])
    if not nodes:
        yield Finding(where, "field_unknown", {"field": condition.field})
        return
    allowed = next((node["enum"] for node in nodes if isinstance(node.get("enum"), list)), None)
    for value in condition.values:
        if allowed is not None and value not in allowed:
            yield Finding(where, "condition_never_holds", {"field": condition.field, "value": value})


def _names(procedure: Procedure) -> Iterator[Finding]:
    for place, rule in enumerate(procedure.unique_names):
        *parents, name = rule.field.split("/")[1:]
        nodes = procedure.form.nodes_at([*parents, name])
        if not nodes:
            yield Finding(f"/unique_names/{place}", "field_unknown", {"field": rule.field})
            continue
        demanded = any(name in node.get("required", ()) for node in procedure.form.nodes_at(parents))
        if not demanded or not any(node.get("type") == "string" for node in nodes):
            yield Finding(f"/unique_names/{place}", "unique_field_not_text", {"field": rule.field})


def _place(procedure: Procedure) -> Iterator[Finding]:
    field = procedure.place_field
    if field is None:
        return
    nodes = procedure.form.nodes_at(field.split("/")[1:])
    if not any(node.get("format") == "vn-commune" for node in nodes):
        yield Finding("/place_field", "place_field_no_commune" if nodes else "field_unknown", {"field": field})
