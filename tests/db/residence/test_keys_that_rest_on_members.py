"""A key reaches the lodgings that whoever answers for it reaches, and narrowing them names the keys first."""

from uuid import UUID

import pytest

from kernel.actor import Actor
from kernel.errors import DomainError
from residence.service import lodgings
from residence.service.access import lodging_for, lodgings_for
from tests.db.residence.support import Town

_CLERK = ("manage_clients", "report_guests")


def _two(town: Town, mandates: tuple[str, ...] = _CLERK) -> tuple[UUID, UUID, Actor]:
    """Another lodging, a member, and the actor of their key."""
    other = town.open(town.owner, town.organisation, name="Nhà nghỉ Thử Hai")
    clerk, member_id = town.member(town.organisation, "Lễ tân", mandates)
    return other.id, member_id, town.system(town.organisation, clerk, mandates)


def test_a_key_of_a_narrowed_member_does_not_see_other_lodgings(town: Town) -> None:
    other, member_id, key = _two(town)
    assert len(lodgings_for(town.work, key, town.desk)) == 2
    lodgings.set_staff(town.work, town.owner, town.desk, other, [member_id], narrow_keys=True)
    assert [each.id for each in lodgings_for(town.work, key, town.desk)] == [other]
    assert lodging_for(town.work, key, town.desk, other, "report").id == other
    for right in ("read", "report"):
        with pytest.raises(DomainError, match="not_found"):
            lodging_for(town.work, key, town.desk, town.lodging.id, right)


def test_who_narrows_a_member_is_told_of_their_keys_first(town: Town) -> None:
    other, member_id, key = _two(town)
    with pytest.raises(DomainError, match="grants_remain") as refused:
        lodgings.set_staff(town.work, town.owner, town.desk, other, [member_id])
    assert refused.value.params["clients"] == [{"id": str(key.client_id), "name": "Phần mềm Thử"}]
    assert len(lodgings_for(town.work, key, town.desk)) == 2


def test_taking_away_one_lodging_of_two_is_narrowing_as_well(town: Town) -> None:
    other, member_id, _ = _two(town)
    lodgings.set_staff(town.work, town.owner, town.desk, other, [member_id], narrow_keys=True)
    lodgings.set_staff(town.work, town.owner, town.desk, town.lodging.id, [member_id])
    with pytest.raises(DomainError, match="grants_remain"):
        lodgings.set_staff(town.work, town.owner, town.desk, town.lodging.id, [])
    assert lodgings.set_staff(town.work, town.owner, town.desk, town.lodging.id, [], narrow_keys=True) == []


def test_a_key_of_who_manages_all_lodgings_is_never_narrowed(town: Town) -> None:
    other, member_id, key = _two(town, (*_CLERK, "manage_lodgings"))
    lodgings.set_staff(town.work, town.owner, town.desk, other, [member_id])
    assert len(lodgings_for(town.work, key, town.desk)) == 2


def test_a_key_that_rests_on_nobody_reaches_nothing(town: Town) -> None:
    nobody = Actor(town.system(town.organisation, town.owner).kind, organisation_id=town.organisation)
    assert lodgings_for(town.work, nobody, town.desk) == []
