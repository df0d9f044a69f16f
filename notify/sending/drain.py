"""The send drain: claims a chunk, commits, calls gateways with no connection held, records the outcomes, goes on.

Claims, calls and records overlap: while some calls run, the next chunk is claimed and the outcomes of the last are
written, each in a transaction of its own on a thread of its own.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from notify.channels.port import Gateway
from notify.pool.watch import Watch
from notify.sending.ledger import Ledger
from notify.sending.run import Means, Run
from notify.settings import SendSettings
from outbound.jobs.shared_pool import SharedPool


class Sender:
    """Owns the event loop in which the gateways keep their connections from one run to the next. For one thread.

    `asks` as in `Means`.
    """

    def __init__(
        self,
        ledger: Ledger,
        gateways: Mapping[str, Gateway],
        pool: SharedPool,
        watch: Watch,
        settings: SendSettings,
        *,
        asks: bool = True,
    ) -> None:
        threads = ThreadPoolExecutor(5, thread_name_prefix="ledger")
        self._means = Means(ledger, gateways, pool, watch, settings, threads, asks)
        self._runner = asyncio.Runner()

    def run(self, *, time_slice_s: float, told_to_stop: Callable[[], bool] = lambda: False) -> bool:
        """Sends what is due and asks about what is unknown, until dry, told to stop, or the slice is over. True when
        work is left.

        What was begun is finished and recorded even when the database fails meanwhile; its error is raised after that.
        """
        return self._runner.run(self._run(time_slice_s, told_to_stop))

    async def _run(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        # The loop stood still since the last run: let it notice which kept connections were closed meanwhile.
        for _ in range(3):
            await asyncio.sleep(0)
        return await Run(self._means).until(time_slice_s, told_to_stop)

    def close(self) -> None:
        """Closes every connection."""
        for gateway in self._means.gateways.values():
            self._runner.run(gateway.close())
        self._runner.close()
        self._means.threads.shutdown()
