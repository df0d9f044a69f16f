"""The residence drain: what arrays for the authority add to `outbound.jobs`, where claims, calls and questions are.

The authority is one party, called whatever became of the calls before: there is no other to go to.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from outbound.jobs.drain import JobDrain
from outbound.jobs.outcomes import Outcome
from outbound.jobs.ports import Bounds
from outbound.jobs.run import JobWork
from residence.authority.port import LodgingPortal, Trial
from residence.transmission.claims import ClaimedArray
from residence.transmission.ledger import Ledger, UntriedAccount
from residence.transmission.news import News, TransmissionPatience, news_of, released
from residence.transmission.questions import CountInquiry

NAME: Final = "residence"
TransmissionDrain: TypeAlias = JobDrain[ClaimedArray, News]
AuthorityQuestion: TypeAlias = CountInquiry | UntriedAccount
AuthorityAnswer: TypeAlias = int | Trial | None


def transmission_drain(
    ledger: Ledger, portal: LodgingPortal, patience: TransmissionPatience, in_flight: int
) -> TransmissionDrain:
    """The drain of arrays, for one thread. `in_flight` bounds calls and questions together, as the portal's
    connections are."""
    bounds = Bounds(in_flight, in_flight, ahead=0, questions_apart=False)
    work = JobWork(NAME, ledger, ArrayCaller(portal, patience), bounds, AuthorityInquiries(ledger, portal))
    return JobDrain(work)


class ArrayCaller:
    """Hands arrays to the portal, each under its lodging's account."""

    def __init__(self, portal: LodgingPortal, patience: TransmissionPatience) -> None:
        self._portal = portal
        self._patience = patience

    def withheld(self, delivery: ClaimedArray) -> None:  # noqa: ARG002 - nothing is known of it that the claim did not
        return None

    def released(self, delivery: ClaimedArray) -> News:
        return released(delivery.claim)

    async def call(self, delivery: ClaimedArray) -> Outcome:
        return await self._portal.declare(delivery.account, delivery.kind, delivery.array)

    def news_of(self, delivery: ClaimedArray, outcome: Outcome) -> News:
        return news_of(delivery.claim, outcome, self._patience)

    async def close(self) -> None:
        await self._portal.close()


class AuthorityInquiries:
    """How many guests the authority has, and whether it takes an account."""

    def __init__(self, ledger: Ledger, portal: LodgingPortal) -> None:
        self._ledger = ledger
        self._portal = portal

    def claim(self, room: int) -> Sequence[AuthorityQuestion]:
        counts = self._ledger.questions(room)
        return [*counts, *self._ledger.untried(room - len(counts))]

    async def ask(self, question: AuthorityQuestion) -> AuthorityAnswer:
        if isinstance(question, UntriedAccount):
            return await self._portal.try_account(question.account)
        if question.account is None:
            return None
        return await self._portal.count(question.account, question.kind, question.arrived_on)

    def answered(self, question: AuthorityQuestion, answer: AuthorityAnswer) -> None:
        if isinstance(question, CountInquiry):
            self._ledger.answer(question, answer if isinstance(answer, int) else None)
        elif isinstance(answer, Trial):
            self._ledger.tried(question, answer)

    def unanswered(self, question: AuthorityQuestion) -> None:
        """An account of which the portal said nothing is tried again when its lease is over."""
        if isinstance(question, CountInquiry):
            self._ledger.ask_later(question)
