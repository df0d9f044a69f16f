"""A drain: claims a chunk, commits, calls with no connection held, records what became of it, asks, and goes on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic

from outbound.jobs.run import D, JobWork, N, Run


class JobDrain(Generic[D, N]):
    """Owns the event loop in which connections are kept from one run to the next. For one thread."""

    def __init__(self, work: JobWork[D, N]) -> None:
        self._work = work
        self._runner = asyncio.Runner()
        self._threads = ThreadPoolExecutor(5, thread_name_prefix=work.name)

    def run(self, *, time_slice_s: float, told_to_stop: Callable[[], bool] = lambda: False) -> bool:
        """Makes what is due and asks about what is unknown, until dry, told to stop, or the slice is over. True when
        work is left.

        What was begun is finished and recorded even when the database fails meanwhile; its error is raised after that.
        """
        return self._runner.run(self._run(time_slice_s, told_to_stop))

    async def _run(self, time_slice_s: float, told_to_stop: Callable[[], bool]) -> bool:
        # The loop stood still since the last run: let it notice which kept connections were closed meanwhile.
        for _ in range(3):
            await asyncio.sleep(0)
        return await Run(self._work, self._threads).until(time_slice_s, told_to_stop)

    def close(self) -> None:
        """Closes every connection."""
        self._runner.run(self._work.caller.close())
        self._runner.close()
        self._threads.shutdown()
