"""Deliveries whose fate nobody saw are asked about, beside the calls of one run."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog

from outbound.jobs.outcomes import AskFailed
from outbound.jobs.ports import JobInquiries, JobQuestion

AT_ONCE: Final = 16
_LOOK_EVERY_S: Final = 1.0
_POLL_S: Final = 0.05
_log = structlog.get_logger()


class Inquirer:
    """`busy` until a look has found nothing to ask about and every answer is recorded. `room`: for how many questions
    there is a place now. `looked` is called after each look, `answered` after each answer that was recorded."""

    def __init__(
        self,
        inquiries: JobInquiries[Any, Any],
        threads: ThreadPoolExecutor,
        *,
        room: Callable[[], int],
        looked: Callable[[], None],
        answered: Callable[[], None],
    ) -> None:
        self._inquiries = inquiries
        self._threads = threads
        self._room = room
        self._looked = looked
        self._answered = answered
        self._loop = asyncio.get_running_loop()
        self._open: set[asyncio.Task[None]] = set()
        self._told = asyncio.Event()
        self._dry = False

    @property
    def busy(self) -> bool:
        return not self._dry or bool(self._open)

    @property
    def open(self) -> int:
        """How many questions have no answer yet."""
        return len(self._open)

    def stop(self) -> None:
        self._told.set()

    async def ask_until_told(self) -> None:
        """Looks every second, and soon after it has found or learnt something. Raises what the database raises."""
        try:
            while not self._told.is_set():
                found = await self._look()
                self._looked()
                await self._pause(_POLL_S if found else _LOOK_EVERY_S)
        finally:
            await asyncio.gather(*self._open, return_exceptions=True)
        self._collect()

    async def _look(self) -> bool:
        """Whether there may be more to ask about than was taken until now."""
        room = min(AT_ONCE - len(self._open), self._room())
        if room <= 0:
            return True
        questions = await self._loop.run_in_executor(self._threads, self._inquiries.claim, room)
        self._dry = not questions
        self._open |= {self._loop.create_task(self._settle(question)) for question in questions}
        return bool(questions)

    async def _settle(self, question: JobQuestion) -> None:
        try:
            answer = await self._inquiries.ask(question)
        except Exception as error:
            # No answer is never taken for a no, and a defect of the adapter must not stop other questions.
            told = str(error) if isinstance(error, AskFailed) else type(error).__name__
            say = _log.warning if isinstance(error, AskFailed) else _log.error
            say("outbound.no_answer", gateway=question.gateway, error=told)
            await self._loop.run_in_executor(self._threads, self._inquiries.unanswered, question)
        else:
            await self._loop.run_in_executor(self._threads, self._inquiries.answered, question, answer)
        self._answered()

    async def _pause(self, seconds: float) -> None:
        """Until an answer is recorded, or so long."""
        told = self._loop.create_task(self._told.wait())
        try:
            await asyncio.wait({told, *self._open}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
        self._collect()

    def _collect(self) -> None:
        ended = {task for task in self._open if task.done()}
        self._open -= ended
        for task in ended:
            task.result()
