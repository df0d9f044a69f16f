"""How a stay is shown, tagged: the same for a read and for the answer to an act."""

import json
from typing import Any
from uuid import UUID

import flask

from api.edge.answers import json_answer
from api.edge.conditional import check_match, core_of, tag_for, unchanged
from api.lodging.stays.schemas import StayAnswer, StayLineAnswer
from residence.guests import GuestDeclaration
from residence.service.chain import History
from residence.views import StayView


def match_stay(stay_id: UUID) -> Any:
    """What compares the caller's If-Match with the locked stay: by the number of its declarations."""
    return lambda declarations: check_match(_core(stay_id, declarations))


def stay_line(stay: StayView, guest: GuestDeclaration | None) -> dict[str, Any]:
    own = {name: getattr(stay, name) for name in StayLineAnswer().fields if hasattr(stay, name)}
    return {**own, "guest": guest}


def shown(history: History) -> flask.Response:
    """The stay with its chain. Its tag says first which declaration stands, then what else is shown of it: a photo or
    a member's new name costs nobody their correction."""
    stay = history.stay
    told = StayAnswer().dump({**stay_line(stay, history.links[-1].guest), "chain": history.links})
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return json_answer(body, tag=tag_for(f"{_core(stay.id, stay.declarations)}.{core_of(body)}"))


def shown_or_unchanged(history: History) -> flask.Response:
    """The same, or 304 where the caller holds this version already."""
    response = shown(history)
    return unchanged(response.headers["ETag"]) or response


def _core(stay_id: UUID, declarations: int) -> str:
    return core_of("stay", stay_id, declarations)
