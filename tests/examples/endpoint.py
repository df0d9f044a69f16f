"""POST /v1/thanks: a citizen thanks an agency in a sentence. Schemas, use case, route and permit of one operation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from api.edge.blueprint import Blueprint
from api.edge.context import actor
from api.edge.permits import Permit, citizen
from api.edge.schemas import AnswerSchema, Line, RequestSchema
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work


# api/…/thanks/schemas.py
class ThanksRequest(RequestSchema):
    agency_code = Line(required=True, high=40)
    words = Line(required=True, high=200)


class ThanksAnswer(AnswerSchema):
    id = fields.UUID()


# <domain>/service/thanks.py: no HTTP, no commit
def thank_agency(work: Work, actor: Actor, agency_code: str, words: str) -> UUID:
    """Records thanks. Raises `not_found` for an agency that is none."""
    if not agency_code.startswith("H17"):
        raise DomainError("not_found")
    thanks = new_id()
    # Ids and numbers alone: what a citizen writes stays out of the audit trail.
    write_audit(work.session, actor, "thanks.give", "thanks", thanks, length=len(words))
    return thanks


# api/…/thanks/routes.py
blueprint = Blueprint("thanks", description="Thanks (lời cảm ơn)")


@blueprint.operation(
    "POST",
    "/v1/thanks",
    "thankAgency",
    body=ThanksRequest(),
    answer=ThanksAnswer(),
    status=201,
    idempotent=True,
    problems=("not_found",),
)
def give_thanks(work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Thanks an agency in a sentence."""
    return {"id": thank_agency(work, actor(), **body)}


# api/edge/permits.py
PERMITS: Mapping[str, Permit] = {"thankAgency": citizen}
