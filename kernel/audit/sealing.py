"""The sealer: takes what is committed and not yet in the chain, links it, and signs the last link.

It works in chunks, each with the same few statements. No request ever waits for it, nor it for a request.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from kernel.audit.bringing_over import bring_over
from kernel.audit.chain import GENESIS, Chain, Place
from kernel.audit.models import AuditPending, AuditSeal
from kernel.audit.rows import covered_tables
from kernel.audit.store import LOCK, is_one_of, rows_of, sign_checkpoint
from kernel.vault import Vault

CHUNK: Final = 5000
_APPEND: Final = text("""
INSERT INTO audit_seal (position, kind, entry_id, legacy, hash)
SELECT * FROM unnest(CAST(:positions AS bigint[]), CAST(:kinds AS text[]), CAST(:rows AS uuid[]),
  CAST(:legacies AS boolean[]), CAST(:links AS bytea[]))
""")
_Linked = tuple[int, str, UUID, bool, bytes]


def seal_audit(session: Session, vault: Vault, *, first_time: Callable[[], bool], limit: int = CHUNK) -> int:
    """Chains up to `limit` rows and signs a checkpoint. Returns how many were taken, 0 when nothing waits.

    `first_time` says whether no anchor was ever made. Only then a row may be older than the digests of rows; later such
    a row is one that somebody would pass off as old. It is asked when there is such a row.
    """
    session.execute(LOCK)
    head = session.execute(select(AuditSeal.position, AuditSeal.hash).order_by(AuditSeal.position.desc()).limit(1))
    position, link = head.one_or_none() or (0, GENESIS)
    if link is None:
        return bring_over(session, vault, legacy=first_time(), limit=limit)
    taken = session.execute(_waiting(limit)).all()
    if not taken:
        return 0
    # A row that is chained already is not chained again, whoever has put it here.
    waiting = {(row.kind, row.row_id): row.legacy for row in taken if not row.chained}
    legacy = any(waiting.values()) and first_time()
    chain = Chain(vault)
    linked = _link_all(session, chain, (position, link), [(*row, old and legacy) for row, old in waiting.items()])
    if linked:
        _append(session, chain, linked)
    session.execute(delete(AuditPending).where(is_one_of(AuditPending.seq, [row.seq for row in taken])))
    return len(taken)


def _waiting(limit: int) -> Any:
    chained = AuditSeal.position.is_not(None).label("chained")
    return (
        select(AuditPending.seq, AuditPending.kind, AuditPending.row_id, AuditPending.legacy, chained)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditPending.row_id)
        .order_by(AuditPending.seq)
        .limit(limit)
    )


def _link_all(
    session: Session, chain: Chain, head: tuple[int, bytes], waiting: Sequence[tuple[str, UUID, bool]]
) -> list[_Linked]:
    rows, tables = rows_of(session, [(kind, row_id) for kind, row_id, _ in waiting]), covered_tables()
    (position, link), linked = head, []
    for kind, row_id, legacy in waiting:
        position += 1
        place = Place(position, kind, row_id, legacy)
        link = chain.link(link, place, tables.get(kind), rows.get((kind, row_id)))
        linked.append((position, kind, row_id, legacy, link))
    return linked


def _append(session: Session, chain: Chain, linked: Sequence[_Linked]) -> None:
    names = ("positions", "kinds", "rows", "legacies", "links")
    session.execute(_APPEND, dict(zip(names, map(list, zip(*linked, strict=True)), strict=True)))
    position, *_, link = linked[-1]
    sign_checkpoint(session, chain, position, link)
