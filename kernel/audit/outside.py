"""Rows that are in no chain: those that wait for the sealer, and those that were kept from it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kernel.audit.findings import Report, Wrong
from kernel.audit.models import AuditPending, AuditSeal
from kernel.audit.rows import covered_tables, mac_holds
from kernel.audit.store import rows_of

_CHUNK: Final = 2000
_MOST_NAMED: Final = 50


def count_waiting(session: Session, report: Report, row_key: bytes, *, legacy: bool) -> Counter[str]:
    """Judges the rows that wait for the sealer; returns how many of each table do. `legacy`: such rows may be older
    than digests, because nothing was ever anchored."""
    counts: Counter[str] = Counter()
    tables, after = covered_tables(), 0
    while waiting := session.execute(_waiting_after(after)).all():
        after = waiting[-1].seq
        rows = rows_of(session, [(each.kind, each.row_id) for each in waiting])
        for each in waiting:
            row = rows.get((each.kind, each.row_id))
            if row is None:
                report.add(Wrong.ROW_REMOVED_BEFORE_CHAINED, None, None, about_row(each.kind, each.row_id, None))
                continue
            counts[each.kind] += 1
            report.wait(row["at"])
            if not (legacy and each.legacy) and not mac_holds(row_key, tables[each.kind], row):
                report.add(Wrong.ROW_NOT_OURS, None, row["at"], about_row(each.kind, each.row_id, row))
    return counts


def find_outside(session: Session, report: Report, table: Table, known: int) -> None:
    """Names rows of a table that neither stand in the chain nor wait for it; `known` of its rows do."""
    total = session.scalar(select(func.count()).select_from(table)) or 0
    if total <= known:
        return
    chained = select(AuditSeal.position).where(AuditSeal.entry_id == table.c.id).exists()
    waiting = select(AuditPending.seq).where(AuditPending.row_id == table.c.id).exists()
    query = select(table).where(~chained, ~waiting).order_by(table.c.id)
    named = session.execute(query.limit(_MOST_NAMED)).mappings().all()
    for row in named:
        report.add(Wrong.ROW_OUTSIDE, None, row["at"], about_row(table.name, row["id"], row))
    report.wrong += max(total - known - len(named), 0)


def about_row(kind: str, row_id: UUID, row: Mapping[Any, Any] | None) -> dict[str, str | int]:
    """What names a row to a person: its table and id, and what it speaks of."""
    about: dict[str, str | int] = {"table": kind, "id": str(row_id)}
    for name in ("dossier_id", "action", "event", "kind"):
        if row is not None and row.get(name) is not None:
            about[name] = str(row[name])
    return about


def _waiting_after(after: int) -> Any:
    chained = select(AuditSeal.position).where(AuditSeal.entry_id == AuditPending.row_id).exists()
    columns = (AuditPending.seq, AuditPending.kind, AuditPending.row_id, AuditPending.legacy)
    return select(*columns).where(AuditPending.seq > after, ~chained).order_by(AuditPending.seq).limit(_CHUNK)
