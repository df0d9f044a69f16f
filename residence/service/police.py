"""The police's side: lodgings to decide on, the guests of a night, searches with a reason, and who has not filed.

An officer sees the lodgings of their agency and of those below it. Every read of people leaves one audit row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, Literal
from uuid import UUID

from agencies.tree import codes_within
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.texts.folding import search_key
from kernel.work import Work
from residence import store
from residence.guests import GuestDeclaration
from residence.ledger_models import GuestSearch
from residence.models import SEARCH_REASON_FIELD, WORD_INDEX
from residence.nights import police_store
from residence.nights import store as night_store
from residence.nights.store import FilingCounts, GuestRow, NationalityCount
from residence.service.declaring import guest_in
from residence.service.guest_keys import document_index, sought_words
from residence.service.lodgings import step_lodging
from residence.sheets.export import ExportRow
from residence.states import LodgingEvent
from residence.views import LodgingChangeView, LodgingName, LodgingView, SeenGuest, StayView

MOST_FOUND: Final = 100
MOST_EXPORTED: Final = 20_000
MOST_NIGHTS: Final = 92
_MOST_TWICE: Final = 200
SearchBy = Literal["document", "name"]


@dataclass(frozen=True, slots=True)
class Twice:
    """One document in several lodgings on the same night. Of a lodging under other police only the agency is told."""

    stays: list[SeenGuest]
    elsewhere: list[str]


@dataclass(frozen=True, slots=True)
class Statistics:
    filing: FilingCounts
    arrivals: Sequence[NationalityCount]


def list_lodgings(work: Work, actor: Actor, *, state: str | None, after: UUID | None, limit: int) -> list[LodgingView]:
    """Lodgings of the officer's agencies, oldest first."""
    write_audit(work.session, actor, "police.lodgings", "agency", None, agency=actor.agency_code or "")
    rows = police_store.lodgings_below(work.session, actor.agency_code, state=state, after=after, limit=limit)
    return [LodgingView.of(each) for each in rows]


def read_lodging(work: Work, actor: Actor, lodging_id: UUID) -> tuple[LodgingView, list[LodgingChangeView]]:
    """A lodging and how it came to its state. Raises `not_found` outside the subtree."""
    lodging = police_store.lodging_below(work.session, actor.agency_code, lodging_id)
    write_audit(work.session, actor, "lodging.read", "lodging", lodging.id)
    changes = store.changes_of(work.session, lodging.id)
    return LodgingView.of(lodging), [frozen(LodgingChangeView, each) for each in changes]


def decide_lodging(
    work: Work,
    actor: Actor,
    lodging_id: UUID,
    event: LodgingEvent,
    *,
    reason: str | None = None,
    remote: bool | None = None,
) -> LodgingView:
    """Approves, refuses, suspends or resumes. `remote`: foreigners may be declared within 24 h there.

    Raises `not_found` outside the subtree, `lodging_step_refused`.
    """
    lodging = police_store.lodging_below(work.session, actor.agency_code, lodging_id, lock=True)
    step_lodging(work, actor, lodging, event, reason)
    lodging.decided_by, lodging.decided_at, lodging.reason = actor.officer_id, work.now(), reason
    if event is LodgingEvent.APPROVE:
        lodging.approved_at = lodging.approved_at or work.now()
    if remote is not None:
        lodging.remote = remote
    return LodgingView.of(lodging)


def list_guests(work: Work, actor: Actor, night: date, *, after: UUID | None, limit: int) -> list[SeenGuest]:
    """Everyone who stays a night in the officer's agencies, in the order in which they were declared."""
    rows = night_store.guests_of_night(work.session, actor.agency_code, night, after=after, limit=limit)
    write_audit(
        work.session, actor, "police.guests", "agency", None, agency=actor.agency_code or "", night=night.isoformat()
    )
    return _seen(work, rows)


