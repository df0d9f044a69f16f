"""Look-up without login. Code and secret travel in the body: a URL would leave them in logs and histories."""

import json
from typing import Any

import flask

from api.citizen.dossiers.schemas import PublicDossierSchema
from api.edge.answers import json_answer
from api.edge.blueprint import Blueprint
from api.edge.context import container, language
from api.edge.limits import count_try
from api.public.lookups.schemas import LookupRequest
from tracking.codes import normalise_code
from tracking.reading.views import Reader
from tracking.service.lookup import look_up

blueprint = Blueprint("lookups", description="Look-up without login (tra cứu)")


@blueprint.operation(
    "POST",
    "/v1/lookups",
    "lookUpDossier",
    body=LookupRequest(),
    answer=PublicDossierSchema(),
    limit="lookup",
    problems=("lookup_failed",),
)
def look_up_dossier(body: dict[str, Any]) -> flask.Response:
    """A dossier by its code and the secret printed on the slip, without login."""
    # Tries are counted on the code being guessed at, whether it exists or not.
    count_try("lookup_code", normalise_code(body["code"]) or body["code"], tries=10, window_s=900)
    held = container()
    with held.database.reading() as connection:
        view = look_up(Reader(connection, held.vault, language()), body["code"], body["secret"])
    return json_answer(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
