"""The drain's transactions: each method opens one, commits it and holds no connection afterwards. Safe in threads."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from kernel.database.sessions import Database
from kernel.vault import Vault, VaultError
from notify.channels.port import Outgoing, Question, Sighting
from notify.models import ADDRESS_FIELD, BODY_FIELD
from notify.planning.plan import Priority
from notify.sending import claims, due
from notify.sending.charges import FREE, Tariff
from notify.sending.claims import Inquiry
from notify.sending.due import ClaimedRow
from notify.sending.outcomes import Claim, News, answer_of, reference_of
from notify.sending.retry import SendingPatience
from notify.sending.settled import announce_settled
from notify.sending.silence import USUAL, Silence, Silent, claim_silent, last_word
from notify.sending.states import DeliveryEvent
from outbound.jobs.leases import lose_expired_leases
from outbound.jobs.outcomes import Outcome, OutcomeKind
from outbound.jobs.ports import Chunk, ClaimedDelivery
from outbound.jobs.shared_pool import SharedPool

# How far our clock and a gateway's may be apart, so that no message of ours falls before the window asked about.
_CLOCKS_APART: Final = timedelta(minutes=15)
_EQUAL_IN_FLIGHT: Final = timedelta(seconds=3)
_LOOK_FOR_SILENT_EVERY_S: Final = 60.0
_UNREADABLE: Final = Outcome(OutcomeKind.PERMANENT, code="unreadable", reason="the sealed text cannot be opened")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage(ClaimedDelivery):
    """A claimed delivery. The call must begin before `valid_by` as well (monotonic seconds); `failed` is the outcome
    when there is nothing to send."""

    claim: Claim
    message: Outgoing
    valid_by: float | None
    failed: Outcome | None = None


class Ledger:
    """`pool` says which gateways take what is claimed, `tariff` what they charge. `priorities`: what is
    claimed. `quiet`: whether what can wait is left for later.
    `silence`: when a gateway is asked about a receipt that never came."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        patience: SendingPatience,
        pool: SharedPool,
        *,
        tariff: Tariff = FREE,
        priorities: Sequence[Priority] = tuple(Priority),
        quiet: Callable[[], bool] = lambda: False,
        silence: Silence = USUAL,
    ) -> None:
        self._quiet = quiet
        self._silence = silence
        self._look_for_silent_at = 0.0
        self._database = database
        self._vault = vault
        self._patience = patience
        self._pool = pool
        self._tariff = tariff
        self._priorities = priorities

    def claim(self, room: int) -> Chunk[ClaimedMessage]:
        """Takes up to `room` deliveries that are due; their attempts are committed when this returns."""
        taken_at = time.monotonic()
        with self._database.transaction() as session:
            claimed = due.claim_due(
                session, room, self._patience.lease, self._pool, self._priorities, quiet=self._quiet()
            )
        return Chunk([self._open(item, taken_at) for item in claimed], more=len(claimed) >= room)

    def _open(self, item: ClaimedRow, taken_at: float) -> ClaimedMessage:
        row, failed = item.claim.delivery_id, None
        valid_for_s = None if item.valid_for_s is None else int(item.valid_for_s)
        try:
            address = self._vault.open(ADDRESS_FIELD, row, item.address)
            body = self._vault.open(BODY_FIELD, row, item.body)
        except VaultError:
            _log.error("notify.unreadable", delivery_id=str(row))
            address, body, failed = "", "", _UNREADABLE
        return ClaimedMessage(
            claim=item.claim,
            priority=item.priority,
            gateway=item.gateway,
            message=Outgoing(item.claim.attempt_id, address, body, reference_of(item.claim), valid_for_s),
            start_by=taken_at + self._patience.start_within.total_seconds(),
            valid_by=None if item.valid_for_s is None else taken_at + item.valid_for_s,
            failed=failed,
            pinned=item.claim.pinned,
            first=item.claim.number == 1,
        )

    def record(self, news: Sequence[News]) -> bool:
        """Records what became of claims. True when one was given back, which is due again at once."""
        with self._database.transaction() as session:
            announce_settled(session, claims.record_news(session, news, self._patience.receipt_within, self._tariff))
        return any(item.event is DeliveryEvent.RELEASE for item in news)

    def claim_questions(self, room: int) -> list[Inquiry]:
        """Ends leases that ran out, and takes up to `room` unknown deliveries whose time to ask has come."""
        with self._database.transaction() as session:
            lose_expired_leases(session, claims.DELIVERIES, self._patience.lease)
            return claims.claim_questions(session, room, self._patience.lease)

    def claim_silent(self, gateways: Sequence[str], room: int) -> list[Silent]:
        """Takes up to `room` deliveries of these gateways whose final receipt has not come; looks once a minute."""
        if not gateways or time.monotonic() < self._look_for_silent_at:
            return []
        self._look_for_silent_at = time.monotonic() + _LOOK_FOR_SILENT_EVERY_S
        with self._database.transaction() as session:
            return claim_silent(session, gateways, self._silence, room)

    def last_word(self, silent: Silent, sightings: Sequence[Sighting]) -> None:
        """Records what the gateway says in the end, if it does."""
        news = last_word(silent.claim, silent.ref, sightings)
        if news is not None:
            self.record([news])

    def question(self, inquiry: Inquiry | Silent) -> Question:
        """What to ask the gateway. Raises VaultError."""
        row = inquiry.claim.delivery_id
        return Question(
            to=self._vault.open(ADDRESS_FIELD, row, inquiry.address),
            body=self._vault.open(BODY_FIELD, row, inquiry.body),
            since=inquiry.started_at - _CLOCKS_APART,
        )

    def answer(self, inquiry: Inquiry, sightings: Sequence[Sighting]) -> None:
        """Records what the gateway has. Equal messages are accounted for by one asker at a time.

        While an equal message is being sent, a sighting may be that one: the question is put off until it is recorded.
        """
        with self._database.transaction() as session:
            claims.hold_equal_messages(session, inquiry.fingerprint)
            # In this order: a message recorded after the first look is among the accounted ones of the second.
            in_flight = bool(sightings) and claims.equal_message_in_flight(session, inquiry)
            taken = claims.refs_of_others(session, inquiry.claim.attempt_id, [seen.ref for seen in sightings])
            tries = self._patience.tries
            news = answer_of(inquiry.claim, sightings, taken, ended=inquiry.code, tries=tries)
            if in_flight and news.event is not DeliveryEvent.MISS:
                claims.ask_later(session, inquiry.claim, _EQUAL_IN_FLIGHT)
            else:
                announce_settled(
                    session, claims.record_news(session, [news], self._patience.receipt_within, self._tariff)
                )

    def settle(self, news: News) -> None:
        """Records what was decided without an answer."""
        self.record([news])

    def ask_later(self, claim: Claim, wait: timedelta) -> None:
        """The delivery is to be looked at again after `wait`."""
        with self._database.transaction() as session:
            claims.ask_later(session, claim, wait)
