"""One run of the send drain: claims, calls and records that overlap, the first and the last in transactions."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.observing.metrics import ATTEMPTS
from notify.channels.port import Gateway
from notify.pool.watch import Watch
from notify.sending.asking import Inquirer
from notify.sending.ledger import Ledger, Ready
from notify.sending.outcomes import News, expired, news_of, released
from notify.sending.states import DeliveryEvent
from notify.settings import SendSettings
from outbound.jobs.outcomes import Outcome, OutcomeKind
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
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Done:
    news: News
    gateway: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Means:
    """What a drain works with, the same from one run to the next. `threads` hold the ledger's transactions. `asks`:
    whether it asks gateways about what is unknown."""

    ledger: Ledger
    gateways: Mapping[str, Gateway]
    pool: SharedPool
    watch: Watch
    settings: SendSettings
    threads: ThreadPoolExecutor
    asks: bool


class Run:
    """One run of the drain."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._loop = asyncio.get_running_loop()
        self._inquirer = Inquirer(means.ledger, means.gateways, means.settings.patience, means.threads)
        self._waiting: list[tuple[int, int, Ready]] = []
        self._turns = count()
        self._calls: set[asyncio.Task[None]] = set()
        self._done: list[_Done] = []
        self._stirred = asyncio.Event()
        self._over = asyncio.Event()
        self._latency_s = 0.0
        self._dry = False
        self._more_to_see = False
        self._look_again = 0.0
        self._failure: Exception | None = None
        self._told_to_stop: Callable[[], bool] = lambda: False

    async def until(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        """Runs for at most `time_slice_s` and then as long as calls are open. True when work is left."""
        self._told_to_stop = told_to_stop
        if not self._means.watch.restored:
            await self._loop.run_in_executor(self._means.threads, self._means.watch.restore)
        ends = time.monotonic() + time_slice_s
        await self._begin(ends)
        watching = self._loop.create_task(self._keep_watch())
        inquiry = self._loop.create_task(self._ask())
        inquiry.add_done_callback(lambda _: self._stirred.set())
        while await self._turn(ends):
            if inquiry.done() and self._failure is None:
                self._failure = self._failure_of(inquiry)
        self._inquirer.stop()
        self._over.set()
        await asyncio.gather(inquiry, watching, return_exceptions=True)
        while await self._turn(0.0):
            # What was claimed at the last moment.
            pass
        failure = self._failure or self._failure_of(inquiry)
        if failure is not None:
            raise failure
        return not self._dry or self._inquirer.busy

    async def _begin(self, ends: float) -> None:
        """What the bell was rung for goes out before anything else is looked at; nothing can be held up by it yet."""
        wanted = self._wanted(time.monotonic() < ends and not self._told_to_stop())
        if not wanted:
            return
        try:
            self._hold(self._means.ledger.claim(wanted), wanted)
        except Exception as error:
            self._failure = error
        self._start_calls()
        if self._calls:
            await asyncio.wait(self._calls, timeout=_HEAD_START_S)

    async def _ask(self) -> None:
        if self._means.asks:
            await self._inquirer.ask_until_told(self._looked)
        else:
            self._inquirer.busy = False

    async def _keep_watch(self) -> None:
        """Beside the sending, and once more after it: the last call may have shown that a gateway is back."""
        while True:
            over = self._over.is_set()
            if self._means.watch.wanted():
                try:
                    if await self._loop.run_in_executor(self._means.threads, self._means.watch.look):
                        self._look_now()
                except SQLAlchemyError as error:
                    _log.warning("notify.watch_failed", error=type(error).__name__)
            if over:
                return
            await self._over_within(_WATCH_EVERY_S)

    async def _over_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return False
        return True

    async def _turn(self, ends: float) -> bool:
        """Claims and records what there is to; else waits for something to happen. False when all is done."""
        stopping = self._told_to_stop()
        wanted = self._wanted(time.monotonic() < ends and not stopping)
        batch, self._done = self._done, []
        if wanted or batch:
            await asyncio.gather(self._claim(wanted), self._record(batch))
            self._start_calls()
            return True
        if not self._calls and not self._waiting and (self._failure or stopping or not self._inquirer.busy):
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

    def _wanted(self, in_time: bool) -> int:
        """How many deliveries to claim now; 0 for none."""
        now = time.monotonic()
        if not in_time or self._failure is not None or (self._dry and now < self._look_again):
            return 0
        limit, chunk = self._means.settings.in_flight, self._means.settings.chunk
        ahead = max(_LEAST_AHEAD, min(chunk, int(limit * _AHEAD_S / max(self._latency_s, _AHEAD_S / 10))))
        room = limit - len(self._calls) + ahead - len(self._waiting)
        return min(room, chunk) if room > ahead // 2 else 0

    async def _claim(self, wanted: int) -> None:
        if not wanted:
            return
        self._more_to_see = False
        try:
            self._hold(await self._loop.run_in_executor(self._means.threads, self._means.ledger.claim, wanted), wanted)
        except Exception as error:
            self._failure = error

    def _hold(self, ready: Sequence[Ready], wanted: int) -> None:
        self._dry = len(ready) < wanted and not self._more_to_see
        self._look_again = time.monotonic() + _POLL_S
        for item in ready:
            heapq.heappush(self._waiting, (item.priority, next(self._turns), item))

    async def _record(self, batch: list[_Done]) -> None:
        if not batch:
            return
        news = [done.news for done in batch]
        try:
            await self._loop.run_in_executor(self._means.threads, self._means.ledger.record, news)
        except Exception as error:
            # Their leases run out, and then they are asked about: nothing is lost, and nothing is sent twice.
            self._failure = self._failure or error
            return
        if any(item.event is DeliveryEvent.RELEASE for item in news):
            self._look_now()
        for (gateway, outcome), number in Counter((done.gateway, done.outcome) for done in batch).items():
            ATTEMPTS.labels(gateway=gateway, outcome=outcome).inc(number)

    def _start_calls(self) -> None:
        while self._waiting and len(self._calls) < self._means.settings.in_flight:
            ready = heapq.heappop(self._waiting)[2]
            now = time.monotonic()
            if ready.failed is not None:
                self._drop(ready, news_of(ready.claim, ready.failed, self._means.settings.patience), ready.failed.kind)
            elif ready.valid_by is not None and now >= ready.valid_by:
                self._drop(ready, expired(ready.claim), "expired")
            elif now >= ready.start_by or self._means.pool.is_unfit(ready.gateway, pinned=ready.claim.pinned):
                # Also what was claimed before its gateway went out of use or to rest: another may take it.
                self._drop(ready, released(ready.claim), "released")
            else:
                task = self._loop.create_task(self._call(ready))
                self._calls.add(task)
                task.add_done_callback(self._called)

    def _called(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._start_calls()
        self._stirred.set()

    async def _call(self, ready: Ready) -> None:
        began = time.monotonic()
        outcome = await self._send(ready)
        took_s = time.monotonic() - began
        self._means.pool.record(ready.gateway, outcome.kind, took_s)
        self._latency_s += (took_s - self._latency_s) * _SMOOTHING
        outcome = self._means.pool.freed(
            ready.gateway, outcome, pinned=ready.claim.pinned, first=ready.claim.number == 1
        )
        self._finish(ready, news_of(ready.claim, outcome, self._means.settings.patience), outcome.kind)

    async def _send(self, ready: Ready) -> Outcome:
        gateway = self._means.gateways.get(ready.gateway)
        if gateway is None:
            _log.error("notify.no_gateway", gateway=ready.gateway)
            return Outcome(OutcomeKind.TRANSIENT, code="no_gateway", reason="not configured here", operator=True)
        try:
            return await gateway.send(ready.message)
        except Exception as error:
            # A defect of the adapter must not stop the others; the call may have left.
            _log.error("notify.gateway_crashed", gateway=ready.gateway, error=type(error).__name__)
            return Outcome(OutcomeKind.UNKNOWN, code="crashed", reason=type(error).__name__)

    def _drop(self, ready: Ready, news: News, outcome: str) -> None:
        """No call is made."""
        self._means.pool.not_called(ready.gateway)
        self._finish(ready, news, outcome)

    def _finish(self, ready: Ready, news: News, outcome: str) -> None:
        self._done.append(_Done(news, ready.gateway, str(outcome)))
        self._stirred.set()

    def _looked(self, found: bool) -> None:
        if found:
            self._look_now()
        self._stirred.set()

    def _look_now(self) -> None:
        """Deliveries have become due; a claim under way at this moment may not have seen them."""
        self._dry, self._more_to_see = False, True
        self._stirred.set()

    @staticmethod
    def _failure_of(task: "asyncio.Task[None]") -> Exception | None:
        error = task.exception() if task.done() and not task.cancelled() else None
        return error if isinstance(error, Exception) else None
