"""The legal clock of a dossier, explained line by line, to its citizen and to its officers."""

from typing import Any
from uuid import UUID

from api.citizen.dossiers.schemas import DeadlineSchema
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from kernel.work import Work
from tracking.service.deadline import Deadline, explain_desk_deadline, explain_own_deadline

blueprint = Blueprint("deadlines", description="When a dossier is due, and why")


@blueprint.operation(
    "GET", "/v1/dossiers/<uuid:dossier_id>/deadline", "explainDeadline", answer=DeadlineSchema(), transaction=True
)
def show_own_deadline(work: Work, dossier_id: UUID) -> dict[str, Any]:
    """Explains when the caller's dossier is due."""
    return _shown(explain_own_deadline(work, actor(), container().office, dossier_id))


@blueprint.operation(
    "GET",
    "/v1/desk/dossiers/<uuid:dossier_id>/deadline",
    "explainDeskDeadline",
    answer=DeadlineSchema(),
    transaction=True,
)
def show_desk_deadline(work: Work, dossier_id: UUID) -> dict[str, Any]:
    """Explains when a dossier at the officer's desk is due."""
    return _shown(explain_desk_deadline(work, actor(), container().office, dossier_id))


def _shown(deadline: Deadline) -> dict[str, Any]:
    return {
        "condition": deadline.condition.value,
        "acceptance_due_at": deadline.acceptance_due_at,
        "due_at": deadline.due_at,
        "projected_at": deadline.projected_at,
        "elapsed_minutes": deadline.elapsed_minutes,
        "remaining_minutes": deadline.remaining_minutes,
        "lines": [
            {"code": line.code, "at": line.at, "text": line.text.in_language(language()), "due_at": line.due_at}
            for line in deadline.lines
        ],
    }
