"""Queries that count: one lodging's night, and the police's view over many."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from residence.accounts.account import USABLE, AccountState
from residence.ledger_models import TransmissionItem
from residence.models import Declaration, Lodging, NilReport, Stay
from residence.states import StayState
from residence.store import in_subtree, lodgings_with_guests, owing, stays_over
from residence.transmission.states import ItemState

_LATEST: Final = 1_000
_COMMON: Final = _LATEST // 50
_LAST_ID: Final = UUID(int=2**128 - 1)


class NightCounts(NamedTuple):
    """Of the guests who arrived on a night; `on_the_way` wait to be sent or for the end of a call, `no_account` for an
    account of the lodging that works."""

    declared: int
    late: int
    on_the_way: int
    transmitted: int
    confirmed: int
    in_doubt: int
    refused: int
    no_account: int = 0


_PLACE: dict[str, str] = {
    ItemState.TRANSMITTED: "transmitted",
    ItemState.CONFIRMED: "confirmed",
    ItemState.IN_DOUBT: "in_doubt",
    ItemState.REFUSED: "refused",
    ItemState.SENT: "on_the_way",
}


def counts_of(rows: Iterable[tuple[str | None, int, int]], account: AccountState) -> NightCounts:
    """What rows of (state of the item, guests, late ones) come to. With an account that cannot be used, what has not
    been sent is not on its way. Pure."""
    unsent = "on_the_way" if account in USABLE else "no_account"
    places = dict.fromkeys(("on_the_way", "transmitted", "confirmed", "in_doubt", "refused", "no_account"), 0)
    declared = late = 0
    for state, count, overdue in rows:
        places[_PLACE.get(state or "", unsent)] += count
        declared, late = declared + count, late + overdue
    return NightCounts(declared=declared, late=late, **places)


def night_counts(session: Session, lodging_id: UUID, night: date) -> NightCounts:
    """Arrivals of one night by what became of their latest declaration."""
    rows = session.execute(
        select(TransmissionItem.state, func.count(), func.count().filter(Stay.late))
        .select_from(Stay)
        .join(Declaration, and_(Declaration.stay_id == Stay.id, Declaration.number == Stay.declarations))
        .outerjoin(TransmissionItem, TransmissionItem.declaration_id == Declaration.id)
        .where(Stay.lodging_id == lodging_id, Stay.night == night, Stay.state != str(StayState.ANNULLED))
        .group_by(TransmissionItem.state)
    ).all()
    return counts_of([(row[0], row[1], row[2]) for row in rows], account_of(session, lodging_id))


def account_of(session: Session, lodging_id: UUID) -> AccountState:
    """What is known of a lodging's account at the authority's portal."""
    return AccountState(session.scalars(select(Lodging.authority_state).where(Lodging.id == lodging_id)).one())


class GuestRow(NamedTuple):
    stay: Stay
    lodging: Lodging


def guests_of_night(
    session: Session, root: str | None, night: date, *, after: UUID | None, limit: int
) -> Sequence[GuestRow]:
    """Guests of a subtree's lodgings who stay a night, in the order in which they were declared."""
    # Found first and put in order afterwards: in the order of ids, all that was ever declared would be walked.
    over = select(Stay.id).where(stays_over(night)).cte().prefix_with("MATERIALIZED")
    query = _guests(root).where(Stay.id.in_(select(over.c.id))).order_by(Stay.id).limit(limit)
    return _rows(session, query if after is None else query.where(Stay.id > after))


def guests_by_document(session: Session, root: str | None, index: bytes, *, limit: int) -> Sequence[GuestRow]:
    """Newest stay first."""
    # The index of documents holds no erased stays, and they have no document.
    query = _guests(root).where(Stay.document_index == index, Stay.erased_at.is_(None))
    return _rows(session, query.order_by(Stay.id.desc()).limit(limit))


Words = Sequence[Sequence[list[int]]]
"""For each piece of a name that is sought the ways to read it: the words of one of them must all be there."""


def guests_by_words(session: Session, root: str | None, words: Words, *, limit: int) -> Sequence[GuestRow]:
    """Stays whose name holds every piece in one of its ways, newest first."""
    latest = _latest_with(session, root, words)
    ours = [row.id for row in latest if row.below]
    if len(ours) >= limit:
        return _those(session, ours[:limit])
    if len(latest) < _COMMON:
        # By the words alone: the planner would read all that the lodgings of the subtree ever had, and compare.
        named = select(Stay.id).where(_holds(Stay.name_words, words)).cte().prefix_with("MATERIALIZED")
        found = _guests(root).where(Stay.id.in_(select(named.c.id)))
    else:
        found = _guests(root).where(_holds(Stay.name_words, words))
    return _rows(session, found.order_by(Stay.id.desc()).limit(limit))


