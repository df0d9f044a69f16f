"""Long files of guests: a worker claims one, judges it, and declares its good rows, some at a time.

Each verb is one short transaction. All but `claim` look first whether the claim still holds, so a worker that was
thought dead writes nothing more. What one has done stands: its successor judges the file again, as of the same instant,
and goes on behind the last row that was declared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.work import Work
from residence import store
from residence.batches import store as batch_store
from residence.batches.check import Accepted, Verdict
from residence.batches.store import NOW
from residence.models import Batch
from residence.ports import FrontDesk
from residence.service.batches import finish, settle
from residence.service.declaring import begin_stays, tell
from residence.states import BATCH_MOVES, BatchEvent, BatchState

LEASE: Final = timedelta(seconds=30)
"""Longer than the largest file takes to be opened, which is the longest that a worker is silent."""
MOST_TRIES: Final = 5


class ClaimLost(Exception):  # noqa: N818 - says what happened
    """Somebody else has claimed the file since, or it is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file to work at; `generation` tells this claim from later ones, the rest is as on the row."""

    batch_id: UUID
    generation: int
    state: BatchState
    as_of: datetime
    file_key: str
    declared_to: int
    tries: int


def claim(work: Work) -> Claim | None:
    """The file that has waited longest, until LEASE is over or the claim is renewed; None where none is due."""
    batch = batch_store.take_due(work.session, LEASE)
    if batch is None:
        return None
    return Claim(
        batch.id,
        batch.generation,
        BatchState(batch.state),
        batch.as_of,
        batch.file_key,
        batch.declared_to,
        batch.tries,
    )


def renew(work: Work, claim: Claim, judged: int, total: int) -> None:
    """Says how many rows of how many are judged. Raises ClaimLost, as all the following do."""
    batch = _claimed(work, claim)
    batch.due_at = NOW + LEASE
    if batch.state == BatchState.JUDGING:
        batch.judged, batch.rows = judged, total
    work.session.flush()


def record_verdict(work: Work, claim: Claim, desk: FrontDesk, verdict: Verdict) -> bool:
    """The verdict over a file that was being judged. True where its good rows are to be declared at once."""
    batch = _claimed(work, claim)
    batch.tries = 0
    settle(work, batch, verdict, desk)
    sender = _actor(batch.created_by, batch.client_id)
    write_audit(work.session, sender, "batch.check", "batch", batch.id, rows=batch.rows, rejected=batch.rejected)
    asked = batch.acceptor_id is not None or batch.accepting_client is not None
    if asked and verdict.accepted:
        batch.state = BATCH_MOVES.move(BatchState(batch.state), BatchEvent.ACCEPT).value
        # Asked for since it was claimed: it is judged again as of then.
        same_instant = batch.as_of == claim.as_of
        batch.due_at = NOW + LEASE if same_instant else NOW
        work.session.flush()
        return same_instant
    _rest(batch)
    work.session.flush()
    return False


def declare_some(work: Work, claim: Claim, desk: FrontDesk, rows: Sequence[Accepted], whole: Verdict | None) -> None:
    """Declares good rows of a file; with the last of them comes the `whole` verdict, and the file is accepted."""
    # The lodging before its file, as everybody takes them.
    lodging_id = batch_store.lodging_of(work.session, claim.batch_id)
    lodging = store.find_lodging(work.session, lodging_id, lock=True)
    batch = _claimed(work, claim)
    actor, guests = _actor(batch.acceptor_id, batch.accepting_client), [each.declaration for each in rows]
    rule = desk.settings.night_rule
    declared = begin_stays(work, actor, lodging, guests, rule=rule, batch_id=batch.id)
    batch.accepted += len(declared.declarations)
    batch.repeated += declared.repeated
    batch.declared_to = rows[-1].row if rows else batch.declared_to
    batch.tries, batch.due_at = 0, NOW + LEASE
    if whole is not None:
        finish(work, batch, whole, desk)
        _rest(batch)
        if batch.accepted:
            tell(work, lodging.id, batch.id, [])
        write_audit(work.session, actor, "batch.accept", "batch", batch.id, guests=batch.accepted)
    work.session.flush()


def give_up(work: Work, claim: Claim) -> None:
    """Ends an acceptance of which nothing can be declared: the file is gone from the store, or no row is good (any
    more). One of which something was declared waits until it is sent again, as does one that was not judged yet."""
    batch = _claimed(work, claim)
    if batch.state == BatchState.ACCEPTING and not batch.declared_to:
        batch.state = BATCH_MOVES.move(BatchState.ACCEPTING, BatchEvent.GIVE_UP).value
        batch.acceptor_id = batch.accepting_client = None
    batch.due_at, batch.tries = None, 0
    work.session.flush()


def put_off(work: Work, claim: Claim, wait: timedelta, *, blameless: bool) -> None:
    """Lets go of a file for a while; `blameless`: what went wrong lies not in the file."""
    batch = _claimed(work, claim)
    batch.due_at = NOW + wait
    if blameless:
        batch.tries = max(0, batch.tries - 1)
    work.session.flush()


def _claimed(work: Work, claim: Claim) -> Batch:
    batch = batch_store.claimed(work.session, claim.batch_id, claim.generation)
    if batch is None:
        raise ClaimLost
    return batch


def _rest(batch: Batch) -> None:
    """Nothing is to be done for it until somebody asks again."""
    batch.due_at = None
    if batch.state != BatchState.ACCEPTED:
        batch.acceptor_id = batch.accepting_client = None


def _actor(person_id: UUID | None, client_id: UUID | None) -> Actor:
    """Whoever asked, as whom the worker acts: their right was looked at when they did."""
    if client_id is not None:
        return Actor(ActorKind.CLIENT, client_id=client_id)
    return Actor(ActorKind.CITIZEN, person_id=person_id)
