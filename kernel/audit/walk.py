"""The walk along the chain, link by link: each row, its digest, its checkpoint and its anchors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit.anchors import Anchor, Found
from kernel.audit.bringing_over import BROUGHT_OVER
from kernel.audit.chain import GENESIS, Chain, Place
from kernel.audit.findings import Report, Wrong
from kernel.audit.models import AuditCheckpoint, AuditEntry, AuditSeal
from kernel.audit.outside import about_row
from kernel.audit.restoring import RESTORE_ACCEPTED, read_restore
from kernel.audit.rows import covered_tables, mac_holds, row_key_of
from kernel.audit.store import Row, rows_of
from kernel.vault import Vault

CHUNK: Final = 2000


class Walk:
    """One walk. What it finds wrong is in `report`; the rest is for judging the end.

    `chained` counts the rows that are there, by table. `fitting` are the anchors that fit their link, `unseen` the
    checkpoints that say they are anchored, and no anchor was found. `signed`: the last link has a checkpoint.
    """

    def __init__(self, session: Session, vault: Vault, anchors: Iterable[Found]) -> None:
        self.report = Report()
        self.chained: Counter[str] = Counter()
        self.anchors: dict[int, set[Anchor]] = {}
        self.fitting: dict[int, Anchor] = {}
        self.unseen: list[Anchor] = []
        self.signed = True
        self.stopped = False
        self._session, self._chain, self._row_key = session, Chain(vault), row_key_of(vault)
        self._tables = covered_tables()
        # The link before the next one; None where a gap leaves it unknown.
        self._link: bytes | None = GENESIS
        for found in anchors:
            if found.anchor is None:
                self.report.add(Wrong.ANCHOR_NOT_OURS, about={"where": found.where})
            else:
                self.anchors.setdefault(found.anchor.position, set()).add(found.anchor)

    def step(self) -> int:
        """Checks the next chunk of links; returns how many it holds, 0 at the end."""
        seals = [] if self.stopped else self._next_seals()
        if not seals:
            return 0
        rows = rows_of(self._session, [(seal.kind, seal.entry_id) for seal in seals])
        checkpoints = self._checkpoints(self.report.length + 1, seals[-1].position)
        for seal in seals:
            if seal.hash is None:
                self.report.add(Wrong.LINK_WITHOUT_KEY, seal.position)
                self.stopped = True
                break
            row = rows.get((seal.kind, seal.entry_id))
            self._check_row(seal, row)
            self._check_signature(seal, checkpoints.pop(seal.position, None), row["at"] if row else None)
        for position in [] if self.stopped else checkpoints:
            self.report.add(Wrong.CHECKPOINT_DIFFERS, position)
        return len(seals)

    def _next_seals(self) -> Sequence[Any]:
        columns = (AuditSeal.position, AuditSeal.kind, AuditSeal.entry_id, AuditSeal.legacy, AuditSeal.hash)
        query = select(*columns).where(AuditSeal.position > self.report.length)
        return self._session.execute(query.order_by(AuditSeal.position).limit(CHUNK)).all()

    def _checkpoints(self, first: int, last: int) -> dict[int, Any]:
        columns = AuditCheckpoint.__table__.columns
        query = select(*columns).where(AuditCheckpoint.position.between(first, last))
        return {row.position: row for row in self._session.execute(query)}

    def _check_row(self, seal: Any, row: Row | None) -> None:
        report, at = self.report, row["at"] if row else None
        if seal.position != report.length + 1:
            report.add(Wrong.POSITIONS_MISSING, report.length + 1, at, {"until": seal.position - 1})
            self._link = None
        report.length = seal.position
        fits = self._fits(seal, row)
        known, self._link = self._link is not None, seal.hash
        about = about_row(seal.kind, seal.entry_id, row)
        if row is None:
            early = fits and known
            report.add(Wrong.ROW_REMOVED_BEFORE_CHAINED if early else Wrong.ROW_REMOVED, seal.position, at, about)
            return
        self.chained[seal.kind] += 1
        if not fits:
            report.add(Wrong.ROW_ALTERED, seal.position, at, about)
        elif not self._digest_holds(seal, row):
            report.add(Wrong.ROW_NOT_OURS, seal.position, at, about)
        elif seal.kind == AuditEntry.__tablename__:
            self._read_entry(seal.position, row)

    def _fits(self, seal: Any, row: Row | None) -> bool:
        if self._link is None:
            return True
        place = Place(seal.position, seal.kind, seal.entry_id, seal.legacy)
        return self._chain.link(self._link, place, self._tables.get(seal.kind), row) == bytes(seal.hash)

    def _digest_holds(self, seal: Any, row: Row) -> bool:
        return (seal.legacy and row["mac"] is None) or mac_holds(self._row_key, self._tables[seal.kind], row)

    def _read_entry(self, position: int, row: Row) -> None:
        details: Mapping[str, Any] = row["details"]
        if row["action"] == BROUGHT_OVER and details["wrong"]:
            first, count = details["first_wrong"], details["wrong"]
            self.report.add(Wrong.OLDER_CHAIN_BROKEN, first, row["at"], {"count": count, "told_at": position})
        elif row["action"] == RESTORE_ACCEPTED:
            self.report.restores.append(read_restore(details))

    def _check_signature(self, seal: Any, checkpoint: Any, at: datetime | None) -> None:
        self.signed = checkpoint is not None
        fitting = next((each for each in self.anchors.get(seal.position, ()) if each.link == seal.hash), None)
        if fitting is not None:
            self.fitting[seal.position] = fitting
        if checkpoint is None:
            if fitting is not None:
                self.report.add(Wrong.CHECKPOINT_MISSING, seal.position, at)
            return
        signed = Anchor(checkpoint.position, checkpoint.at, checkpoint.hash, checkpoint.signature)
        if not signed.is_ours(self._chain):
            self.report.add(Wrong.CHECKPOINT_NOT_OURS, seal.position, at)
        elif signed.link != seal.hash:
            self.report.add(Wrong.CHECKPOINT_DIFFERS, seal.position, at)
        elif fitting is None and checkpoint.anchored_at is not None:
            self.unseen.append(signed)
