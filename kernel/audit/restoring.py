"""A backup restored on purpose: the database is older than its anchors, and somebody answers for it.

The act is an entry of the trail, signed like every other: nobody without the key can write one. Anchors that were made
before it and lie after the point of the backup are given up by it; the older and the newer ones hold as before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM
from kernel.audit.anchors import Anchor
from kernel.audit.findings import AcceptedRestore, Report, Wrong
from kernel.audit.writing import write_audit

RESTORE_ACCEPTED: Final = "audit.restore_accepted"


class NotARestore(ValueError):  # noqa: N818 - reads as what it says
    """What the verifier has found is not, or not only, that the database is older than its anchors."""


def accept_restore(session: Session, report: Report, reason: str) -> AcceptedRestore:
    """Records that the database was taken back to an older state on purpose. Raises NotARestore."""
    if report.wrong != 1 or report.findings[0].code is not Wrong.ANCHORS_DO_NOT_FIT:
        raise NotARestore
    about = report.findings[0].about
    # Anchors carry the database's time as well.
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    accepted = AcceptedRestore(int(about["after"]), int(about["last"]), now, reason)
    write_audit(
        session,
        SYSTEM,
        RESTORE_ACCEPTED,
        "audit_seal",
        None,
        after=accepted.after,
        until=accepted.until,
        at=now.isoformat(),
        reason=reason,
    )
    return accepted


def read_restore(details: Mapping[str, Any]) -> AcceptedRestore:
    """From the details of an entry whose digest holds."""
    return AcceptedRestore(details["after"], details["until"], datetime.fromisoformat(details["at"]), details["reason"])


def gives_up(restore: AcceptedRestore, anchor: Anchor) -> bool:
    return restore.after < anchor.position <= restore.until and anchor.at < restore.at
