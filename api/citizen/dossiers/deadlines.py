"""The legal clock of a dossier, explained line by line, to its citizen and to its officers."""

from typing import Any
from uuid import UUID

from api.citizen.dossiers.schemas import DeadlineSchema
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from kernel.audit import write_audit
from kernel.work import Work
from tracking import store
from tracking.models import Dossier
from tracking.service.deadline import explain_deadline

blueprint = Blueprint("deadlines", description="When a dossier is due, and why")


@blueprint.operation(
    "GET", "/v1/dossiers/<uuid:dossier_id>/deadline", "explainDeadline", answer=DeadlineSchema(), transaction=True
)
def explain_own_deadline(work: Work, dossier_id: UUID) -> dict[str, Any]:
    """Explains when the caller's dossier is due."""
    return _shown(work, store.find_own_dossier(work.session, actor(), dossier_id))


@blueprint.operation(
    "GET",
    "/v1/desk/dossiers/<uuid:dossier_id>/deadline",
    "explainDeskDeadline",
    answer=DeadlineSchema(),
    transaction=True,
)
def explain_desk_deadline(work: Work, dossier_id: UUID) -> dict[str, Any]:
    """Explains when a dossier at the officer's desk is due."""
    dossier = store.find_desk_dossier(work.session, actor(), dossier_id)
    write_audit(work.session, actor(), "dossier.read_deadline", "dossier", dossier.id)
    return _shown(work, dossier)


def _shown(work: Work, dossier: Dossier) -> dict[str, Any]:
    deadline = explain_deadline(work, container().office, dossier)
    return {
        "condition": deadline.condition.value,
        "acceptance_due_at": dossier.acceptance_due_at,
        "due_at": deadline.due_at,
        "projected_at": deadline.projected_at,
        "elapsed_minutes": deadline.elapsed_minutes,
        "remaining_minutes": deadline.remaining_minutes,
        "lines": [
            {"code": line.code, "at": line.at, "text": line.text.in_language(language()), "due_at": line.due_at}
            for line in deadline.lines
        ],
    }
