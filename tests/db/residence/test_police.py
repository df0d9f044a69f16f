"""The commune police: what they see, what they never see, and the trace that every look leaves."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.audit import AuditEntry
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from residence.guests import Moment
from residence.ledger_models import GuestSearch
from residence.models import SEARCH_REASON_FIELD
from residence.service import chain, lodgings, police, reports
from residence.sheets.export import csv_of, xlsx_of
from residence.states import LodgingEvent
from residence.views import SeenGuest
from tests.db.residence.support import Town, foreigner, guest

NIGHT = date(2026, 11, 20)
REASON = "Xác minh theo yêu cầu nghiệp vụ."


@pytest.fixture
def guests(town: Town) -> Town:
    """Two guests in the first commune, one in the second."""
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest(), foreigner()])
    reports.report_guests(
        town.work, town.rival, town.desk, town.other_lodging.id, [guest("049090000009", full_name="Trần Thị Mẫu")]
    )
    return town


def _numbers(town: Town, found: list[SeenGuest]) -> list[str]:
    return [each.guest.document_number for each in found if each.guest is not None]


def _audited(town: Town, action: str) -> list[AuditEntry]:
    return list(town.work.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def _search(town: Town, by: police.SearchBy, sought: str) -> list[str]:
    return _numbers(town, police.search_guests(town.work, town.officer, by, sought, REASON))


def test_tonights_list_is_the_communes_own_and_leaves_one_trace(guests: Town) -> None:
    seen = police.list_guests(guests.work, guests.officer, NIGHT, after=None, limit=10)
    assert _numbers(guests, seen) == ["049090000001", "X7777856"]
    (row,) = _audited(guests, "police.guests")
    assert row.details == {"agency": "P.1", "night": "2026-11-20"}
    rest = police.list_guests(guests.work, guests.officer, NIGHT, after=seen[0].stay.id, limit=10)
    assert _numbers(guests, rest) == ["X7777856"]


def test_an_officer_above_sees_every_commune_below(guests: Town) -> None:
    city = guests.police("P")
    seen = police.list_guests(guests.work, city, NIGHT, after=None, limit=10)
    assert len(seen) == 3


def test_who_left_or_was_annulled_is_not_of_tonight(guests: Town) -> None:
    first, second = police.list_guests(guests.work, guests.officer, NIGHT, after=None, limit=10)
    chain.annul_stay(guests.work, guests.owner, guests.desk, guests.lodging.id, first.stay.id, note="Khai nhầm.")
    assert [row.stay.id for row in police.list_guests(guests.work, guests.officer, NIGHT, after=None, limit=9)] == [
        second.stay.id
    ]
    assert police.list_guests(guests.work, guests.officer, NIGHT + timedelta(days=2), after=None, limit=9) == []


@pytest.mark.parametrize(
    ("by", "sought", "numbers"),
    [
        ("document", "049090000001", ["049090000001"]),
        ("document", "x7777856", ["X7777856"]),
        ("document", "049090000009", []),
        ("document", "04909000000", []),
        ("name", "nguyễn văn thử", ["049090000001"]),
        ("name", "THU nguyen", ["049090000001"]),
        ("name", "Veronika", ["X7777856"]),
        ("name", "Trần Thị Mẫu", []),
        ("name", "nguyễn veronika", []),
    ],
)
def test_a_search_finds_by_document_or_by_words_of_a_name(
    guests: Town, by: police.SearchBy, sought: str, numbers: list[str]
) -> None:
    assert _search(guests, by, sought) == numbers


def test_a_search_is_kept_with_its_reason_and_without_what_was_sought(guests: Town) -> None:
    _search(guests, "name", "Thử")
    row = guests.work.session.scalars(select(GuestSearch)).one()
    assert guests.work.vault.open(SEARCH_REASON_FIELD, row.id, row.reason) == REASON
    assert (row.officer_id, row.by, row.found) == (guests.officer.officer_id, "name", 1)
    (entry,) = _audited(guests, "police.search")
    assert (entry.object_id, entry.details) == (row.id, {"by": "name", "found": 1})


def test_a_name_without_a_word_is_no_search(guests: Town) -> None:
    with pytest.raises(DomainError) as refused:
        _search(guests, "name", "  ")
    assert [error.code for error in refused.value.fields] == ["name_without_words"]


def test_who_has_not_filed(town: Town) -> None:
    second = town.open(town.owner, town.organisation, name="A Nhà nghỉ Hai")
    third = town.open(town.owner, town.organisation, name="B Nhà nghỉ Ba")
    town.register(town.owner, town.organisation, name="C Chưa duyệt")

    def missing() -> list[UUID]:
        return [each.id for each in police.missing_lodgings(town.work, town.officer, NIGHT)]

    assert missing() == [second.id, third.id, town.lodging.id]
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    reports.report_nil(town.work, town.owner, town.desk, second.id, NIGHT)
    assert missing() == [third.id]
    # Who stays two nights is a guest of both, so nothing more need be filed for the second.
    tomorrow = [each.id for each in police.missing_lodgings(town.work, town.officer, NIGHT + timedelta(days=1))]
    assert tomorrow == [second.id, third.id]


def test_statistics_count_arrivals_by_nationality(guests: Town) -> None:
    reports.report_guests(guests.work, guests.owner, guests.desk, guests.lodging.id, [foreigner("X7777857")])
    told = police.read_statistics(guests.work, guests.officer, NIGHT, NIGHT)
    assert [tuple(row) for row in told.arrivals] == [(NIGHT, "RUS", 2), (NIGHT, "VNM", 1)]
    assert tuple(told.filing) == (1, 1, 0)
    for first, last in ((NIGHT, NIGHT - timedelta(days=1)), (NIGHT, NIGHT + timedelta(days=92))):
        with pytest.raises(DomainError) as refused:
            police.read_statistics(guests.work, guests.officer, first, last)
        assert [error.pointer for error in refused.value.fields] == ["?last"]


def test_one_document_in_two_lodgings_is_noticed(guests: Town) -> None:
    second = guests.open(guests.owner, guests.organisation, name="Nhà nghỉ Hai")
    assert police.documents_twice(guests.work, guests.officer, NIGHT) == []
    reports.report_guests(guests.work, guests.owner, guests.desk, second.id, [guest()])
    reports.report_guests(guests.work, guests.rival, guests.desk, guests.other_lodging.id, [guest()])
    (found,) = police.documents_twice(guests.work, guests.officer, NIGHT)
    assert [seen.lodging.id for seen in found.stays] == [guests.lodging.id, second.id]
    assert found.elsewhere == ["P.2"]
    (theirs,) = police.documents_twice(guests.work, guests.other_officer, NIGHT)
    assert [seen.lodging.id for seen in theirs.stays] == [guests.other_lodging.id]
    assert theirs.elsewhere == ["P.1"]


def test_leaving_one_lodging_for_another_on_the_same_day_is_no_duplicate(town: Town) -> None:
    earlier = guest(arrival=Moment(NIGHT - timedelta(days=1), time(9)), departure=Moment(NIGHT, time(10)))
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [earlier])
    reports.report_guests(town.work, town.rival, town.desk, town.other_lodging.id, [guest()])
    assert police.documents_twice(town.work, town.officer, NIGHT) == []


def test_an_export_holds_the_night_and_no_formula(guests: Town) -> None:
    guests.lodging.name = "=Nhà nghỉ"
    rows = police.export_guests(guests.work, guests.officer, NIGHT)
    table = csv_of(rows).decode("utf-8-sig")
    assert table.count("\n") == 3
    assert "'=Nhà nghỉ" in table
    assert "049090000001" in table
    assert "049090000009" not in table
    assert xlsx_of(rows).startswith(b"PK")
    (entry,) = _audited(guests, "police.export")
    assert entry.details["guests"] == 2


def test_a_lodging_is_decided_by_its_own_police(town: Town) -> None:
    lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    for event in LodgingEvent:
        with pytest.raises(DomainError, match="not_found"):
            police.decide_lodging(town.work, town.other_officer, lodging.id, event)
    approved = police.decide_lodging(town.work, town.officer, lodging.id, LodgingEvent.APPROVE, remote=True)
    assert (approved.state, approved.remote, lodging.decided_by) == ("active", True, town.officer.officer_id)
    assert approved.approved_at == town.work.now()


def test_how_a_lodging_came_to_its_state_is_told(town: Town) -> None:
    act = police.decide_lodging
    act(town.work, town.officer, town.lodging.id, LodgingEvent.SUSPEND, reason="Vi phạm thử.")
    act(town.work, town.officer, town.lodging.id, LodgingEvent.SUSPEND, reason="Vi phạm thử.")
    lodgings.close_lodging(town.work, town.owner, town.desk, town.lodging.id)
    with pytest.raises(DomainError, match="lodging_step_refused"):
        act(town.work, town.officer, town.lodging.id, LodgingEvent.RESUME)
    _, history = police.read_lodging(town.work, town.officer, town.lodging.id)
    assert [(row.event, row.from_state, row.to_state, row.reason) for row in history] == [
        ("register", None, "pending", None),
        ("approve", "pending", "active", None),
        ("suspend", "active", "suspended", "Vi phạm thử."),
        ("close", "suspended", "closed", None),
    ]


def test_lodgings_are_listed_by_state_and_subtree(town: Town) -> None:
    waiting = town.register(town.owner, town.organisation, name="Nhà nghỉ Chờ")

    def listed(state: str | None, after: UUID | None = None) -> list[UUID]:
        return [each.id for each in police.list_lodgings(town.work, town.officer, state=state, after=after, limit=9)]

    assert listed(None) == [town.lodging.id, waiting.id]
    assert listed("pending") == [waiting.id]
    assert listed(None, town.lodging.id) == [waiting.id]


def test_late_is_shown_to_the_police_and_what_it_costs_is_not(town: Town) -> None:
    town.clock.instant = datetime(2026, 11, 20, 23, 30, tzinfo=VIETNAM).astimezone(UTC)
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    (seen,) = police.list_guests(town.work, town.officer, NIGHT, after=None, limit=9)
    assert seen.stay.late
    assert not any("exposure" in name or "vnd" in name for name in SeenGuest.__slots__)
