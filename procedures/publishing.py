"""Publishing a procedure: a sound document becomes the next version, which then never changes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from procedures.checks.check import require_sound
from procedures.models import ProcedureVersion


def publish_procedure(session: Session, document: Mapping[str, Any], effective_from: date) -> tuple[UUID, bool]:
    """Publishes a definition as the next version of its procedure; the same document twice is one version.

    The order of its fields belongs to it: a form that asks in another order is another version.

    Returns the version's id and whether it is new. Raises CatalogueError when the document is not sound.
    """
    procedure = require_sound(document)
    canonical = json.dumps(document, ensure_ascii=False, default=str)
    digest = hashlib.sha256(canonical.encode()).digest()
    latest = session.scalar(
        select(ProcedureVersion)
        .where(ProcedureVersion.code == procedure.code)
        .order_by(ProcedureVersion.number.desc())
        .limit(1)
    )
    if latest is not None and latest.digest == digest:
        return latest.id, False
    row = ProcedureVersion(
        id=new_id(),
        code=procedure.code,
        number=latest.number + 1 if latest else 1,
        effective_from=effective_from,
        document=json.loads(canonical),
        digest=digest,
    )
    session.add(row)
    return row.id, True
