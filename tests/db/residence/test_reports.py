"""Guests declared: what a report writes, who may make one, and what is never written twice."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from residence.guests import GuestDeclaration, Moment
from residence.models import DECLARATION_FIELD, Declaration, NilReport, Stay
from residence.service import lodgings, police, reports
from residence.service.reports import Reported
from residence.states import LodgingEvent, LodgingState
from tests.db.residence.support import EVERYTHING, Town, foreigner, guest

NIGHT = date(2026, 11, 20)


def _report(town: Town, *guests: GuestDeclaration, by: Actor | None = None) -> list[Reported]:
    return reports.report_guests(town.work, by or town.owner, town.desk, town.lodging.id, guests)


def _stay(town: Town, stay_id: UUID) -> Stay:
    return town.work.session.scalars(select(Stay).where(Stay.id == stay_id)).one()


def _events(town: Town) -> list[dict[str, object]]:
    rows = town.work.session.scalars(
        select(OutboxEvent).where(OutboxEvent.kind == "residence.declared").order_by(OutboxEvent.seq)
    )
    return [row.payload for row in rows]


def test_a_guest_becomes_a_stay_with_its_first_declaration_and_an_event(town: Town) -> None:
    (told,) = _report(town, guest())
    stay = _stay(town, told.stay_id)
    assert told.new
    assert (stay.night, stay.kind, stay.nationality, stay.room, stay.state) == (
        NIGHT,
        "vietnamese",
        "VNM",
        "101",
        "staying",
    )
    assert stay.due_at == datetime(2026, 11, 20, 23, tzinfo=VIETNAM)
    assert not stay.late
    link = town.work.session.scalars(select(Declaration).where(Declaration.stay_id == stay.id)).one()
    assert link.content is not None
    assert GuestDeclaration.from_json(town.work.vault.open(DECLARATION_FIELD, link.id, link.content)) == guest()
    assert (link.kind, link.number, link.declared_by, link.client_id) == ("arrival", 1, town.owner.person_id, None)
    assert _events(town) == [{"lodging_id": str(town.lodging.id), "batch_id": None, "declaration_ids": [str(link.id)]}]


def test_no_name_and_no_number_is_stored_in_the_open(town: Town) -> None:
    _report(town, guest())
    rows = town.work.session.execute(
        text("SELECT to_jsonb(s)::text, to_jsonb(d)::text FROM stay s, declaration d")
    ).one()
    assert all("Thử" not in row and "Thu" not in row and "049090000001" not in row for row in rows)


def test_the_same_guest_of_the_same_day_is_declared_once(town: Town) -> None:
    (first,) = _report(town, guest())
    (again,) = _report(town, guest(room="202"))
    assert (again.stay_id, again.new) == (first.stay_id, False)
    assert town.work.session.scalar(select(func.count()).select_from(Declaration)) == 1
    assert len(_events(town)) == 1


def test_twice_in_one_request_is_one_stay(town: Town) -> None:
    first, again = _report(town, guest(), guest())
    assert (first.stay_id, first.new, again.new) == (again.stay_id, True, False)


def test_letters_of_a_document_count_in_either_case(town: Town) -> None:
    (first,) = _report(town, foreigner("X7777856"))
    (again,) = _report(town, foreigner("x7777856"))
    assert again.stay_id == first.stay_id


def test_one_broken_guest_refuses_the_whole_request_and_says_which(town: Town) -> None:
    with pytest.raises(DomainError) as refused:
        _report(town, guest(), guest("123", document_kind=1))
    (error,) = refused.value.fields
    assert error.pointer == "/guests/1/document_number"
    assert error.params["rule"] == "E13"
    assert "số 0" in error.params["reason_vi"]
    assert town.work.session.scalar(select(func.count()).select_from(Stay)) == 0


def test_a_late_report_is_taken_and_marked(town: Town) -> None:
    town.clock.instant = datetime(2026, 11, 20, 23, 30, tzinfo=VIETNAM).astimezone(UTC)
    (told,) = _report(town, guest())
    assert _stay(town, told.stay_id).late


def test_a_foreigner_has_hours_from_the_arrival(town: Town) -> None:
    (told,) = _report(town, foreigner())
    assert _stay(town, told.stay_id).due_at == datetime(2026, 11, 20, 21, tzinfo=VIETNAM)
    town.lodging.remote = True
    (remote,) = _report(town, foreigner("X7777857"))
    assert _stay(town, remote.stay_id).due_at == datetime(2026, 11, 21, 9, tzinfo=VIETNAM)


def test_a_lodging_that_is_not_approved_declares_nothing(town: Town) -> None:
    for state in (LodgingState.PENDING, LodgingState.SUSPENDED, LodgingState.CLOSED, LodgingState.REFUSED):
        town.lodging.state = state.value
        with pytest.raises(DomainError, match="lodging_not_active"):
            _report(town, guest())


def test_another_hotel_gets_the_answer_of_nothing(town: Town) -> None:
    for actor in (town.rival, town.system(town.other_organisation, town.rival)):
        with pytest.raises(DomainError, match="not_found"):
            _report(town, guest(), by=actor)


def test_a_member_needs_the_mandate(town: Town) -> None:
    clerk, _ = town.member(town.organisation, "Người dọn phòng")
    with pytest.raises(DomainError, match="mandate_missing"):
        _report(town, guest(), by=clerk)


def test_a_member_narrowed_to_another_lodging_does_not_see_this_one(town: Town) -> None:
    other = town.open(town.owner, town.organisation, name="Nhà nghỉ Thử Hai")
    clerk, member_id = town.member(town.organisation, "Lễ tân", ("report_guests",))
    assert _report(town, guest(), by=clerk)[0].new
    lodgings.set_staff(town.work, town.owner, town.desk, other.id, [member_id])
    with pytest.raises(DomainError, match="not_found"):
        _report(town, guest("049090000002"), by=clerk)


def test_who_manages_lodgings_is_never_narrowed(town: Town) -> None:
    other = town.open(town.owner, town.organisation, name="Nhà nghỉ Thử Hai")
    manager, member_id = town.member(town.organisation, "Quản lý", EVERYTHING)
    lodgings.set_staff(town.work, town.owner, town.desk, other.id, [member_id])
    assert _report(town, guest(), by=manager)[0].new


def test_a_system_declares_under_its_own_name(town: Town) -> None:
    system = town.system(town.organisation, town.owner)
    (told,) = _report(town, guest(), by=system)
    link = town.work.session.scalars(select(Declaration).where(Declaration.stay_id == told.stay_id)).one()
    assert (link.client_id, link.declared_by) == (system.client_id, None)


def test_a_night_without_guests_is_said_once_and_withdrawn_by_a_guest(town: Town) -> None:
    first = reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT)
    assert reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT).id == first.id
    _report(town, guest())
    nil = town.work.session.scalars(select(NilReport)).one()
    assert nil.withdrawn_at == town.work.now()
    with pytest.raises(DomainError, match="night_has_guests"):
        reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT)


def test_a_guest_of_an_earlier_day_who_still_stays_is_a_guest_of_tonight(town: Town) -> None:
    _report(town, guest(arrival=Moment(date(2026, 11, 19), time(20))))
    with pytest.raises(DomainError, match="night_has_guests"):
        reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT)


@pytest.mark.parametrize("day", [-2, -1, 1])
def test_only_tonight_can_be_empty(town: Town, day: int) -> None:
    with pytest.raises(DomainError, match="night_out_of_reach"):
        reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT + timedelta(days=day))


def test_last_night_can_be_empty_until_eight(town: Town) -> None:
    town.clock.instant = datetime(2026, 11, 21, 7, 59, tzinfo=VIETNAM).astimezone(UTC)
    assert reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT).night == NIGHT


def test_a_regular_guest_is_found_again_by_the_document(town: Town) -> None:
    town.clock.instant -= timedelta(days=100)
    earlier = guest(arrival=Moment(date(2026, 8, 12), time(9)), departure=Moment(date(2026, 8, 14)), phone="0905000001")
    _report(town, earlier)
    town.clock.instant += timedelta(days=100)
    find = reports.find_guest
    assert find(town.work, town.owner, town.desk, town.lodging.id, " 049090000001") == earlier
    assert find(town.work, town.owner, town.desk, town.lodging.id, "049090000002") is None
    assert find(town.work, town.rival, town.desk, town.other_lodging.id, "049090000001") is None
    town.clock.instant += town.desk.settings.guests_kept
    assert find(town.work, town.owner, town.desk, town.lodging.id, "049090000001") is None


def test_a_search_for_a_regular_guest_leaves_a_trace_without_the_number(town: Town) -> None:
    reports.find_guest(town.work, town.owner, town.desk, town.lodging.id, "049090000001")
    row = town.work.session.scalars(select(AuditEntry).where(AuditEntry.action == "guest.find")).one()
    assert row.object_id == town.lodging.id
    assert row.details == {"found": 0}


def test_a_refused_lodging_may_ask_again(town: Town) -> None:
    lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    police.decide_lodging(town.work, town.officer, lodging.id, LodgingEvent.REFUSE, reason="Thiếu giấy phép.")
    assert (lodging.state, lodging.reason) == ("refused", "Thiếu giấy phép.")
    assert lodgings.resubmit_lodging(town.work, town.owner, town.desk, lodging.id).state == "pending"
