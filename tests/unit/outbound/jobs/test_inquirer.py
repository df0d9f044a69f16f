"""Questions are taken while there is room, asked independently, and recorded each for itself."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from outbound.jobs.inquirer import AT_ONCE, Inquirer
from outbound.jobs.outcomes import AskFailed


@dataclass(frozen=True)
class Ask:
    name: str
    gateway: str = "gate"


@dataclass
class Asked:
    """Questions that come chunk by chunk. Those called "slow" are answered when `opened` is; "deaf" and "broken" never
    are."""

    chunks: list[list[Ask]]
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    rooms: list[int] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def claim(self, room: int) -> Sequence[Ask]:
        self.rooms.append(room)
        return self.chunks.pop(0) if self.chunks else []

    async def ask(self, question: Ask) -> str:
        if question.name == "slow":
            await self.opened.wait()
        if question.name == "deaf":
            raise AskFailed("busy")
        if question.name == "broken":
            raise RuntimeError("defect")
        return question.name

    def answered(self, question: Ask, answer: str) -> None:
        if question.name == "unstored":
            raise OSError("the database is away")
        self.known.append(answer)

    def unanswered(self, question: Ask) -> None:
        self.unknown.append(question.name)


def _run(
    chunks: list[list[Ask]], until: Callable[[Asked, Inquirer], bool], *, room: int = AT_ONCE
) -> tuple[Asked, Inquirer]:
    """Asks until this holds."""

    async def use() -> tuple[Asked, Inquirer]:
        with ThreadPoolExecutor(2) as threads:
            asked, stirred = Asked(chunks), asyncio.Event()
            inquirer = Inquirer(asked, threads, room=lambda: room, looked=stirred.set, answered=stirred.set)
            asking = asyncio.create_task(inquirer.ask_until_told())
            async with asyncio.timeout(20):
                while not asking.done() and not until(asked, inquirer):
                    stirred.clear()
                    await asyncio.wait({asking, asyncio.create_task(stirred.wait())}, timeout=0.05)
            inquirer.stop()
            asked.opened.set()
            await asking
            return asked, inquirer

    return asyncio.run(use())


def test_a_slow_answer_holds_up_no_other() -> None:
    told: list[str] = []

    def all_but_the_slow_one(asked: Asked, inquirer: Inquirer) -> bool:
        told[:] = asked.known
        return len(asked.known) == 2 and inquirer.open == 1

    asked, _ = _run([[Ask("slow"), Ask("first")], [Ask("second")]], all_but_the_slow_one)
    assert sorted(told) == ["first", "second"]
    assert sorted(asked.known) == ["first", "second", "slow"]


def test_no_answer_is_never_taken_for_a_no() -> None:
    asked, _ = _run([[Ask("deaf"), Ask("broken"), Ask("first")]], lambda _, inquirer: not inquirer.busy)
    assert asked.known == ["first"]
    assert sorted(asked.unknown) == ["broken", "deaf"]


def test_nothing_is_asked_while_there_is_no_room() -> None:
    looks: list[int] = []

    def twice(_: Asked, inquirer: Inquirer) -> bool:
        looks.append(inquirer.open)
        return len(looks) > 3

    asked, inquirer = _run([[Ask("first")]], twice, room=0)
    assert asked.rooms == []
    assert inquirer.busy


def test_open_questions_take_room_from_the_next() -> None:
    asked, _ = _run([[Ask("slow")] * 5, []], lambda asked, _: len(asked.rooms) > 1)
    assert asked.rooms[:2] == [AT_ONCE, AT_ONCE - 5]


def test_a_database_that_is_away_is_raised_after_the_other_answers_are_recorded() -> None:
    asked = Asked([[Ask("unstored"), Ask("first")]])

    async def use() -> None:
        with ThreadPoolExecutor(2) as threads:
            await Inquirer(
                asked, threads, room=lambda: AT_ONCE, looked=lambda: None, answered=lambda: None
            ).ask_until_told()

    with pytest.raises(OSError, match="away"):
        asyncio.run(use())
    assert asked.known == ["first"]
