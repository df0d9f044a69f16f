"""Answers that show a dossier: rendered once, tagged, the same for a read and for the answer to an act."""

import json
from typing import Any
from uuid import UUID

import flask

from api.edge.answers import json_answer
from api.edge.conditional import check_match, core_of, tag_for, unchanged
from api.edge.context import actor, container, language
from kernel.errors import DomainError
from kernel.work import Work
from tracking.case import Case
from tracking.reading.views import Reader


def own_core(dossier_id: UUID, seen_version: int) -> str:
    return core_of("dossier", dossier_id, seen_version)


def desk_core(dossier_id: UUID, version: int) -> str:
    return core_of("desk", dossier_id, version)


def match_own(dossier_id: UUID) -> Any:
    """What compares the citizen's If-Match with the locked dossier."""
    return lambda seen_version: check_match(own_core(dossier_id, seen_version))


def match_desk(dossier_id: UUID) -> Any:
    """What compares the officer's If-Match with the locked dossier."""
    return lambda version: check_match(desk_core(dossier_id, version))


def own_dossier(dossier_id: UUID) -> flask.Response:
    """The citizen's dossier, or 304 after one look at its version. Raises `not_found`."""
    held = container()
    with held.database.reading() as connection:
        reader = Reader(connection, held.vault, language())
        if flask.request.headers.get("If-None-Match"):
            version = reader.seen_version(actor(), dossier_id)
            answer = None if version is None else unchanged(tag_for(own_core(dossier_id, version)))
            if answer is not None:
                return answer
        found = reader.own(actor(), dossier_id)
    if found is None:
        raise DomainError("not_found")
    return _rendered(found[1], tag_for(own_core(dossier_id, found[0])))


def own_acted(work: Work, case: Case) -> flask.Response:
    """The citizen's dossier as their act leaves it."""
    seen_version, view = Reader(work.session.connection(), work.vault, language()).own_case(case)
    return _rendered(view, tag_for(own_core(case.dossier_id, seen_version)))


def desk_acted(work: Work, case: Case) -> flask.Response:
    """The dossier for the officer whose act leaves it so."""
    version, view = Reader(work.session.connection(), work.vault, language()).desk_case(actor(), case)
    return _rendered(view, tag_for(desk_core(case.dossier_id, version)))


def own_after(work: Work, dossier_id: UUID, *, status: int = 200) -> flask.Response:
    """The citizen's dossier as this transaction leaves it."""
    work.session.flush()
    found = Reader(work.session.connection(), work.vault, language()).own(actor(), dossier_id)
    if found is None:
        raise DomainError("not_found")
    return _rendered(found[1], tag_for(own_core(dossier_id, found[0])), status)


def desk_view(work: Work, dossier_id: UUID) -> flask.Response:
    """The dossier as the officer sees it now; the tag is the business version alone. Raises `not_found`."""
    work.session.flush()
    found = Reader(work.session.connection(), work.vault, language()).desk(actor(), dossier_id)
    if found is None:
        raise DomainError("not_found")
    return _rendered(found[1], tag_for(desk_core(dossier_id, found[0])))


def _rendered(view: dict[str, Any], tag: str, status: int = 200) -> flask.Response:
    return json_answer(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode(), tag=tag, status=status)
