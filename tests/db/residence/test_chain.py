"""What follows an arrival: each change is a new link, and none is ever lost or rewritten."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from residence.guests import GuestDeclaration, Moment
from residence.models import Stay
from residence.service import chain, reports
from residence.service.chain import History
from residence.service.declaring import DECLARED
from tests.db.residence.support import Town, foreigner, guest


@pytest.fixture
def stay_id(town: Town) -> UUID:
    (told,) = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    town.clock.advance(timedelta(hours=1))
    return told.stay_id


def _read(town: Town, stay_id: UUID) -> History:
    return chain.read_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id)


def _extend(town: Town, stay_id: UUID, departure: Moment) -> History:
    return chain.extend_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id, departure)


def _annul(town: Town, stay_id: UUID, note: str = "Khai nhầm phòng.") -> History:
    return chain.annul_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id, note=note)


def _correct(town: Town, stay_id: UUID, right: GuestDeclaration, note: str = "") -> History:
    return chain.correct_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id, guest=right, note=note)


def _events(town: Town) -> int:
    query = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.kind == DECLARED)
    return town.work.session.scalar(query) or 0


def test_the_chain_shows_what_was_declared_when_and_by_whom(town: Town, stay_id: UUID) -> None:
    clerk, _ = town.member(town.organisation, "Lễ tân Thử", ("report_guests",))
    later = Moment(date(2026, 11, 25), time(12))
    chain.extend_stay(town.work, clerk, town.desk, town.lodging.id, stay_id, later)
    town.clock.advance(timedelta(hours=1))
    _correct(town, stay_id, guest(room="303", departure=later), "Ghi nhầm phòng.")
    town.clock.advance(timedelta(hours=1))
    history = _annul(town, stay_id)
    assert [(link.number, link.kind, link.by, link.note) for link in history.links] == [
        (1, "arrival", "Chủ Khách sạn Thử", None),
        (2, "extension", "Lễ tân Thử", None),
        (3, "correction", "Chủ Khách sạn Thử", "Ghi nhầm phòng."),
        (4, "annulment", "Chủ Khách sạn Thử", "Khai nhầm phòng."),
    ]
    assert [link.declared_at.astimezone(VIETNAM).hour for link in history.links] == [10, 11, 12, 13]
    told = [link.guest for link in history.links]
    assert told[0] == guest()
    assert told[1] == guest(departure=later)
    assert told[2] == told[3] == guest(room="303", departure=later)
    assert history.stay.state == "annulled"
    assert _events(town) == 4


def test_an_extension_is_later_than_declared_and_within_thirty_days(town: Town, stay_id: UUID) -> None:
    for departure, code in (
        (Moment(date(2026, 11, 22), time(12)), "departure_not_later"),
        (Moment(date(2026, 12, 21)), "extension_too_long"),
    ):
        with pytest.raises(DomainError) as refused:
            _extend(town, stay_id, departure)
        assert [(error.pointer, error.code) for error in refused.value.fields] == [("/departure", code)]
    assert _extend(town, stay_id, Moment(date(2026, 12, 20))).stay.departure == datetime(2026, 12, 20, tzinfo=VIETNAM)


def test_an_early_leave_ends_the_stay_at_that_hour(town: Town, stay_id: UUID) -> None:
    left = Moment(date(2026, 11, 20), time(10, 30))
    history = chain.leave_early(town.work, town.owner, town.desk, town.lodging.id, stay_id, left)
    assert (history.stay.state, history.stay.departure) == ("left", left.instant)
    with pytest.raises(DomainError, match="stay_step_refused"):
        _extend(town, stay_id, Moment(date(2026, 11, 30)))


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (Moment(date(2026, 11, 19)), "left_before_arrival"),
        (Moment(date(2026, 11, 20), time(8, 59)), "left_before_arrival"),
        (Moment(date(2026, 11, 20), time(11, 1)), "left_too_late"),
        (Moment(date(2026, 11, 23)), "left_too_late"),
    ],
)
def test_an_early_leave_lies_between_arrival_and_now(town: Town, stay_id: UUID, left: Moment, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        chain.leave_early(town.work, town.owner, town.desk, town.lodging.id, stay_id, left)
    assert [error.code for error in refused.value.fields] == [code]


def test_a_correction_of_one_who_left_keeps_when_they_left(town: Town, stay_id: UUID) -> None:
    left = Moment(date(2026, 11, 20), time(10, 30))
    chain.leave_early(town.work, town.owner, town.desk, town.lodging.id, stay_id, left)
    history = _correct(town, stay_id, guest(phone="0905000001"))
    assert history.links[-1].guest == guest(phone="0905000001", left=left)
    assert (history.stay.state, history.stay.departure) == ("left", left.instant)


def test_a_correction_shows_in_the_stay_and_in_what_is_found(town: Town, stay_id: UUID) -> None:
    right = foreigner()
    stay = _correct(town, stay_id, right).stay
    assert (town.work.session.get_one(Stay, stay.id).nationality, stay.kind) == ("RUS", "foreign")
    assert stay.due_at == datetime(2026, 11, 20, 21, tzinfo=VIETNAM)
    find = reports.find_guest
    assert find(town.work, town.owner, town.desk, town.lodging.id, right.document_number) == right
    assert find(town.work, town.owner, town.desk, town.lodging.id, guest().document_number) is None


def test_a_corrected_arrival_may_turn_out_late_and_the_other_way_round(town: Town, stay_id: UUID) -> None:
    yesterday = guest(arrival=Moment(date(2026, 11, 19), time(20)))
    assert _correct(town, stay_id, yesterday).stay.late
    assert not _correct(town, stay_id, replace(yesterday, arrival=guest().arrival)).stay.late


def test_a_correction_keeps_the_rules(town: Town, stay_id: UUID) -> None:
    with pytest.raises(DomainError) as refused:
        _correct(town, stay_id, guest(full_name="Thử"))
    assert [error.pointer for error in refused.value.fields] == ["/guest/full_name"]
    with pytest.raises(DomainError, match="nothing_changed"):
        _correct(town, stay_id, guest())


def test_a_correction_into_another_stay_is_refused(town: Town, stay_id: UUID) -> None:
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest("049090000002")])
    with pytest.raises(DomainError, match="stay_declared"):
        _correct(town, stay_id, guest("049090000002"))


def test_an_annulled_guest_can_be_declared_anew(town: Town, stay_id: UUID) -> None:
    _annul(town, stay_id)
    (again,) = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    assert again.new
    assert again.stay_id != stay_id
    with pytest.raises(DomainError, match="stay_step_refused"):
        _annul(town, stay_id)


def test_a_stay_is_its_own_lodgings_alone(town: Town, stay_id: UUID) -> None:
    other = town.open(town.owner, town.organisation, name="Nhà nghỉ Thử Hai")
    for actor, lodging in ((town.owner, other), (town.rival, town.lodging), (town.rival, town.other_lodging)):
        with pytest.raises(DomainError, match="not_found"):
            chain.read_stay(town.work, actor, town.desk, lodging.id, stay_id)
        with pytest.raises(DomainError, match="not_found"):
            chain.annul_stay(town.work, actor, town.desk, lodging.id, stay_id, note="Không phải của mình.")


def test_stays_are_listed_newest_first_and_by_night(town: Town, stay_id: UUID) -> None:
    tomorrow = guest("049090000002", arrival=Moment(date(2026, 11, 21), time(9)))
    town.clock.instant = datetime(2026, 11, 21, 10, tzinfo=VIETNAM).astimezone(UTC)
    (later,) = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [tomorrow])

    def listed(night: date | None, after: UUID | None = None) -> list[UUID]:
        rows = chain.list_stays(town.work, town.owner, town.desk, town.lodging.id, night=night, after=after, limit=10)
        return [stay.id for stay, _ in rows]

    assert listed(None) == [later.stay_id, stay_id]
    assert listed(None, later.stay_id) == [stay_id]
    assert listed(date(2026, 11, 20)) == [stay_id]
    assert listed(date(2026, 11, 21)) == [later.stay_id, stay_id]
    # Both leave on the 22nd, so neither stays that night.
    assert listed(date(2026, 11, 22)) == []


def test_nothing_declared_is_ever_changed(town: Town, stay_id: UUID) -> None:
    before = _read(town, stay_id).links[0]
    _correct(town, stay_id, guest(room="404"))
    _annul(town, stay_id)
    assert _read(town, stay_id).links[0] == before
    assert town.work.session.scalar(select(func.count()).select_from(Stay)) == 1