def _those(session: Session, stay_ids: Sequence[UUID]) -> Sequence[GuestRow]:
    """These stays, newest first. Without their lodgings, by which a planner might begin and read all they ever had."""
    stays = session.scalars(select(Stay).where(Stay.id.in_(stay_ids)).order_by(Stay.id.desc())).all()
    of_them = select(Lodging).where(Lodging.id.in_({stay.lodging_id for stay in stays}))
    lodgings = {lodging.id: lodging for lodging in session.scalars(of_them)}
    return [GuestRow(stay, lodgings[stay.lodging_id]) for stay in stays]


class _Latest(NamedTuple):
    id: UUID
    below: bool


def _holds(column: Any, words: Words) -> ColumnElement[bool]:
    return and_(*(or_(*(column.contains(way) for way in ways)) for ways in words))


def _latest_with(session: Session, root: str | None, words: Words) -> Sequence[_Latest]:
    """Of the stays declared last, anywhere, those whose name holds these words, newest first. A name that many have
    fills an answer from these alone, however many stays there are."""
    columns = Stay.id, Stay.lodging_id, Stay.name_words
    query = select(*columns).where(Stay.id <= _LAST_ID).order_by(Stay.id.desc()).limit(_LATEST)
    latest = query.cte().prefix_with("MATERIALIZED")
    rows = session.execute(
        select(latest.c.id, in_subtree(root))
        .join(Lodging, Lodging.id == latest.c.lodging_id)
        .where(_holds(latest.c.name_words, words))
        .order_by(latest.c.id.desc())
    )
    return [_Latest(row[0], row[1]) for row in rows]


class NationalityCount(NamedTuple):
    night: date
    nationality: str
    guests: int


def arrivals_by_nationality(session: Session, root: str | None, first: date, last: date) -> Sequence[NationalityCount]:
    """Arrivals of each night, erased ones included: numbers are kept when names are not."""
    # Found first, whichever lodging it was: not once for each lodging.
    arrived = (
        select(Stay.lodging_id, Stay.night, Stay.nationality)
        .where(
            Stay.nights.overlaps(Range(first, last, bounds="[]")),
            Stay.night.between(first, last),
            Stay.state != str(StayState.ANNULLED),
        )
        .cte()
        .prefix_with("MATERIALIZED")
    )
    rows = session.execute(
        select(arrived.c.night, arrived.c.nationality, func.count())
        .join(Lodging, Lodging.id == arrived.c.lodging_id)
        .where(in_subtree(root))
        .group_by(arrived.c.night, arrived.c.nationality)
        .order_by(arrived.c.night, func.count().desc(), arrived.c.nationality)
    )
    return [NationalityCount(*row) for row in rows]


class TwiceRow(NamedTuple):
    document_index: bytes
    stay: Stay
    lodging: Lodging


def documents_twice(session: Session, root: str | None, night: date, *, limit: int) -> Sequence[TwiceRow]:
    """Stays of a night whose document stays in more than one lodging, at least one of them in the subtree."""
    columns = Stay.id, Stay.lodging_id, Stay.document_index, Stay.declared_at
    over = select(*columns).where(stays_over(night), Stay.document_index.is_not(None)).cte().prefix_with("MATERIALIZED")
    doubled = (
        select(over.c.document_index)
        .join(Lodging, Lodging.id == over.c.lodging_id)
        .group_by(over.c.document_index)
        .having(and_(func.count(distinct(over.c.lodging_id)) > 1, func.bool_or(in_subtree(root))))
        .order_by(func.min(over.c.declared_at), over.c.document_index)
        .limit(limit)
    )
    rows = session.execute(
        select(Stay, Lodging)
        .join(Lodging, Lodging.id == Stay.lodging_id)
        .where(Stay.id.in_(select(over.c.id).where(over.c.document_index.in_(doubled))))
        .order_by(Stay.document_index, Stay.arrival, Stay.id)
    )
    return [TwiceRow(row[0].document_index or b"", row[0], row[1]) for row in rows]


class FilingCounts(NamedTuple):
    """Lodgings of a subtree that have to file a night: all, with guests, and with a nil report."""

    active: int
    with_guests: int
    nil: int


def filing_counts(session: Session, root: str | None, night: date) -> FilingCounts:
    with_guests = lodgings_with_guests(night).distinct().cte().prefix_with("MATERIALIZED")
    guests = with_guests.c.lodging_id.is_not(None)
    nil = (
        select(NilReport.id)
        .where(NilReport.lodging_id == Lodging.id, NilReport.night == night, NilReport.withdrawn_at.is_(None))
        .exists()
    )
    row = session.execute(
        select(func.count(), func.count().filter(guests), func.count().filter(and_(nil, ~guests)))
        .select_from(Lodging)
        .outerjoin(with_guests, with_guests.c.lodging_id == Lodging.id)
        .where(owing(night), in_subtree(root))
    ).one()
    return FilingCounts(*row)


def _guests(root: str | None) -> Select[Stay, Lodging]:
    return select(Stay, Lodging).join(Lodging, Lodging.id == Stay.lodging_id).where(in_subtree(root))


def _rows(session: Session, query: Select[Stay, Lodging]) -> list[GuestRow]:
    return [GuestRow(row[0], row[1]) for row in session.execute(query)]
