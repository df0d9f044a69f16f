"""Keeping the chain: seals what waits, then writes the signed checkpoints down outside the database."""

import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from kernel.audit.anchors import Anchor, any_anchor, keep_anchor
from kernel.audit.chain import Chain
from kernel.audit.models import AuditCheckpoint, AuditPending, AuditSeal
from kernel.audit.sealing import CHUNK, seal_audit
from kernel.audit.store import is_one_of
from kernel.database.sessions import Database
from kernel.storage import FileStore
from kernel.vault import Vault

_ANCHORS_AT_ONCE: Final = 200
_log = structlog.get_logger()


def keep_chain(
    database: Database, vault: Vault, files: FileStore, *, time_slice_s: float, told_to_stop: Callable[[], bool]
) -> bool:
    """Seals and anchors for a slice of time. True when work is left. Raises what the file store raises."""
    ends = time.monotonic() + time_slice_s
    more = True
    while more and time.monotonic() < ends and not told_to_stop():
        with database.transaction() as session:
            more = seal_audit(session, vault, first_time=lambda: not any_anchor(files)) >= CHUNK
    anchor_checkpoints(database, vault, files)
    return more


def anchor_checkpoints(database: Database, vault: Vault, files: FileStore) -> None:
    """Writes every checkpoint that is not anchored yet down in the store.

    While rows from before the digests are still being taken in there is no anchor: the first one ends that time.
    """
    chain, after = Chain(vault), 0
    with database.transaction() as session:
        if _takes_in_older_rows(session) and not any_anchor(files):
            return
    while True:
        with database.transaction() as session:
            rows = session.scalars(_unanchored(after)).all()
        if not rows:
            return
        after = rows[-1].position
        done = [row.position for row in rows if _anchor(files, chain, row)]
        with database.transaction() as session:
            anchored = is_one_of(AuditCheckpoint.position, done)
            session.execute(update(AuditCheckpoint).where(anchored).values(anchored_at=func.clock_timestamp()))


def _takes_in_older_rows(session: Session) -> bool:
    last = select(AuditSeal.hash.is_(None)).order_by(AuditSeal.position.desc()).limit(1)
    return bool(session.scalar(select(exists().where(AuditPending.legacy))) or session.scalar(last))


def _unanchored(after: int) -> Select[Any]:
    return (
        select(AuditCheckpoint)
        .where(AuditCheckpoint.anchored_at.is_(None), AuditCheckpoint.position > after)
        .order_by(AuditCheckpoint.position)
        .limit(_ANCHORS_AT_ONCE)
    )


def _anchor(files: FileStore, chain: Chain, row: AuditCheckpoint) -> bool:
    anchor = Anchor(row.position, row.at, row.hash, row.signature)
    if not anchor.is_ours(chain):
        # The verifier names it; what was not signed here is not written down as ours.
        _log.error("audit.checkpoint_not_ours", position=row.position)
        return False
    keep_anchor(files, anchor)
    return True
