"""Who runs several lodgings sees and files for all of them with one log-in, or with one key."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from auth.models import Membership
from kernel.actor import Actor
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.ids import new_id
from residence.authority.port import Trial
from residence.models import Lodging
from residence.service import lodgings, nights, reports
from residence.service.access import lodgings_for
from residence.views import LodgingView
from tests.db.residence.support import EVERYTHING, Town, guest

NIGHT = date(2026, 11, 20)


@pytest.fixture
def chain(town: Town) -> list[Lodging]:
    """Three lodgings of one organisation."""
    return [town.lodging, *(town.open(town.owner, town.organisation, name=f"Nhà nghỉ {place}") for place in (2, 3))]


def _join(town: Town, organisation: UUID, member: Actor) -> None:
    """The same person in another organisation."""
    town.work.session.add(
        Membership(
            id=new_id(),
            organisation_id=organisation,
            person_id=member.person_id,
            role="staff",
            mandates=list(EVERYTHING),
            display_name="Quản lý Thử",
            valid_from=NIGHT,
            created_at=town.work.now(),
        )
    )
    town.work.session.flush()


def _listed(town: Town, actor: Actor, **how: object) -> list[tuple[LodgingView, nights.Night]]:
    asked = {"after": None, "limit": 50, **how}
    return nights.list_nights(town.work, actor, town.desk, NIGHT, **asked)  # type: ignore[arg-type]


def test_one_look_shows_the_night_of_every_lodging_as_each_shows_its_own(town: Town, chain: list[Lodging]) -> None:
    first, second, third = chain
    report = reports.report_guests
    report(town.work, town.owner, town.desk, first.id, [guest("049090000001"), guest("049090000002")])
    reports.report_nil(town.work, town.owner, town.desk, second.id, NIGHT)
    town.clock.instant = datetime(2026, 11, 20, 23, 10, tzinfo=VIETNAM).astimezone(UTC)
    seen = _listed(town, town.owner)
    assert [(lodging.id, night.state) for lodging, night in seen] == [
        (first.id, "filed"),
        (second.id, "nil"),
        (third.id, "missing"),
    ]
    for lodging, night in seen:
        assert night == nights.read_night(town.work, town.owner, town.desk, lodging.id, NIGHT)


def test_one_person_with_several_organisations_sees_the_lodgings_of_all(town: Town) -> None:
    second, _ = town.organise("Khách sạn Thứ Hai")
    manager, _ = town.member(town.organisation, "Quản lý Thử", EVERYTHING)
    _join(town, second, manager)
    other = town.open(manager, second, name="Nhà nghỉ Thứ Hai")
    assert [lodging.id for lodging, _ in _listed(town, manager)] == [town.lodging.id, other.id]
    for lodging in (town.lodging, other):
        reports.report_guests(town.work, manager, town.desk, lodging.id, [guest()])
    assert [night.state for _, night in _listed(town, manager)] == ["filed", "filed"]
    # Nobody else's.
    assert town.other_lodging.id not in {lodging.id for lodging, _ in _listed(town, manager)}


def test_one_key_files_for_every_lodging_of_its_organisation(town: Town, chain: list[Lodging]) -> None:
    key = town.system(town.organisation, town.owner)
    later = town.open(town.owner, town.organisation, name="Mở sau khi có khóa")
    every = [*chain, later]
    assert [each.id for each in lodgings_for(town.work, key, town.desk)] == [each.id for each in every]
    for place, lodging in enumerate(every):
        reports.report_guests(town.work, key, town.desk, lodging.id, [guest(f"04909000000{place}")])
    assert {night.state for _, night in _listed(town, key)} == {"filed"}
    with pytest.raises(DomainError, match="not_found"):
        reports.report_guests(town.work, key, town.desk, town.other_lodging.id, [guest()])


def test_a_clerk_sees_the_lodgings_they_are_narrowed_to(town: Town, chain: list[Lodging]) -> None:
    clerk, member = town.member(town.organisation, "Lễ tân Thử", ("report_guests",))
    assert len(_listed(town, clerk)) == 3
    lodgings.set_staff(town.work, town.owner, town.desk, chain[1].id, [member])
    assert [lodging.id for lodging, _ in _listed(town, clerk)] == [chain[1].id]


def test_pages_follow_each_other_and_closed_lodgings_are_left_out(town: Town, chain: list[Lodging]) -> None:
    lodgings.close_lodging(town.work, town.owner, town.desk, chain[1].id)
    [(first, _)] = _listed(town, town.owner, limit=1)
    [(second, _)] = _listed(town, town.owner, after=first.id)
    assert (first.id, second.id) == (chain[0].id, chain[2].id)
    assert _listed(town, town.owner, after=second.id) == []


def test_a_lodging_without_an_account_stands_out(town: Town) -> None:
    bare = town.register(town.owner, town.organisation, name="Nhà nghỉ Chưa Có")
    found = {lodging.id: night.account.state for lodging, night in _listed(town, town.owner)}
    assert (found[town.lodging.id], found[bare.id]) == ("working", "missing")
    town.give_account(town.owner, bare, Trial.UNANSWERED)
    found = {lodging.id: night.account.state for lodging, night in _listed(town, town.owner)}
    assert found[bare.id] == "untried"
