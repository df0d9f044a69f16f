"""The drain of long files: takes one, judges it and declares its good rows, some at a time, and says how far it is."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kernel.clock import Clock, StoppedClock
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.storage import FileStore, StoreAwayError
from kernel.vault import Vault
from kernel.work import Work
from residence.batches.check import Judging, Verdict, refused
from residence.ports import FrontDesk
from residence.rules.findings import FileRefused, Finding
from residence.service import long_batches
from residence.service.batches import CONTENT, errors_key, opened, sheet_of
from residence.service.long_batches import MOST_TRIES, Claim, ClaimLost
from residence.states import BatchState

CHUNK: Final = 1000
"""Rows judged between two looks, and guests declared in one transaction, which holds the lodging: a quarter of a second
each."""
_STORE_AWAY: Final = timedelta(seconds=5)
_log = structlog.get_logger()


class _Stopped(Exception):  # noqa: N818 - says what happened
    """The process was told to end."""


class BatchWorker:
    """For one thread of one worker. `chunk`: rows at a time."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        files: FileStore,
        desk: FrontDesk,
        *,
        chunk: int = CHUNK,
    ) -> None:
        self._chunk = chunk
        self._database = database
        self._vault = vault
        self._clock = clock
        self._files = files
        self._desk = desk
        self._told_to_stop: Callable[[], bool] = lambda: False

    def run(self, *, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        """Works until no file is due. True when the slice ended before; a file that was begun is finished first."""
        self._told_to_stop = told_to_stop
        ends = time.monotonic() + time_slice_s
        while time.monotonic() < ends and not told_to_stop():
            with self._database.transaction() as session:
                claim = long_batches.claim(Work(session, self._vault, self._clock))
            if claim is None:
                return False
            self._attend_to(claim)
        return True

    def _attend_to(self, claim: Claim) -> None:
        with suppress(ClaimLost):
            try:
                self._work_at(claim)
            except _Stopped:
                self._put_off(claim, timedelta(), blameless=True)
            except StoreAwayError as error:
                _log.warning("batch.store_away", batch_id=str(claim.batch_id), reason=str(error))
                self._put_off(claim, _STORE_AWAY, blameless=True)
            except (ClaimLost, SQLAlchemyError):
                # Without the database nothing can be said; the claim runs out by itself.
                raise
            except Exception:
                _log.exception("batch.failed", batch_id=str(claim.batch_id), tries=claim.tries)
                self._put_off(claim, timedelta(seconds=2 ** min(claim.tries, 9)), blameless=False)

    def _work_at(self, claim: Claim) -> None:
        try:
            content = opened(self._vault, self._files, claim.batch_id, claim.file_key)
        except DomainError:
            _log.error("batch.file_gone", batch_id=str(claim.batch_id))
            with self._database.transaction() as session:
                long_batches.give_up(self._work(session, claim), claim)
            return
        verdict = self._judged(claim, content)
        del content
        if claim.state is BatchState.JUDGING and not self._recorded(claim, verdict):
            return
        self._declare(claim, verdict)

    def _judged(self, claim: Claim, content: bytes) -> Verdict:
        if claim.state is BatchState.JUDGING and claim.tries > MOST_TRIES:
            return refused(Finding("not_judged"))
        try:
            judging = Judging(content, claim.as_of)
        except FileRefused as refusal:
            return refused(refusal.finding)
        self._renew(claim, 0, judging.total)
        while judging.take(self._chunk):
            self._renew(claim, judging.judged, judging.total)
        verdict = judging.verdict()
        if verdict.returned:
            sheet = self._vault.seal_bytes(CONTENT, claim.batch_id, sheet_of(verdict))
            self._files.put(errors_key(claim.file_key), sheet)
        return verdict

    def _recorded(self, claim: Claim, verdict: Verdict) -> bool:
        with self._database.transaction() as session:
            go_on = long_batches.record_verdict(self._work(session, claim), claim, self._desk, verdict)
        if verdict.refused:
            # As of every file of which nothing can be used.
            self._files.delete(claim.file_key)
        return go_on

    def _declare(self, claim: Claim, verdict: Verdict) -> None:
        left = [each for each in verdict.accepted if each.row > claim.declared_to]
        if not left and not claim.declared_to:
            with self._database.transaction() as session:
                long_batches.give_up(self._work(session, claim), claim)
            return
        for start in range(0, max(len(left), 1), self._chunk):
            self._go_on()
            ends = start + self._chunk
            with self._database.transaction() as session:
                whole = verdict if ends >= len(left) else None
                long_batches.declare_some(self._work(session, claim), claim, self._desk, left[start:ends], whole)

    def _renew(self, claim: Claim, judged: int, total: int) -> None:
        self._go_on()
        with self._database.transaction() as session:
            long_batches.renew(self._work(session, claim), claim, judged, total)

    def _put_off(self, claim: Claim, wait: timedelta, *, blameless: bool) -> None:
        with self._database.transaction() as session:
            long_batches.put_off(self._work(session, claim), claim, wait, blameless=blameless)

    def _go_on(self) -> None:
        if self._told_to_stop():
            raise _Stopped

    def _work(self, session: Session, claim: Claim) -> Work:
        return Work(session, self._vault, StoppedClock(claim.as_of))
