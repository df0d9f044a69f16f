"""The catalogue: what can be filed, with whom, with which papers, for how much and by when."""

from typing import Any

from api.edge.blueprint import Blueprint
from api.edge.conditional import core_of, tag_for, unchanged
from api.edge.context import container, language
from api.public.catalogue.schemas import (
    AgencyList,
    AgencyQuery,
    ProcedureList,
    ProcedureQuery,
    ProcedureSchema,
    VersionQuery,
)
from kernel.clock import local
from kernel.texts.bilingual import Language
from kernel.work import Work
from procedures.catalogue import Published, list_agencies
from procedures.definition import Procedure
from procedures.finding import find_procedures
from procedures.forms.form import with_order

blueprint = Blueprint("catalogue", description="Procedures (thủ tục) and agencies (cơ quan)")


@blueprint.operation(
    "GET", "/v1/procedures", "listProcedures", query=ProcedureQuery(), answer=ProcedureList(), transaction=True
)
def list_procedures(work: Work, query: dict[str, Any]) -> dict[str, Any]:
    """Procedures that can be filed today: all, or those that are sought, of one level."""
    current = container().office.catalogue.current(work.session, local(work.now()).date())
    found = find_procedures(current, sought=query["q"], level=query["level"])
    return {"items": [_line(published, language()) for published in found]}


@blueprint.operation(
    "GET",
    "/v1/procedures/<code>",
    "readProcedure",
    query=VersionQuery(),
    answer=ProcedureSchema(),
    transaction=True,
    etag=True,
    problems=("procedure_unknown",),
)
def read_procedure(work: Work, query: dict[str, Any], code: str) -> Any:
    """A procedure with its form, papers, fees, results and term."""
    catalogue, number = container().office.catalogue, query["version"]
    if number is None:
        published = catalogue.find_current(work.session, code, local(work.now()).date())
    else:
        published = catalogue.find_number(work.session, code, number)
    tag = tag_for(core_of("procedure", published.id))
    held = unchanged(tag)
    if held is not None:
        return held
    return _whole(published, language()), {"ETag": tag}


@blueprint.operation("GET", "/v1/agencies", "listAgencies", query=AgencyQuery(), answer=AgencyList(), transaction=True)
def list_all_agencies(work: Work, query: dict[str, Any]) -> dict[str, Any]:
    """Agencies, or those that serve one commune."""
    return {"items": list_agencies(work.session, commune_code=query["commune_code"])}


def _line(published: Published, lang: Language) -> dict[str, Any]:
    procedure = published.procedure
    return {
        "code": procedure.code,
        "name": procedure.name.in_language(lang),
        "version": published.number,
        "sector": procedure.sector.in_language(lang),
        "level": procedure.level.value,
        "fee_vnd": procedure.fee_vnd,
        "term": {"amount": procedure.term.amount, "unit": procedure.term.unit.value},
    }


def _whole(published: Published, lang: Language) -> dict[str, Any]:
    procedure = published.procedure
    return {
        **_line(published, lang),
        "acceptance_limit_hours": procedure.acceptance_limit_hours,
        "identity_level": procedure.identity_level,
        "legal_basis": list(procedure.legal_basis),
        "papers": _papers(procedure, lang),
        "fees": [
            {"code": fee.code, "name": fee.name.in_language(lang), "amount_vnd": fee.amount_vnd}
            for fee in procedure.fees
        ],
        "results": [{"code": kind.code, "name": kind.name.in_language(lang)} for kind in procedure.results],
        "form": with_order(procedure.form.schema),
    }


def _papers(procedure: Procedure, lang: Language) -> list[dict[str, Any]]:
    return [
        {
            "code": paper.code,
            "name": paper.name.in_language(lang),
            "required": paper.required,
            "condition": paper.condition.as_dict() if paper.condition else None,
            "media_types": list(paper.media_types),
            "max_bytes": paper.max_bytes,
        }
        for paper in procedure.papers
    ]
