"""Writing one act down, in its transaction."""

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.audit.rows import append_signed
from kernel.ids import new_id


def write_audit(
    session: Session, actor: Actor, action: str, object_type: str, object_id: UUID | None, **details: str | int
) -> None:
    """Records that `actor` did `action` ("dossier.accept") to an object. `details`: ids, codes, no content."""
    row = {
        "id": new_id(),
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "session_id": actor.session_id,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "details": details,
    }
    append_signed(session, AuditEntry, row)
