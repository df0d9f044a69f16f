"""Deliveries whose fate nobody saw: their gateways are asked before anything is sent again, or why no receipt came."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from notify.channels.port import Certainty, Gateway, Sighting
from notify.sending.claims import Inquiry
from notify.sending.ledger import Ledger
from notify.sending.outcomes import News, cannot_ask, no_answer
from notify.sending.retry import SendingPatience
from notify.sending.silence import Silent
from notify.sending.unseen import UnresolvedAttempt, left_to_receipts, made_again

MessageQuestion: TypeAlias = Inquiry | Silent
MessageAnswer: TypeAlias = Sequence[Sighting] | News | timedelta
"""What the gateway has; or, for one that cannot be asked, what is done at once, or when to look again."""


class MessageInquiries:
    """What is asked of gateways, each in its way."""

    def __init__(self, ledger: Ledger, gateways: Mapping[str, Gateway], patience: SendingPatience) -> None:
        self._ledger = ledger
        self._gateways = gateways
        self._patience = patience

    def claim(self, room: int) -> Sequence[MessageQuestion]:
        unseen = self._ledger.claim_questions(room)
        asked = [name for name, gateway in self._gateways.items() if gateway.certainty is Certainty.ASKED]
        return [*unseen, *self._ledger.claim_silent(asked, room - len(unseen))]

    async def ask(self, question: MessageQuestion) -> MessageAnswer:
        gateway = self._gateways.get(question.gateway)
        if gateway is not None and gateway.certainty is Certainty.ASKED:
            return await gateway.find(self._ledger.question(question))
        return self._without_asking(gateway, question) if isinstance(question, Inquiry) else ()

    def answered(self, question: MessageQuestion, answer: MessageAnswer) -> None:
        if isinstance(answer, News):
            self._ledger.settle(answer)
        elif isinstance(answer, timedelta):
            self._ledger.ask_later(question.claim, answer)
        elif isinstance(question, Silent):
            self._ledger.last_word(question, answer)
        else:
            self._ledger.answer(question, answer)

    def unanswered(self, question: MessageQuestion) -> None:
        """One whose receipt is missing is asked about the next day as it is."""
        if isinstance(question, Inquiry):
            self._ledger.ask_later(question.claim, no_answer(question.claim, question.asked))

    def _without_asking(self, gateway: Gateway | None, inquiry: Inquiry) -> News | timedelta:
        if gateway is None:
            return cannot_ask(inquiry.claim, inquiry.code)
        unseen = UnresolvedAttempt(
            inquiry.claim, inquiry.tries, inquiry.age, inquiry.latest_age, inquiry.has_standby, ended=inquiry.code
        )
        if gateway.certainty is Certainty.DEDUPES:
            return made_again(unseen, self._patience)
        return left_to_receipts(unseen, self._patience)
