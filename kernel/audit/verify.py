"""Finds what was changed, removed, added or cut off in the trail, and says what nothing anchors yet.

It reads one snapshot in chunks: a chain of any length fits in memory, and rows written meanwhile disturb nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kernel.audit.anchors import Anchor, Found
from kernel.audit.findings import Report, Wrong
from kernel.audit.models import AuditCheckpoint, AuditSeal
from kernel.audit.outside import count_waiting, find_outside
from kernel.audit.restoring import gives_up
from kernel.audit.rows import covered_tables, row_key_of
from kernel.audit.store import rows_of
from kernel.audit.walk import Walk
from kernel.vault import Vault


def begin_verifying(session: Session) -> int:
    """Puts a fresh transaction on one snapshot. Returns how many links there are to walk, for a progress bar."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    return session.scalar(select(func.count()).select_from(AuditSeal)) or 0


def verify_audit(
    session: Session,
    vault: Vault,
    anchors: Iterable[Found],
    *,
    is_there: Callable[[str], bool],
    watch: Callable[[int], object] = lambda _links: None,
) -> Report:
    """Walks every link with its row, checkpoint and anchors, then the rows that are in no chain.

    `anchors` must have been read before the snapshot was taken, or a link made meanwhile would look cut off. `is_there`
    looks once more for the object of an anchor, which may be younger than that. `watch` is told how far each chunk led.
    """
    walk = Walk(session, vault, anchors)
    while walked := walk.step():
        watch(walked)
    _judge_end(session, walk)
    _judge_anchors(walk, is_there)
    _say_what_is_anchored(session, walk)
    if not walk.stopped:
        waiting = count_waiting(session, walk.report, row_key_of(vault), legacy=not walk.anchors)
        for name, table in covered_tables().items():
            find_outside(session, walk.report, table, walk.chained[name] + waiting[name])
    return walk.report


def _judge_end(session: Session, walk: Walk) -> None:
    report = walk.report
    if walk.stopped:
        return
    beyond = select(AuditCheckpoint.position, AuditCheckpoint.at).where(AuditCheckpoint.position > report.length)
    for position, at in session.execute(beyond.order_by(AuditCheckpoint.position)):
        report.add(Wrong.CHECKPOINT_DIFFERS, position, at)
    if report.length and not walk.signed:
        report.add(Wrong.END_NOT_SIGNED, report.length)


def _judge_anchors(walk: Walk, is_there: Callable[[str], bool]) -> None:
    report = walk.report
    missing = [anchor for anchor in walk.unseen if not is_there(anchor.name)]
    if missing:
        report.add(Wrong.ANCHOR_MISSING, missing[0].position, missing[0].at, _span(missing))
    fitting = set(walk.fitting.values())
    reached = report.length if walk.stopped else None
    left = [
        anchor
        for position, anchors in walk.anchors.items()
        for anchor in anchors
        if anchor not in fitting
        and (reached is None or position <= reached)
        and not any(gives_up(restore, anchor) for restore in report.restores)
    ]
    if left:
        left.sort(key=lambda anchor: anchor.position)
        after = max((position for position in walk.fitting if position < left[0].position), default=0)
        report.add(
            Wrong.ANCHORS_DO_NOT_FIT,
            left[0].position,
            max(anchor.at for anchor in left),
            {**_span(left), "after": after, "length": report.length},
        )


def _span(anchors: list[Anchor]) -> dict[str, int]:
    return {"count": len(anchors), "first": anchors[0].position, "last": anchors[-1].position}


def _say_what_is_anchored(session: Session, walk: Walk) -> None:
    report = walk.report
    if walk.fitting:
        report.anchored = max(walk.fitting)
        report.anchored_at = walk.fitting[report.anchored].at
    following = select(AuditSeal.kind, AuditSeal.entry_id).where(AuditSeal.position > report.anchored)
    found: Any = session.execute(following.order_by(AuditSeal.position).limit(1)).one_or_none()
    if found is not None:
        row = rows_of(session, [tuple(found)]).get(tuple(found))
        at: datetime | None = row["at"] if row else None
        report.unanchored_since = at