def export_guests(work: Work, actor: Actor, night: date) -> list[ExportRow]:
    """Everyone of a night at once, for a file. Raises `export_too_large`."""
    rows = night_store.guests_of_night(work.session, actor.agency_code, night, after=None, limit=MOST_EXPORTED + 1)
    if len(rows) > MOST_EXPORTED:
        raise DomainError("export_too_large", most=MOST_EXPORTED)
    write_audit(
        work.session,
        actor,
        "police.export",
        "agency",
        None,
        agency=actor.agency_code or "",
        night=night.isoformat(),
        guests=len(rows),
    )
    seen = _seen(work, rows)
    return [ExportRow(each.lodging.name, each.lodging.address, each.guest) for each in seen if each.guest is not None]


def search_guests(work: Work, actor: Actor, by: SearchBy, sought: str, reason: str) -> list[SeenGuest]:
    """Stays by document number or by all words of a name, newest first, at most MOST_FOUND.

    The reason is kept, sealed, with who searched and how many were found. Raises `invalid_fields` for no word.
    """
    session, root = work.session, actor.agency_code
    if by == "document":
        index = document_index(work.vault, sought)
        rows = night_store.guests_by_document(session, root, index, limit=MOST_FOUND)
    else:
        words = sought_words(work.vault, sought)
        if not words:
            raise DomainError("invalid_fields", fields=[FieldError("/sought", "name_without_words")])
        index = work.vault.index(WORD_INDEX, search_key(sought))
        rows = night_store.guests_by_words(session, root, words, limit=MOST_FOUND)
    found = _seen(work, rows)
    _record_search(work, actor, by, index, reason, len(found))
    return found


def missing_lodgings(work: Work, actor: Actor, night: date) -> list[LodgingView]:
    """Lodgings that had to file a night and have filed nothing, by name."""
    write_audit(work.session, actor, "police.missing", "agency", None, night=night.isoformat())
    return [LodgingView.of(each) for each in store.unfiled_lodgings(work.session, night, actor.agency_code)]


def read_statistics(work: Work, actor: Actor, first: date, last: date) -> Statistics:
    """Arrivals by night and nationality, and how the last night was filed. Raises `invalid_fields`."""
    if not first <= last < first + timedelta(days=MOST_NIGHTS):
        raise DomainError("invalid_fields", fields=[FieldError("?last", "nights_between", {"most": MOST_NIGHTS})])
    return Statistics(
        night_store.filing_counts(work.session, actor.agency_code, last),
        night_store.arrivals_by_nationality(work.session, actor.agency_code, first, last),
    )


def documents_twice(work: Work, actor: Actor, night: date) -> list[Twice]:
    """Documents that stay in more than one lodging on a night."""
    rows = night_store.documents_twice(work.session, actor.agency_code, night, limit=_MOST_TWICE)
    write_audit(work.session, actor, "police.twice", "agency", None, night=night.isoformat())
    ours = codes_within(work.session, actor.agency_code)
    found = []
    for _, group in groupby(rows, key=lambda row: row.document_index):
        members = list(group)
        seen = _seen(work, [GuestRow(row.stay, row.lodging) for row in members if row.lodging.agency_code in ours])
        found.append(Twice(seen, sorted({row.lodging.agency_code for row in members} - ours)))
    return found


def _seen(work: Work, rows: Sequence[GuestRow]) -> list[SeenGuest]:
    heads = store.heads_of(work.session, [row.stay.id for row in rows])
    return [_guest(row, guest_in(work, heads.get(row.stay.id))) for row in rows]


def _guest(row: GuestRow, guest: GuestDeclaration | None) -> SeenGuest:
    return SeenGuest(StayView.of(row.stay), LodgingName.of(row.lodging), guest)


def _record_search(work: Work, actor: Actor, by: SearchBy, index: bytes, reason: str, found: int) -> None:
    if actor.officer_id is None:
        raise DomainError("forbidden")
    row = new_id()
    work.session.add(
        GuestSearch(
            id=row,
            officer_id=actor.officer_id,
            at=work.now(),
            by=by,
            sought=index,
            reason=work.vault.seal(SEARCH_REASON_FIELD, row, reason),
            found=found,
        )
    )
    write_audit(work.session, actor, "police.search", "guest_search", row, by=by, found=found)
