"""The run of a drain over tables and a party that are made up: what is called, withheld, given back, and asked."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from kernel.ids import new_id
from outbound.jobs.drain import JobDrain
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.ports import Bounds, Chunk, ClaimedDelivery, Withheld
from outbound.jobs.run import JobWork

APART = Bounds(2, 8, ahead=4, questions_apart=True)
WITHIN = Bounds(3, 3, ahead=0, questions_apart=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(ClaimedDelivery):
    delivery_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class News:
    delivery_id: UUID
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    number: int
    gateway: str = "gate"


@dataclass
class Post:
    """Ledger, caller and inquiries in one. A parcel called "broken" breaks the caller, "spoilt" is not worth a call,
    and "late" was claimed too long ago. `open`, `most`: calls and questions that are open, and were at most."""

    due: list[str] = field(default_factory=list)
    questions: int = 0
    call_s: float = 0.0
    news: list[News] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    claimed_questions: int = 0
    open: int = 0
    most: int = 0
    closed: bool = False

    def claim(self, room: int) -> Chunk[Parcel]:
        taken, self.due = self.due[:room], self.due[room:]
        start_by = time.monotonic() + 60
        parcels = [
            Parcel("gate", 0.0 if name == "late" else start_by, delivery_id=new_id(), name=name) for name in taken
        ]
        return Chunk(parcels, more=bool(self.due))

    def record(self, news: Sequence[News]) -> bool:
        self.news += news
        return False

    def withheld(self, delivery: Parcel) -> Withheld[News] | None:
        return Withheld(News(delivery.delivery_id, delivery.name, "spoilt"), "x") if delivery.name == "spoilt" else None

    def released(self, delivery: Parcel) -> News:
        return News(delivery.delivery_id, delivery.name, "released")

    async def call(self, delivery: Parcel) -> Outcome:
        self.calls.append(delivery.name)
        await self._busy()
        if delivery.name == "broken":
            raise RuntimeError("defect")
        return Outcome(OutcomeKind.ACCEPTED)

    def news_of(self, delivery: Parcel, outcome: Outcome) -> News:
        return News(delivery.delivery_id, delivery.name, str(outcome.kind))

    async def close(self) -> None:
        self.closed = True

    async def _busy(self) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        await asyncio.sleep(self.call_s)
        self.open -= 1


class Questions:
    def __init__(self, post: Post) -> None:
        self._post = post

    def claim(self, room: int) -> Sequence[Asked]:
        taken = min(room, self._post.questions)
        self._post.questions -= taken
        self._post.claimed_questions += taken
        return [Asked(number) for number in range(taken)]

    async def ask(self, question: Asked) -> int:
        await self._post._busy()
        return question.number

    def answered(self, question: Asked, answer: int) -> None:
        assert question.number == answer

    def unanswered(self, question: Asked) -> None:
        raise AssertionError(question)


def _drain(post: Post, bounds: Bounds = APART, *, time_slice_s: float = 20.0) -> bool:
    drain = JobDrain(JobWork("post", post, post, bounds, Questions(post)))
    try:
        return drain.run(time_slice_s=time_slice_s)
    finally:
        drain.close()


def test_each_delivery_is_called_once_and_recorded() -> None:
    post = Post([str(number) for number in range(40)])
    assert _drain(post) is False
    assert sorted(post.calls) == sorted(news.name for news in post.news) == sorted(str(number) for number in range(40))
    assert post.most <= APART.in_flight
    assert post.closed


def test_what_is_not_worth_a_call_or_too_late_for_one_is_not_called() -> None:
    post = Post(["spoilt", "late", "good"])
    _drain(post)
    assert post.calls == ["good"]
    assert {news.name: news.what for news in post.news} == {"spoilt": "spoilt", "late": "released", "good": "accepted"}


def test_a_caller_that_breaks_has_perhaps_called() -> None:
    post = Post(["broken", "good"])
    _drain(post)
    assert {news.name: news.what for news in post.news} == {"broken": "unknown", "good": "accepted"}


@pytest.mark.parametrize("questions", [1, 40])
def test_questions_within_the_bound_take_places_among_the_calls(questions: int) -> None:
    post = Post([str(number) for number in range(30)], questions=questions, call_s=0.005)
    _drain(post, WITHIN)
    assert post.most <= WITHIN.in_flight
    assert (len(post.calls), post.claimed_questions) == (30, questions)


def test_a_slice_that_is_over_begins_no_call_and_no_further_question() -> None:
    post = Post(["first"], questions=10**6, call_s=0.01)
    assert _drain(post, time_slice_s=0.2) is True
    assert 0 < post.claimed_questions < 10**6
    idle = Post(["first"])
    assert _drain(idle, time_slice_s=0.0) is True
    assert idle.calls == []
