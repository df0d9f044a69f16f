"""Brings a chain of before, whose links needed no key, over to keyed links.

Older entries and links stay; each gets its keyed link, a chunk at a time. What does not fit the older chain is counted,
and the count is written down as an act of the trail, which is covered from then on like every other.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM
from kernel.audit.chain import GENESIS, Chain, Place
from kernel.audit.models import AuditCheckpoint, AuditEntry, AuditSeal
from kernel.audit.plain import plain_link, plain_signature
from kernel.audit.rows import covered_tables
from kernel.audit.store import rows_of, sign_checkpoint
from kernel.audit.writing import write_audit
from kernel.vault import Vault

BROUGHT_OVER: Final = "audit.brought_over"
_RELINK: Final = text("""
UPDATE audit_seal s SET hash = n.link, legacy = :legacy
FROM unnest(CAST(:positions AS bigint[]), CAST(:links AS bytea[])) AS n(position, link) WHERE s.position = n.position
""")


def bring_over(session: Session, vault: Vault, *, legacy: bool, limit: int) -> int:
    """Gives up to `limit` links without a key their keyed ones; the caller holds the sealer's lock. Returns how many.

    `legacy`: their rows may lack a digest of their own.
    """
    seals = session.scalars(
        select(AuditSeal).where(AuditSeal.hash.is_(None)).order_by(AuditSeal.position).limit(limit)
    ).all()
    first, last = seals[0].position, seals[-1].position
    before = session.get(AuditSeal, first - 1)
    chain, table = Chain(vault), covered_tables()[AuditEntry.__tablename__]
    rows = rows_of(session, [(seal.kind, seal.entry_id) for seal in seals])
    link, plain = (before.hash, before.plain) if before else (GENESIS, GENESIS)
    links, wrong = [], []
    for seal in seals:
        row = rows.get((seal.kind, seal.entry_id))
        if row is None or plain is None or plain_link(plain, row) != seal.plain:
            wrong.append(seal.position)
        link = chain.link(
            link or GENESIS, Place(seal.position, seal.kind, seal.entry_id, legacy), table if row else None, row
        )
        plain = seal.plain
        links.append(link)
    positions = [seal.position for seal in seals]
    session.execute(_RELINK, {"positions": positions, "links": links, "legacy": legacy})
    wrong += _wrong_checkpoints(session, vault, seals)
    sign_checkpoint(session, chain, last, links[-1])
    found = {"first_wrong": min(wrong)} if wrong else {}
    write_audit(
        session, SYSTEM, BROUGHT_OVER, "audit_seal", None, first=first, last=last, wrong=len(set(wrong)), **found
    )
    return len(seals)


def _wrong_checkpoints(session: Session, vault: Vault, seals: Sequence[AuditSeal]) -> list[int]:
    """Positions of the older checkpoints of this chunk that were not as signed; they make way for a new one."""
    plain = {seal.position: seal.plain for seal in seals}
    inside = AuditCheckpoint.position.between(seals[0].position, seals[-1].position)
    older: Any = session.execute(delete(AuditCheckpoint).where(inside).returning(AuditCheckpoint))
    return [
        found.position
        for found in older.scalars()
        if found.hash != plain.get(found.position)
        or found.signature != plain_signature(vault, found.position, found.hash)
    ]
