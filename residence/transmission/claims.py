"""Taking transmissions that are due: one of a lodging at a time, its items marked before any call is made.

Of a lodging only one array is under way, so that what the authority counts can be compared with what we know. The row
of the lodging is the lock; whoever holds it sees in a second statement whether another has begun meanwhile.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.vault import Vault, VaultError
from outbound.jobs.ports import ClaimedDelivery
from residence.accounts.account import NO_ACCOUNT, AccountState
from residence.authority.port import AUTHORITY, Account, Element
from residence.guests import GuestDeclaration
from residence.models import DECLARATION_FIELD, PASSWORD_FIELD
from residence.states import DeclarationKind
from residence.transmission.news import EARLIER_FIRST, AccountSeen, Claim, Held, News, nothing_sent
from residence.transmission.plan import SENTENCES, Candidate, Decision, Drop, Hold, Send, Wait, decide
from residence.transmission.states import ITEM_MOVES, ItemEvent, ItemState, TransmissionKind

# An unknown outcome is asked about before the array goes out again.
DUE: Final = "(state IN ('queued', 'waiting') OR (state = 'unknown' AND asked > 0)) AND due_at <= now()"
_LODGINGS: Final = text(f"""
WITH due AS MATERIALIZED (
    SELECT lodging_id, min(due_at) AS since FROM transmission t WHERE {DUE}
        AND NOT EXISTS (SELECT 1 FROM transmission o WHERE o.lodging_id = t.lodging_id AND o.state = 'sending')
    GROUP BY lodging_id ORDER BY min(due_at) LIMIT :room)
SELECT l.id FROM lodging l JOIN due ON due.lodging_id = l.id
ORDER BY due.since FOR NO KEY UPDATE OF l SKIP LOCKED
""")  # noqa: S608 - parts of our own
_FIRST: Final = text(f"""
SELECT DISTINCT ON (t.lodging_id) t.id FROM transmission t
WHERE t.lodging_id = ANY(CAST(:lodgings AS uuid[])) AND {DUE}
    AND NOT EXISTS (SELECT 1 FROM transmission o WHERE o.lodging_id = t.lodging_id AND o.state = 'sending')
ORDER BY t.lodging_id, t.kind = 'change', t.id
""")  # noqa: S608 - parts of our own
_TAKE: Final = text("""
UPDATE transmission t SET state = 'sending', generation = t.generation + 1, asked = 0, due_at = now() + :lease
FROM lodging l WHERE t.id = ANY(CAST(:ids AS uuid[])) AND l.id = t.lodging_id
RETURNING t.id, t.lodging_id, t.kind, t.generation, t.failures, t.rounds, l.authority_username, l.authority_password,
    l.authority_state, l.authority_given_at
""")
_ITEMS: Final = text("""
SELECT i.transmission_id, i.position, i.state, i.calls, d.id, d.kind, d.number, d.content, d.stay_id, s.declarations
FROM transmission_item i JOIN declaration d ON d.id = i.declaration_id JOIN stay s ON s.id = d.stay_id
WHERE i.transmission_id = ANY(CAST(:ids AS uuid[])) ORDER BY i.transmission_id, i.position
""")
_CHAINS: Final = text("""
SELECT d.stay_id, d.number, d.kind, i.state FROM declaration d
LEFT JOIN transmission_item i ON i.declaration_id = d.id
WHERE d.stay_id = ANY(CAST(:stays AS uuid[])) ORDER BY d.stay_id, d.number
""")
_MARK: Final = text("""
UPDATE transmission_item i SET state = n.state, calls = i.calls + n.sent::int, code = n.code, reason = n.reason,
    settled_at = CASE WHEN n.state IN ('in_doubt', 'cancelled') THEN now() END
FROM unnest(CAST(:ids AS uuid[]), CAST(:places AS int[]), CAST(:states AS text[]), CAST(:sents AS bool[]),
    CAST(:codes AS text[]), CAST(:reasons AS text[])) AS n(id, position, state, sent, code, reason)
WHERE i.transmission_id = n.id AND i.position = n.position
""")
_SENT: Final = text(
    "UPDATE transmission SET first_sent_at = coalesce(first_sent_at, now()) WHERE id = ANY(CAST(:ids AS uuid[]))"
)
_OPEN: Final = frozenset({ItemState.QUEUED, ItemState.SENT})
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedArray(ClaimedDelivery):
    """A claimed transmission with the array to hand over."""

    claim: Claim
    account: Account
    kind: TransmissionKind
    array: tuple[Element, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a claim gave: arrays to send, and news of those of which nothing can be sent now."""

    ready: list[ClaimedArray]
    unsent: list[News]

    @property
    def number(self) -> int:
        return len(self.ready) + len(self.unsent)


