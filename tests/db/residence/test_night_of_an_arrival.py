"""A guest who comes after midnight belongs to the night before, wherever nights are told of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.storage import FileStore, open_store
from residence.clock import NightRule
from residence.guests import GuestDeclaration, Moment
from residence.models import NilReport, Stay
from residence.nights.reminders import remind_lodgings
from residence.receipts.receipts import issue_receipt
from residence.service import chain, nights, police, reports
from residence.states import LodgingEvent
from residence.transmission.planner import plan_transmissions
from tests.db.residence.support import Town, foreigner, guest
from tests.db.residence.test_batches import accept, send, sheet

BEFORE, DAY, NEXT = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
REASON = "Không đủ điều kiện hoạt động."


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return open_store(tmp_path.as_uri())


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM).astimezone(UTC)


def walk_in(hour: int, minute: int, until: date = DAY, **changes: Any) -> GuestDeclaration:
    """A guest who came on 22/11 at this time and leaves at noon of `until`."""
    return guest(arrival=Moment(DAY, time(hour, minute)), departure=Moment(until, time(12)), **changes)


def report(town: Town, *guests: GuestDeclaration) -> Stay:
    told = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, list(guests))
    return town.work.session.get_one(Stay, told[0].stay_id)


def state(town: Town, night: date) -> str:
    return nights.read_night(town.work, town.owner, town.desk, town.lodging.id, night).state


def missing(town: Town, night: date) -> bool:
    return town.lodging.id in {each.id for each in police.missing_lodgings(town.work, town.officer, night)}


@pytest.mark.parametrize(("hour", "minute"), [(0, 30), (0, 0), (4, 14), (7, 59)])
def test_who_comes_after_midnight_slept_the_night_before(town: Town, hour: int, minute: int) -> None:
    town.clock.instant = at(hour, minute)
    stay = report(town, walk_in(hour, minute))
    assert (stay.night, stay.due_at, stay.late) == (BEFORE, at(8), False)
    assert (state(town, BEFORE), state(town, DAY)) == ("filed", "open")
    town.clock.instant = at(23, 30)
    assert (missing(town, BEFORE), missing(town, DAY)) == (False, True)
    seen = police.list_guests(town.work, town.officer, BEFORE, after=None, limit=5)
    assert [each.stay.id for each in seen] == [stay.id]
    assert police.list_guests(town.work, town.officer, DAY, after=None, limit=5) == []
    told = police.read_statistics(town.work, town.officer, BEFORE, DAY)
    assert [tuple(row) for row in told.arrivals] == [(BEFORE, "VNM", 1)]


def test_a_night_in_which_a_guest_slept_is_not_empty(town: Town) -> None:
    town.clock.instant = at(4, 15)
    report(town, walk_in(0, 30))
    with pytest.raises(DomainError, match="night_has_guests"):
        reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, BEFORE)
    assert reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, DAY).night == DAY


def test_declared_at_eight_they_are_late(town: Town) -> None:
    town.clock.instant = at(8)
    assert report(town, walk_in(0, 30)).late
    assert report(town, foreigner(arrival=Moment(DAY, time(0, 30)), departure=Moment(NEXT))).late is False


def test_who_stays_on_sleeps_both_nights(town: Town) -> None:
    town.clock.instant = at(9)
    report(town, walk_in(2, 0, until=NEXT))
    assert (state(town, BEFORE), state(town, DAY)) == ("filed", "filed")


def test_the_evenings_reminder_is_not_silenced_by_last_nights_guest(town: Town) -> None:
    town.clock.instant = at(5)
    report(town, walk_in(0, 30))
    town.clock.instant = at(21, 40)
    told = remind_lodgings(town.work)
    assert told == 2


def test_the_same_document_in_the_next_night_is_another_stay(town: Town) -> None:
    town.clock.instant = at(21)
    first = report(town, walk_in(0, 30))
    again = report(town, guest(arrival=Moment(DAY, time(20)), departure=Moment(NEXT, time(12))))
    assert (first.night, again.night) == (BEFORE, DAY)
    assert first.id != again.id


def test_the_other_reading_is_a_setting(town: Town) -> None:
    town.desk = replace(town.desk, settings=replace(town.desk.settings, night_rule=NightRule(time())))
    town.clock.instant = at(9)
    stay = report(town, walk_in(0, 30))
    assert (stay.night, stay.due_at, stay.late) == (DAY, at(23), False)
    assert state(town, BEFORE) == "missing"


def test_a_correction_moves_the_night(town: Town) -> None:
    town.clock.instant = at(9)
    stay = report(town, guest(arrival=Moment(DAY, time(8, 30)), departure=Moment(NEXT, time(12))))
    right = guest(arrival=Moment(DAY, time(0, 45)), departure=Moment(NEXT, time(12)))
    chain.correct_stay(town.work, town.owner, town.desk, town.lodging.id, stay.id, guest=right, note="")
    assert (stay.night, stay.due_at, stay.late) == (BEFORE, at(8), True)


def _declare_late(town: Town) -> None:
    report(town, guest(arrival=Moment(date(2026, 11, 20), time(20)), departure=Moment(NEXT, time(12))))


def _extend(town: Town) -> None:
    chain.extend_stay(
        town.work,
        town.owner,
        town.desk,
        town.lodging.id,
        town.work.session.scalars(select(Stay.id)).one(),
        Moment(NEXT, time(12)),
    )


@pytest.mark.parametrize(("earlier", "act"), [(False, _declare_late), (True, _extend)])
def test_a_guest_who_stays_on_ends_every_nil_report_of_their_nights(
    town: Town, earlier: bool, act: Callable[[Town], None]
) -> None:
    if earlier:
        report(town, guest(arrival=Moment(date(2026, 11, 20), time(9)), departure=Moment(BEFORE, time(12))))
    for day in (BEFORE, DAY):
        town.clock.instant = at(10, day=day)
        reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, day)
    act(town)
    assert (state(town, BEFORE), state(town, DAY)) == ("filed", "filed")
    rows = town.work.session.scalars(select(NilReport)).all()
    assert [row.withdrawn_at for row in rows] == [town.work.now()] * 2


def test_a_receipt_of_the_night_counts_them(town: Town) -> None:
    town.clock.instant = at(1)
    report(town, walk_in(0, 30))
    receipt = issue_receipt(town.work, town.owner, town.desk, town.lodging.id, night=BEFORE)
    assert (receipt.row.declared, receipt.row.late) == (1, 0)
    with pytest.raises(DomainError, match="nothing_filed"):
        issue_receipt(town.work, town.owner, town.desk, town.lodging.id, night=DAY)


def test_the_authority_is_asked_by_the_day_of_arrival(town: Town) -> None:
    town.clock.instant = at(20)
    report(town, walk_in(0, 30), guest("049090000002", arrival=Moment(DAY, time(19)), departure=Moment(NEXT)))
    payload = town.work.session.scalar(text("SELECT payload FROM outbox_event WHERE kind = 'residence.declared'"))
    plan_transmissions(town.work.session, payload, 50)
    rows = town.work.session.execute(text("SELECT night, arrived_on FROM transmission ORDER BY night"))
    assert [tuple(row) for row in rows] == [(BEFORE, DAY), (DAY, DAY)]


@pytest.mark.parametrize(
    ("sent_at", "guests", "night"),
    [
        # A list for the evening to come, sent while the lodging still speaks of last night.
        (at(4, 14), [(DAY, None), (DAY, None)], DAY),
        (at(4, 14), [(DAY, time(0, 30)), (DAY, time(1))], BEFORE),
        (at(22), [(DAY, time(14)), (DAY, time(15)), (BEFORE, time(20))], DAY),
        (at(22), [(BEFORE, time(20)), (DAY, time(15))], DAY),
    ],
)
def test_a_file_is_of_the_night_on_which_its_guests_arrived(
    town: Town, files: FileStore, sent_at: datetime, guests: list[tuple[date, time | None]], night: date
) -> None:
    town.clock.instant = sent_at
    listed = [
        guest(f"04909000000{place}", arrival=Moment(day, clock), departure=Moment(NEXT))
        for place, (day, clock) in enumerate(guests)
    ]
    batch = send(town, files, sheet(*listed))
    assert batch.night == night
    assert accept(town, files, batch).night == night


def test_a_file_without_a_guest_is_of_tonight(town: Town, files: FileStore) -> None:
    town.clock.instant = at(4, 14)
    assert send(town, files, sheet(guest("12"))).night == BEFORE


@pytest.mark.parametrize("approved_at", [at(4, 13), at(23, day=BEFORE), at(12, day=NEXT)])
def test_a_night_before_the_approval_is_never_missing(town: Town, approved_at: datetime) -> None:
    town.clock.instant = at(9, day=BEFORE)
    town.lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    town.clock.instant = approved_at
    police.decide_lodging(town.work, town.officer, town.lodging.id, LodgingEvent.APPROVE)
    assert (state(town, BEFORE), missing(town, BEFORE)) == ("not_owed", False)
    before = police.read_statistics(town.work, town.officer, BEFORE, BEFORE).filing.active
    assert before == 1
    town.clock.instant = at(23, day=NEXT)
    assert (state(town, NEXT), missing(town, NEXT)) == ("missing", True)


def test_a_lodging_not_approved_owes_nothing(town: Town) -> None:
    town.lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    town.clock.instant = at(23)
    assert state(town, DAY) == "not_owed"


def test_a_night_of_a_suspension_is_not_owed_and_the_one_before_it_is(town: Town) -> None:
    first = date(2026, 11, 20)
    town.clock.instant = at(10, day=BEFORE)
    police.decide_lodging(town.work, town.officer, town.lodging.id, LodgingEvent.SUSPEND, reason=REASON)
    town.clock.instant = at(10, day=DAY)
    police.decide_lodging(town.work, town.officer, town.lodging.id, LodgingEvent.RESUME)
    town.clock.instant = at(23, 5)
    assert [(state(town, night), missing(town, night)) for night in (first, BEFORE, DAY)] == [
        ("missing", True),
        ("not_owed", False),
        ("missing", True),
    ]
    town.clock.instant += timedelta(days=1)
    police.decide_lodging(town.work, town.officer, town.lodging.id, LodgingEvent.SUSPEND, reason=REASON)
    # What was missing stays missing when the lodging is suspended afterwards.
    assert (missing(town, DAY), missing(town, NEXT)) == (True, True)
