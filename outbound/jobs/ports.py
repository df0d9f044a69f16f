"""What a domain gives to have its deliveries made: what is claimed, its tables, its calls and its questions.

All that differs between domains stands behind these four. A domain's tables fence with a generation of their own: what
is recorded of a claim that a later one has followed must leave the delivery alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from outbound.jobs.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """Something that this process alone may hand over now, to `gateway`, in one call that begins before `start_by`.

    `start_by` is in monotonic seconds. The lowest `priority` goes first. `pinned`: no other gateway of its pool may
    take it. `first`: no call was made for it before.
    """

    gateway: str
    start_by: float
    priority: int = 0
    pinned: bool = False
    first: bool = True


class DeliveryNews(Protocol):
    """What is to be recorded of one claim."""

    @property
    def delivery_id(self) -> UUID: ...


D_co = TypeVar("D_co", bound=ClaimedDelivery, covariant=True)
D_contra = TypeVar("D_contra", bound=ClaimedDelivery, contravariant=True)
N_co = TypeVar("N_co", bound=DeliveryNews, covariant=True)
N_contra = TypeVar("N_contra", bound=DeliveryNews, contravariant=True)
Q = TypeVar("Q", bound="JobQuestion")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Chunk(Generic[D_co]):
    """What one claim took. `more`: whether it may have left something that is due."""

    deliveries: Sequence[D_co]
    more: bool


class Withheld(NamedTuple, Generic[N_co]):
    """A delivery that is not called for. `why` is a word for the metrics."""

    news: N_co
    why: str


class JobLedger(Protocol[D_co, N_contra]):
    """Each method opens a transaction, commits it and holds no connection afterwards. Safe in threads."""

    def claim(self, room: int) -> Chunk[D_co]:
        """Takes up to `room` deliveries that are due, each under a lease."""
        ...

    def record(self, news: Sequence[N_contra]) -> bool:
        """Writes down what became of claims. True when something may have become due by it."""
        ...


class JobCaller(Protocol[D_contra, N_co]):
    """Lives in one event loop."""

    def withheld(self, delivery: D_contra) -> Withheld[N_co] | None:
        """What is recorded at once of a delivery that is not worth a call (any more); None for one that is."""
        ...

    def released(self, delivery: D_contra) -> N_co:
        """The call is not begun: somebody else may take the delivery at once."""
        ...

    async def call(self, delivery: D_contra) -> Outcome:
        """Hands it over, holding no connection to the database. What it raises counts as an unknown outcome."""
        ...

    def news_of(self, delivery: D_contra, outcome: Outcome) -> N_co:
        """What follows from the outcome of the call."""
        ...

    async def close(self) -> None:
        """Closes its connections; a later call may open them again."""
        ...


class JobQuestion(Protocol):
    """What is asked of a gateway about a call whose end nobody saw."""

    @property
    def gateway(self) -> str: ...


class JobInquiries(Protocol[Q, A]):
    """Claim, call and record once more, for questions. The transactions are safe in threads."""

    def claim(self, room: int) -> Sequence[Q]:
        """Ends leases that ran out and takes up to `room` questions that are due. One transaction."""
        ...

    async def ask(self, question: Q) -> A:
        """The answer, holding no connection to the database. What it raises counts as no answer; AskFailed is what is
        raised for a party that cannot say now."""
        ...

    def answered(self, question: Q, answer: A) -> None:
        """Records what follows from an answer. One transaction."""
        ...

    def unanswered(self, question: Q) -> None:
        """There was no answer: puts the question off. One transaction."""
        ...


class JobWatch(Protocol):
    """Looks after what is beside the deliveries. For one thread at a time. `restored`: whether `restore` was called."""

    restored: bool

    def restore(self) -> None:
        """Before the first delivery."""
        ...

    def wanted(self) -> bool:
        """Whether there is something to look after now."""
        ...

    def look(self) -> bool:
        """One transaction. True when deliveries have become due by it."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """`in_flight`: calls open at once in one process. `chunk`: the most deliveries of one claim. `ahead`: the most that
    are claimed before there is a place for their call. `questions_apart`: questions are open beside the calls in
    flight; else they take places among them."""

    in_flight: int
    chunk: int
    ahead: int
    questions_apart: bool