class Taker:
    """Takes chunks in the transactions it is given."""

    def __init__(self, vault: Vault, lease: timedelta, start_within: timedelta) -> None:
        self._vault = vault
        self._lease = lease
        self._start_within = start_within

    def take(self, session: Session, room: int, today: date) -> Taken:
        """Takes up to `room` transmissions, of as many lodgings. The caller records `unsent` in the same transaction,
        and commits before it calls anybody."""
        begun = time.monotonic()
        lodgings = session.scalars(_LODGINGS, {"room": room}).all()
        ids = session.scalars(_FIRST, {"lodgings": list(lodgings)}).all() if lodgings else []
        if not ids:
            return Taken([], [])
        rows = session.execute(_TAKE, {"ids": list(ids), "lease": self._lease}).all()
        items, chains = self._load(session, ids)
        taken, marks = Taken([], []), _Marks()
        for row in rows:
            account = self._account(row)
            array = _Array(row, marks, can_send=account is not None)
            for item in items.get(row.id, ()):
                array.add(item, self._decision(item, row.kind, chains.get(item.stay_id, ()), today))
            if account is not None and array.elements:
                start_by = begun + self._start_within.total_seconds()
                kind = TransmissionKind(row.kind)
                taken.ready.append(
                    ClaimedArray(
                        AUTHORITY,
                        start_by,
                        claim=array.claim(),
                        account=account,
                        kind=kind,
                        array=tuple(array.elements),
                    )
                )
            else:
                taken.unsent.append(nothing_sent(array.claim(), array.why(account)))
        marks.write(session)
        session.execute(_SENT, {"ids": [ready.claim.transmission_id for ready in taken.ready]})
        return taken

    def _load(self, session: Session, ids: Sequence[UUID]) -> tuple[dict[UUID, list[Any]], dict[UUID, list[Any]]]:
        """Items by transmission, and chains by stay of those stays that have more than one declaration."""
        items: dict[UUID, list[Any]] = {}
        for item in session.execute(_ITEMS, {"ids": list(ids)}):
            items.setdefault(item.transmission_id, []).append(item)
        stays = {item.stay_id for rows in items.values() for item in rows if item.declarations > 1}
        chains: dict[UUID, list[Any]] = {}
        if stays:
            for link in session.execute(_CHAINS, {"stays": list(stays)}):
                chains.setdefault(link.stay_id, []).append(link)
        return items, chains

    def _decision(self, item: Any, kind: str, chain: Sequence[Any], today: date) -> Decision | None:
        """None for an item that is not to be sent (any more)."""
        if item.state not in _OPEN:
            return None
        arrivals = (DeclarationKind.ARRIVAL, DeclarationKind.CORRECTION)
        candidate = Candidate(
            kind=DeclarationKind(item.kind),
            guest=self._guest(item),
            state=ItemState(item.state),
            earlier=[
                ItemState(link.state) if link.state else None
                for link in chain
                if link.number < item.number and link.kind in arrivals
            ],
            later={DeclarationKind(link.kind) for link in chain if link.number > item.number},
        )
        return decide(candidate, TransmissionKind(kind), today)

    def _guest(self, item: Any) -> GuestDeclaration | None:
        if item.content is None:
            return None
        try:
            return GuestDeclaration.from_json(self._vault.open(DECLARATION_FIELD, item.id, item.content))
        except (VaultError, ValueError):
            _log.error("residence.unreadable", declaration_id=str(item.id))
            return None

    def _account(self, row: Any) -> Account | None:
        if row.authority_username is None or row.authority_password is None:
            return None
        try:
            password = self._vault.open(PASSWORD_FIELD, row.lodging_id, row.authority_password)
        except VaultError:
            _log.error("residence.account_unreadable", lodging_id=str(row.lodging_id))
            return None
        return Account(row.authority_username, password)


class _Array:
    """The array of one transmission as it is put together."""

    def __init__(self, row: Any, marks: "_Marks", *, can_send: bool) -> None:
        self._row = row
        self._marks = marks
        self._can_send = can_send
        self._held: list[Held] = []
        self._documents: set[str] = set()
        self.elements: list[Element] = []

    def add(self, item: Any, decision: Decision | None) -> None:
        state, place = ItemState(item.state), None
        match decision:
            case Send(element, document) if self._can_send and document.upper() not in self._documents:
                # Two of one document in an array refuse all of it: the second goes with the next.
                self._documents.add(document.upper())
                self.elements.append(element)
                place = len(self.elements)
                self._marks.add(item, ITEM_MOVES.move(state, ItemEvent.SEND), sent=True)
            case Hold(why) | Drop(why):
                # What may be there is not dropped without a look.
                dropped = isinstance(decision, Drop) and state is ItemState.QUEUED
                state = ITEM_MOVES.move(state, ItemEvent.CANCEL if dropped else ItemEvent.DOUBT)
                self._marks.add(item, state, code=why.value, reason=SENTENCES[why])
            case Send() | Wait() | None:
                pass
        self._held.append(Held(item.position, state, item.calls, place))

    def claim(self) -> Claim:
        row = self._row
        account = AccountSeen(AccountState(row.authority_state), row.authority_given_at)
        return Claim(row.id, row.lodging_id, row.generation, row.failures, row.rounds, tuple(self._held), account)

    def why(self, account: Account | None) -> str | None:
        """Why nothing of it is sent now; None when nothing is left to send."""
        if not any(held.before in _OPEN for held in self._held):
            return None
        return NO_ACCOUNT if account is None else EARLIER_FIRST


class _Marks:
    """Changes of items, written in one statement."""

    def __init__(self) -> None:
        self._rows: list[tuple[UUID, int, str, bool, str | None, str | None]] = []

    def add(
        self, item: Any, state: ItemState, *, sent: bool = False, code: str | None = None, reason: str | None = None
    ) -> None:
        self._rows.append((item.transmission_id, item.position, state.value, sent, code, reason))

    def write(self, session: Session) -> None:
        if not self._rows:
            return
        names = ("ids", "places", "states", "sents", "codes", "reasons")
        columns: Mapping[str, list[Any]] = dict(zip(names, map(list, zip(*self._rows, strict=True)), strict=True))
        session.execute(_MARK, dict(columns))
