"""What a partner of an agency may know of a dossier: its public status, by its code."""

from typing import Any

from sqlalchemy import text

from agencies.tree import within
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.work import Work
from tracking.codes import normalise_code
from tracking.reading.views import Reader

_FIND = text(
    "SELECT d.id FROM dossier d JOIN agency a ON a.code = d.agency_code WHERE d.code = :code AND d.state <> 0"  # noqa: S608 - constants only
    f" AND {within('a')}"
)


def read_for_partner(work: Work, actor: Actor, reader: Reader, code: str) -> dict[str, Any]:
    """Raises `not_found`, also for a dossier outside the subtree of the client's agency."""
    wanted = {"code": normalise_code(code) or "", "agency": actor.agency_code}
    dossier_id = reader.connection.execute(_FIND, wanted).scalar()
    view = None if dossier_id is None else reader.public(dossier_id)
    if view is None:
        raise DomainError("not_found")
    write_audit(work.session, actor, "dossier.read", "dossier", dossier_id)
    return view
