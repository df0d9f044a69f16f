"""What partner systems may ask with their keys. Every answer about a dossier leaves an audit row."""

import json

import flask

from api.citizen.dossiers.schemas import PublicDossierSchema
from api.edge.answers import json_answer
from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from api.partner.schemas import PartnerOrganisationAnswer
from auth.organisations.service import clients
from auth.organisations.views import PublicOrganisationView
from kernel.work import Work
from tracking.reading.views import Reader
from tracking.service.partner import read_for_partner

blueprint = Blueprint("partner", description="For partner systems, by key (đối tác)")


@blueprint.operation(
    "GET", "/v1/partner/dossiers/<code>", "readPartnerDossier", answer=PublicDossierSchema(), transaction=True
)
def read_partner_dossier(work: Work, code: str) -> flask.Response:
    """The status of a dossier of the agency's subtree, by its code. Scope `dossiers:status`."""
    reader = Reader(work.session.connection(), container().vault, language())
    view = read_for_partner(work, actor(), reader, code)
    return json_answer(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())


@blueprint.operation(
    "GET",
    "/v1/partner/organisation",
    "readPartnerOrganisation",
    answer=PartnerOrganisationAnswer(),
    transaction=True,
    problems=("not_found",),
)
def read_partner_organisation(work: Work) -> PublicOrganisationView:
    """The organisation the key belongs to. Scope `organisation:read`."""
    return clients.client_organisation(work, actor())
