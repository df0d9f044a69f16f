"""The drain's transactions: each method opens one, commits it and holds no connection afterwards. Safe in threads."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kernel.clock import Clock, local
from kernel.database.sessions import Database
from kernel.vault import Vault, VaultError
from residence.accounts.store import TRY_AGAIN, Learnt, learn, take_untried
from residence.authority.port import Account, Trial
from residence.models import PASSWORD_FIELD
from residence.transmission.claims import Ready, Taker
from residence.transmission.news import News, TransmissionPatience
from residence.transmission.questions import Question, ask_later, due_questions, record_answer, standing_of
from residence.transmission.records import lose_expired_leases, record_news
from residence.transmission.states import TransmissionKind, TransmissionState

_RECORD_WITHIN_S: Final = 45.0
_LONGEST_PAUSE_S: Final = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Untried:
    """An account that the portal is to be asked about; `given_at` tells it from one given later."""

    lodging_id: UUID
    account: Account
    given_at: datetime | None


class Ledger:
    """`probe`: whether what the authority said yes to and does not count is asked about by sending it once more.
    `sleep` waits a number of seconds between tries to record."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        patience: TransmissionPatience,
        *,
        probe: bool,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._patience = patience
        self._probe = probe
        self._sleep = sleep
        self._taker = Taker(vault, patience.lease, patience.start_within)

    def claim(self, room: int) -> tuple[list[Ready], int]:
        """Takes up to `room` arrays that are due, and says how many were taken, those with nothing to send too."""
        today = local(self._clock.now()).date()
        with self._database.transaction() as session:
            taken = self._taker.take(session, room, today)
            record_news(session, taken.unsent)
        return taken.ready, taken.number

    def record(self, news: Sequence[News]) -> None:
        """Records what became of claims; keeps trying while the database is away, as only we know it."""
        give_up_at, pause = time.monotonic() + _RECORD_WITHIN_S, 0.1
        while True:
            try:
                with self._database.transaction() as session:
                    record_news(session, news)
                break
            except (DBAPIError, PoolTimeout) as error:
                if isinstance(error, DataError | IntegrityError | ProgrammingError) or time.monotonic() >= give_up_at:
                    raise
                _log.warning("residence.record_again", error=type(error).__name__, number=len(news))
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        self._learn_of_accounts(news)

    def questions(self, room: int) -> list[Question]:
        """Ends leases that ran out, and takes up to `room` transmissions whose time to ask has come."""
        with self._database.transaction() as session:
            lose_expired_leases(session, self._patience.ask_after)
            rows = due_questions(session, room, self._patience.lease)
            return [
                Question(
                    transmission_id=row.id,
                    lodging_id=row.lodging_id,
                    kind=TransmissionKind(row.kind),
                    arrived_on=row.arrived_on,
                    state=TransmissionState(row.state),
                    asked=row.asked,
                    standing=standing_of(session, row.lodging_id, row.kind, row.arrived_on, row.id),
                    account=self._account(row),
                )
                for row in rows
            ]

    def answer(self, question: Question, counted: int | None) -> None:
        """Records a count; None: the authority does not tell."""
        with self._database.transaction() as session:
            record_answer(session, question, counted, probe=self._probe)

    def ask_later(self, question: Question) -> None:
        """The authority gave no answer."""
        with self._database.transaction() as session:
            ask_later(session, question)

    def untried(self, room: int) -> list[Untried]:
        """Up to `room` lodgings whose account is to be tried now."""
        with self._database.transaction() as session:
            # An account that cannot be opened any more can only be given anew.
            return [
                Untried(row.id, account, row.authority_given_at)
                for row in take_untried(session, room, max(TRY_AGAIN, self._patience.lease))
                if (account := self._account_of(row.id, row)) is not None
            ]

    def tried(self, untried: Untried, trial: Trial) -> None:
        """Records whether the portal takes an account; one of which it said nothing is tried again later."""
        if trial is Trial.UNANSWERED:
            return
        with self._database.transaction() as session:
            learn(session, [Learnt(untried.lodging_id, untried.given_at, trial is Trial.WORKS)])

    def _learn_of_accounts(self, news: Sequence[News]) -> None:
        """In a transaction of its own: whoever holds a lodging takes its arrays afterwards, and never the other way."""
        found = [
            Learnt(each.claim.lodging_id, each.claim.account.given_at, bool(each.account_works))
            for each in news
            if each.tells_of_account
        ]
        if found:
            with self._database.transaction() as session:
                learn(session, found)

    def _account(self, row: Any) -> Account | None:
        return self._account_of(row.lodging_id, row)

    def _account_of(self, lodging_id: UUID, row: Any) -> Account | None:
        if row.authority_username is None or row.authority_password is None:
            return None
        try:
            password = self._vault.open(PASSWORD_FIELD, lodging_id, row.authority_password)
        except VaultError:
            return None
        return Account(row.authority_username, password)
