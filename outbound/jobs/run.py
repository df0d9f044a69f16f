"""One run of a drain, in its event loop: claims, calls and records overlap, threads hold the transactions."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Generic, NamedTuple, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.observing.metrics import ATTEMPTS
from outbound.jobs.inquirer import AT_ONCE, Inquirer
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.ports import (
    Bounds,
    Chunk,
    ClaimedDelivery,
    DeliveryNews,
    JobCaller,
    JobInquiries,
    JobLedger,
    JobWatch,
    Withheld,
)
from outbound.jobs.recording import Recorder
from outbound.jobs.shared_pool import SharedPool

_POLL_S: Final = 0.05
_GATHER_S: Final = 0.005
_WORTH_RECORDING: Final = 32
# How much of the future is claimed ahead of the calls: more than a claim takes, less than a lease.
_AHEAD_S: Final = 0.1
_WATCH_EVERY_S: Final = 0.2
# A request leaves in this time, if nothing else wants the processor.
_HEAD_START_S: Final = 0.02
_LEAST_AHEAD: Final = 4
_SMOOTHING: Final = 0.1
D = TypeVar("D", bound=ClaimedDelivery)
N = TypeVar("N", bound=DeliveryNews)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class JobWork(Generic[D, N]):
    """What a drain works with, the same from one run to the next. `name` is for logs.

    Without `inquiries` it asks about nothing, and another drain must. Without a `pool` every call is made, whatever
    became of those before it.
    """

    name: str
    ledger: JobLedger[D, N]
    caller: JobCaller[D, N]
    bounds: Bounds
    inquiries: JobInquiries[Any, Any] | None = None
    pool: SharedPool | None = None
    watch: JobWatch | None = None


class _Done(NamedTuple, Generic[N]):
    news: N
    gateway: str
    outcome: str


class Run(Generic[D, N]):
    """One run of the drain."""

    def __init__(self, work: JobWork[D, N], threads: ThreadPoolExecutor) -> None:
        self._work = work
        self._threads = threads
        self._record_all = Recorder(work.ledger.record, work.name)
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._inquirer = (
            None
            if work.inquiries is None
            else Inquirer(
                work.inquiries, threads, room=self._room_to_ask, looked=self._stirred.set, answered=self._look_now
            )
        )
        self._waiting: list[tuple[int, int, D]] = []
        self._turns = count()
        self._calls: set[asyncio.Task[None]] = set()
        self._done: list[_Done[N]] = []
        self._over = asyncio.Event()
        self._latency_s = 0.0
        self._dry = False
        self._more_to_see = False
        self._look_again = 0.0
        self._failure: Exception | None = None
        self._goes_on: Callable[[], bool] = lambda: False

    async def until(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        """Runs for at most `time_slice_s` and then as long as calls are open. True when work is left."""
        watch, ends = self._work.watch, time.monotonic() + time_slice_s
        if watch is not None and not watch.restored:
            await self._loop.run_in_executor(self._threads, watch.restore)
        self._goes_on = lambda: self._failure is None and time.monotonic() < ends and not told_to_stop()
        await self._begin()
        watching = self._loop.create_task(self._keep_watch())
        inquiry = self._loop.create_task(self._ask())
        inquiry.add_done_callback(lambda _: self._stirred.set())
        while await self._turn():
            if inquiry.done() and self._failure is None:
                self._failure = self._failure_of(inquiry)
        if self._inquirer is not None:
            self._inquirer.stop()
        self._over.set()
        await asyncio.gather(inquiry, watching, return_exceptions=True)
        self._goes_on = lambda: False
        while await self._turn():
            # What was claimed at the last moment.
            pass
        failure = self._failure or self._failure_of(inquiry)
        if failure is not None:
            raise failure
        return not self._dry or self._asking

    @property
    def _asking(self) -> bool:
        return self._inquirer is not None and self._inquirer.busy

    async def _begin(self) -> None:
        """What the bell was rung for goes out before anything else is looked at; nothing can be held up by it yet."""
        wanted = self._wanted()
        if not wanted:
            return
        try:
            self._hold(self._work.ledger.claim(wanted))
        except Exception as error:
            self._failure = error
        self._start_calls()
        if self._calls:
            await asyncio.wait(self._calls, timeout=_HEAD_START_S)

    async def _ask(self) -> None:
        if self._inquirer is not None:
            await self._inquirer.ask_until_told()

    async def _keep_watch(self) -> None:
        """Beside the calls, and once more after them: the last one may have shown that a gateway is back."""
        watch = self._work.watch
        while watch is not None:
            over = self._over.is_set()
            if watch.wanted():
                try:
                    if await self._loop.run_in_executor(self._threads, watch.look):
                        self._look_now()
                except SQLAlchemyError as error:
                    _log.warning("outbound.watch_failed", drain=self._work.name, error=type(error).__name__)
            if over:
                return
            try:
                async with asyncio.timeout(_WATCH_EVERY_S):
                    await self._over.wait()
            except TimeoutError:
                continue

    async def _turn(self) -> bool:
        """Claims and records what there is to; else waits for something to happen. False when all is done."""
        # An answer leaves a place to a call as another call does.
        self._start_calls()
        wanted = self._wanted()
        batch, self._done = self._done, []
        if wanted or batch:
            await asyncio.gather(self._claim(wanted), self._record(batch))
            self._start_calls()
            return True
        if not self._calls and not self._waiting and not (self._asking and self._goes_on()):
            return False
        self._stirred.clear()
        try:
            async with asyncio.timeout(_POLL_S):
                await self._stirred.wait()
        except TimeoutError:
            return True
        if len(self._done) < _WORTH_RECORDING:
            await asyncio.sleep(_GATHER_S)
        return True

    def _wanted(self) -> int:
        """How many deliveries to claim now; 0 for none."""
        if not self._goes_on() or (self._dry and time.monotonic() < self._look_again):
            return 0
        bounds = self._work.bounds
        soon = int(bounds.in_flight * _AHEAD_S / max(self._latency_s, _AHEAD_S / 10))
        ahead = min(max(_LEAST_AHEAD, soon), bounds.ahead)
        room = self._places() + ahead - len(self._waiting)
        return min(room, bounds.chunk) if room > ahead // 2 else 0

    def _places(self) -> int:
        """How many calls may be begun."""
        bounds, asked = self._work.bounds, self._inquirer.open if self._inquirer is not None else 0
        return bounds.in_flight - len(self._calls) - (0 if bounds.questions_apart else asked)

    def _room_to_ask(self) -> int:
        return AT_ONCE if self._work.bounds.questions_apart else self._places()

    async def _claim(self, wanted: int) -> None:
        if not wanted:
            return
        self._more_to_see = False
        try:
            self._hold(await self._loop.run_in_executor(self._threads, self._work.ledger.claim, wanted))
        except Exception as error:
            self._failure = error

    def _hold(self, chunk: Chunk[D]) -> None:
        self._dry = not chunk.more and not self._more_to_see
        self._look_again = time.monotonic() + _POLL_S
        for delivery in chunk.deliveries:
            heapq.heappush(self._waiting, (delivery.priority, next(self._turns), delivery))

    async def _record(self, batch: list[_Done[N]]) -> None:
        if not batch:
            return
        try:
            more = await self._loop.run_in_executor(self._threads, self._record_all, [done.news for done in batch])
        except Exception as error:
            # Their leases run out, and then they are asked about: nothing is lost, and nothing is sent twice.
            self._failure = self._failure or error
            return
        if more:
            self._look_now()
        for (gateway, outcome), number in Counter((done.gateway, done.outcome) for done in batch).items():
            ATTEMPTS.labels(gateway=gateway, outcome=outcome).inc(number)

    def _start_calls(self) -> None:
        while self._waiting and self._places() > 0:
            delivery = heapq.heappop(self._waiting)[2]
            withheld = self._withheld(delivery)
            if withheld is None:
                task = self._loop.create_task(self._call(delivery))
                self._calls.add(task)
                task.add_done_callback(self._called)
                continue
            if self._work.pool is not None:
                self._work.pool.not_called(delivery.gateway)
            self._finish(delivery, *withheld)

    def _withheld(self, delivery: D) -> Withheld[N] | None:
        caller, pool = self._work.caller, self._work.pool
        withheld = caller.withheld(delivery)
        if withheld is not None:
            return withheld
        unfit = pool is not None and pool.is_unfit(delivery.gateway, pinned=delivery.pinned)
        if unfit or time.monotonic() >= delivery.start_by:
            # Also what was claimed before its gateway went out of use or to rest: another may take it.
            return Withheld(caller.released(delivery), "released")
        return None

    def _called(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._start_calls()
        self._stirred.set()

    async def _call(self, delivery: D) -> None:
        began = time.monotonic()
        try:
            outcome = await self._work.caller.call(delivery)
        except Exception as error:
            # A defect of the adapter must not stop the others; the call may have left.
            which, kind = delivery.gateway, type(error).__name__
            _log.error("outbound.call_crashed", drain=self._work.name, gateway=which, error=kind)
            outcome = Outcome(OutcomeKind.UNKNOWN, code="crashed", reason=kind)
        took_s = time.monotonic() - began
        self._latency_s += (took_s - self._latency_s) * _SMOOTHING
        if self._work.pool is not None:
            self._work.pool.record(delivery.gateway, outcome.kind, took_s)
            outcome = self._work.pool.freed(delivery.gateway, outcome, pinned=delivery.pinned, first=delivery.first)
        self._finish(delivery, self._work.caller.news_of(delivery, outcome), outcome.kind)

    def _finish(self, delivery: D, news: N, outcome: str) -> None:
        self._done.append(_Done(news, delivery.gateway, str(outcome)))
        self._stirred.set()

    def _look_now(self) -> None:
        """Deliveries have become due; a claim under way at this moment may not have seen them."""
        self._dry, self._more_to_see = False, True
        self._stirred.set()

    @staticmethod
    def _failure_of(task: "asyncio.Task[None]") -> Exception | None:
        error = task.exception() if task.done() and not task.cancelled() else None
        return error if isinstance(error, Exception) else None
