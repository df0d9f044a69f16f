"""The residence drain: takes arrays that are due, commits, calls the authority with no connection held, records.

Claims, calls and records overlap: while some calls run, the next arrays are claimed and the ends of the last are
written, each in a transaction of its own on a thread of its own.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import structlog

from kernel.observing.metrics import ATTEMPTS
from outbound.jobs.outcomes import AskFailed, OutcomeKind
from residence.authority.port import ArrayOutcome, LodgingPortal, Trial
from residence.transmission.claims import Ready
from residence.transmission.ledger import Ledger, Untried
from residence.transmission.news import News, TransmissionPatience, news_of, released
from residence.transmission.questions import Question

AUTHORITY: Final = "kbtt"
_POLL_S: Final = 0.05
_LOOK_EVERY_S: Final = 1.0
_ASKED_AT_ONCE: Final = 16
T = TypeVar("T")
_log = structlog.get_logger()


class Transmitter:
    """Owns the event loop in which the portal keeps its connections from one run to the next. For one thread."""

    def __init__(self, ledger: Ledger, portal: LodgingPortal, patience: TransmissionPatience, in_flight: int) -> None:
        self._ledger = ledger
        self._portal = portal
        self._patience = patience
        self._in_flight = in_flight
        self._runner = asyncio.Runner()
        self._threads = ThreadPoolExecutor(3, thread_name_prefix="residence")

    def run(self, *, time_slice_s: float, told_to_stop: Callable[[], bool] = lambda: False) -> bool:
        """Sends what is due and asks about what is not certain, until dry, told to stop, or the slice is over. True
        when work is left.

        What was begun is finished and recorded even when the database fails meanwhile; its error is raised after that.
        """
        return self._runner.run(self._run(time_slice_s, told_to_stop))

    async def _run(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        # The loop stood still since the last run: let it notice which kept connections were closed meanwhile.
        for _ in range(3):
            await asyncio.sleep(0)
        return await _Run(self._ledger, self._portal, self._patience, self._in_flight, self._threads).until(
            time_slice_s, told_to_stop
        )

    def close(self) -> None:
        """Closes every connection."""
        self._runner.run(self._portal.close())
        self._runner.close()
        self._threads.shutdown()


class _Run:
    """One run of the drain."""

    def __init__(
        self,
        ledger: Ledger,
        portal: LodgingPortal,
        patience: TransmissionPatience,
        in_flight: int,
        threads: ThreadPoolExecutor,
    ) -> None:
        self._ledger = ledger
        self._portal = portal
        self._patience = patience
        self._in_flight = in_flight
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._calls: set[asyncio.Task[News | None]] = set()
        self._dry = False
        self._look_at = 0.0
        self._ask_at = 0.0

    async def until(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        """Runs for at most `time_slice_s` and then as long as calls are open. True when work is left."""
        ends = time.monotonic() + time_slice_s
        failure: Exception | None = None

        def goes_on() -> bool:
            return failure is None and time.monotonic() < ends and not told_to_stop()

        while self._calls or (goes_on() and not self._done()):
            try:
                if goes_on():
                    await self._begin()
                await self._finish()
            except Exception as error:
                # What is not recorded keeps its lease, and is asked about when that runs out.
                failure = failure or error
        if failure is not None:
            raise failure
        return not self._done()

    def _done(self) -> bool:
        return self._dry and not self._calls

    async def _begin(self) -> None:
        now = time.monotonic()
        room = self._in_flight - len(self._calls)
        if now >= self._ask_at and room > 0:
            questions = await self._in_thread(self._ledger.questions, min(room, _ASKED_AT_ONCE))
            self._ask_at = now + (_POLL_S if questions else _LOOK_EVERY_S)
            room -= len(questions)
            self._dry = self._dry and not questions
            for question in questions:
                self._start(self._ask(question))
            for untried in await self._in_thread(self._ledger.untried, _ASKED_AT_ONCE):
                self._start(self._try_account(untried))
        if room > 0 and (not self._dry or now >= self._look_at):
            ready, taken = await self._in_thread(self._ledger.claim, room)
            self._dry = not taken
            self._look_at = now + _POLL_S
            for each in ready:
                self._start(self._declare(each))

    async def _finish(self) -> None:
        """Records the calls that have ended."""
        if not self._calls:
            return
        ended, self._calls = await asyncio.wait(self._calls, timeout=_POLL_S, return_when=asyncio.FIRST_COMPLETED)
        # An answer may make the next array of its lodging due.
        self._dry = self._dry and not ended
        news = [told for call in ended if call.exception() is None and (told := call.result()) is not None]
        if news:
            await self._in_thread(self._ledger.record, news)
        for error in filter(None, (call.exception() for call in ended)):
            raise error

    async def _declare(self, ready: Ready) -> News:
        if time.monotonic() >= ready.start_by:
            return released(ready.claim)
        try:
            outcome = await self._portal.declare(ready.account, ready.kind, ready.array)
        except Exception as error:
            # A defect of the adapter must not stop the others; the call may have been made.
            _log.error("residence.portal_crashed", error=type(error).__name__)
            outcome = ArrayOutcome(OutcomeKind.UNKNOWN, code="crashed", reason=type(error).__name__)
        ATTEMPTS.labels(gateway=AUTHORITY, outcome=outcome.kind.value).inc()
        return news_of(ready.claim, outcome, self._patience)

    async def _ask(self, question: Question) -> None:
        counted: int | None = None
        try:
            if question.account is not None:
                counted = await self._portal.count(question.account, question.kind, question.arrived_on)
        except AskFailed as error:
            _log.info("residence.no_count", asked=question.asked, error=str(error))
            await self._in_thread(self._ledger.ask_later, question)
            return
        except Exception as error:
            _log.error("residence.count_crashed", error=type(error).__name__)
            await self._in_thread(self._ledger.ask_later, question)
            return
        await self._in_thread(self._ledger.answer, question, counted)

    async def _try_account(self, untried: Untried) -> None:
        try:
            trial = await self._portal.try_account(untried.account)
        except Exception as error:
            # A defect of the adapter must not stop the others.
            _log.error("residence.trial_crashed", error=type(error).__name__)
            trial = Trial.UNANSWERED
        await self._in_thread(self._ledger.tried, untried, trial)

    def _start(self, call: Coroutine[Any, Any, News | None]) -> None:
        self._calls.add(self._loop.create_task(call))

    async def _in_thread(self, act: Callable[..., T], *given: object) -> T:
        return await self._loop.run_in_executor(self._threads, act, *given)
