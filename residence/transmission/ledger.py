"""The drain's transactions: each method opens one, commits it and holds no connection afterwards. Safe in threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import Clock, local
from kernel.database.sessions import Database
from kernel.vault import Vault, VaultError
from outbound.jobs.leases import lose_expired_leases
from outbound.jobs.ports import Chunk
from residence.accounts.store import TRY_AGAIN, Learnt, learn, take_untried
from residence.authority.port import AUTHORITY, Account, Trial
from residence.models import PASSWORD_FIELD
from residence.transmission.claims import ClaimedArray, Taker
from residence.transmission.news import News, TransmissionPatience
from residence.transmission.questions import CountInquiry, ask_later, due_questions, record_answer, standing_of
from residence.transmission.records import TRANSMISSIONS, record_news
from residence.transmission.states import TransmissionKind, TransmissionState


@dataclass(frozen=True, slots=True)
class UntriedAccount:
    """An account that the portal is to be asked about; `given_at` tells it from one given later."""

    lodging_id: UUID
    account: Account
    given_at: datetime | None
    gateway: str = AUTHORITY


class Ledger:
    """`probe`: whether what the authority said yes to and does not count is asked about by sending it once more."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        patience: TransmissionPatience,
        *,
        probe: bool,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._patience = patience
        self._probe = probe
        self._taker = Taker(vault, patience.lease, patience.start_within)

    def claim(self, room: int) -> Chunk[ClaimedArray]:
        """Takes up to `room` arrays that are due, of as many lodgings. What was taken, also with nothing to send, may
        make the next array of its lodging due."""
        today = local(self._clock.now()).date()
        with self._database.transaction() as session:
            taken = self._taker.take(session, room, today)
            record_news(session, taken.unsent)
        return Chunk(taken.ready, more=taken.number > 0)

    def record(self, news: Sequence[News]) -> bool:
        """Records what became of claims. True: the next array of its lodging may be due."""
        with self._database.transaction() as session:
            record_news(session, news)
        self._learn_of_accounts(news)
        return True

    def questions(self, room: int) -> list[CountInquiry]:
        """Ends leases that ran out, and takes up to `room` transmissions whose time to ask has come."""
        with self._database.transaction() as session:
            lose_expired_leases(session, TRANSMISSIONS, self._patience.ask_after)
            rows = due_questions(session, room, self._patience.lease)
            return [
                CountInquiry(
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

    def answer(self, question: CountInquiry, counted: int | None) -> None:
        """Records a count; None: the authority does not tell."""
        with self._database.transaction() as session:
            record_answer(session, question, counted, probe=self._probe)

    def ask_later(self, question: CountInquiry) -> None:
        """The authority gave no answer."""
        with self._database.transaction() as session:
            ask_later(session, question)

    def untried(self, room: int) -> list[UntriedAccount]:
        """Up to `room` lodgings whose account is to be tried now."""
        if room <= 0:
            return []
        with self._database.transaction() as session:
            # An account that cannot be opened any more can only be given anew.
            return [
                UntriedAccount(row.id, account, row.authority_given_at)
                for row in take_untried(session, room, max(TRY_AGAIN, self._patience.lease))
                if (account := self._account_of(row.id, row)) is not None
            ]

    def tried(self, untried: UntriedAccount, trial: Trial) -> None:
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
