"""The drain's transactions: each method opens one, commits it and holds no connection afterwards. Safe in threads."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kernel.database.sessions import Database
from kernel.vault import Vault, VaultError
from notify.channels.port import Outgoing, Question, Sighting
from notify.models import ADDRESS_FIELD, BODY_FIELD
from notify.planning.plan import Priority
from notify.sending import claims, due
from notify.sending.charges import FREE, Tariff
from notify.sending.claims import Asking
from notify.sending.due import Choice, Claimed
from notify.sending.outcomes import Claim, News, answer_of, no_answer, reference_of
from notify.sending.retry import SendingPatience
from notify.sending.settled import announce_settled
from notify.sending.silence import USUAL, Silence, Silent, claim_silent, last_word
from notify.sending.states import DeliveryEvent
from outbound.jobs.outcomes import Outcome, OutcomeKind

# How far our clock and a gateway's may be apart, so that no message of ours falls before the window asked about.
_CLOCKS_APART: Final = timedelta(minutes=15)
_EQUAL_IN_FLIGHT: Final = timedelta(seconds=3)
_RECORD_WITHIN_S: Final = 45.0
_LONGEST_PAUSE_S: Final = 1.0
_LOOK_FOR_SILENT_EVERY_S: Final = 60.0
_UNREADABLE: Final = Outcome(OutcomeKind.PERMANENT, code="unreadable", reason="the sealed text cannot be opened")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed delivery. The call must begin before `start_by` and `valid_by` (monotonic seconds); `failed` is the
    outcome when there is nothing to send."""

    claim: Claim
    priority: int
    gateway: str
    message: Outgoing
    start_by: float
    valid_by: float | None
    failed: Outcome | None = None


class Ledger:
    """`choice` says which gateways take what is claimed, `tariff` what they charge; `sleep` waits a number of
    seconds between tries to record. `priorities`: what is claimed. `quiet`: whether what can wait is left for later.
    `silence`: when a gateway is asked about a receipt that never came."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        patience: SendingPatience,
        choice: Choice,
        *,
        tariff: Tariff = FREE,
        sleep: Callable[[float], object] = time.sleep,
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
        self._choice = choice
        self._tariff = tariff
        self._sleep = sleep
        self._priorities = priorities

    def claim(self, room: int) -> list[Ready]:
        """Takes up to `room` deliveries that are due; their attempts are committed when this returns."""
        taken_at = time.monotonic()
        with self._database.transaction() as session:
            claimed = due.claim_due(
                session, room, self._patience.lease, self._choice, self._priorities, quiet=self._quiet()
            )
        return [self._open(item, taken_at) for item in claimed]

    def _open(self, item: Claimed, taken_at: float) -> Ready:
        row, failed = item.claim.delivery_id, None
        valid_for_s = None if item.valid_for_s is None else int(item.valid_for_s)
        try:
            address = self._vault.open(ADDRESS_FIELD, row, item.address)
            body = self._vault.open(BODY_FIELD, row, item.body)
        except VaultError:
            _log.error("notify.unreadable", delivery_id=str(row))
            address, body, failed = "", "", _UNREADABLE
        return Ready(
            claim=item.claim,
            priority=item.priority,
            gateway=item.gateway,
            message=Outgoing(item.claim.attempt_id, address, body, reference_of(item.claim), valid_for_s),
            start_by=taken_at + self._patience.start_within.total_seconds(),
            valid_by=None if item.valid_for_s is None else taken_at + item.valid_for_s,
            failed=failed,
        )

    def record(self, news: Sequence[News]) -> None:
        """Records what became of claims; keeps trying while the database is away, as only we know it.

        News that the database refuses to store are recorded one by one, so that one cannot take the others with it.
        """
        give_up_at, pause = time.monotonic() + _RECORD_WITHIN_S, 0.1
        while True:
            try:
                return self._record_once(news)
            except (DBAPIError, PoolTimeout, UnicodeError) as error:
                if not _passes(error):
                    return self._record_each(news, error)
                if time.monotonic() >= give_up_at:
                    raise
                _log.warning("notify.record_again", error=type(error).__name__, number=len(news))
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _record_once(self, news: Sequence[News]) -> None:
        with self._database.transaction() as session:
            announce_settled(session, claims.record_news(session, news, self._patience.receipt_within, self._tariff))

    def _record_each(self, news: Sequence[News], error: Exception) -> None:
        if len(news) == 1:
            _log.error("notify.not_recorded", delivery_id=str(news[0].claim.delivery_id), error=type(error).__name__)
            return
        for item in news:
            self.record([item])

    def claim_questions(self, room: int) -> list[Asking]:
        """Ends leases that ran out, and takes up to `room` unknown deliveries whose time to ask has come."""
        with self._database.transaction() as session:
            claims.lose_expired_leases(session, self._patience.lease)
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
            self._record_once([news])

    def question(self, asking: Asking | Silent) -> Question:
        """What to ask the gateway. Raises VaultError."""
        row = asking.claim.delivery_id
        return Question(
            to=self._vault.open(ADDRESS_FIELD, row, asking.address),
            body=self._vault.open(BODY_FIELD, row, asking.body),
            since=asking.started_at - _CLOCKS_APART,
        )

    def answer(self, asking: Asking, sightings: Sequence[Sighting]) -> None:
        """Records what the gateway has. Equal messages are accounted for by one asker at a time.

        While an equal message is being sent, a sighting may be that one: the question is put off until it is recorded.
        """
        with self._database.transaction() as session:
            claims.hold_equal_messages(session, asking.fingerprint)
            # In this order: a message recorded after the first look is among the accounted ones of the second.
            in_flight = bool(sightings) and claims.equal_message_in_flight(session, asking)
            taken = claims.refs_of_others(session, asking.claim.attempt_id, [seen.ref for seen in sightings])
            tries = self._patience.tries
            news = answer_of(asking.claim, sightings, taken, ended=asking.code, tries=tries)
            if in_flight and news.event is not DeliveryEvent.MISS:
                claims.ask_later(session, asking.claim, _EQUAL_IN_FLIGHT)
            else:
                announce_settled(
                    session, claims.record_news(session, [news], self._patience.receipt_within, self._tariff)
                )

    def settle(self, news: News) -> None:
        """Records what was decided without an answer."""
        self._record_once([news])

    def ask_later(self, asking: Asking, wait: timedelta | None = None) -> None:
        """The gateway gave no answer, or the delivery is to be looked at again after `wait`."""
        with self._database.transaction() as session:
            claims.ask_later(session, asking.claim, wait or no_answer(asking.claim, asking.asked))


def _passes(error: Exception) -> bool:
    """Whether trying again can help: the connection was lost, refused or blocked, not the values refused."""
    return not isinstance(error, DataError | IntegrityError | ProgrammingError | UnicodeError)
