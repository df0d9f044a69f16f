"""The walk inside state 4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from tests.unit.procedures.household import procedure
from tests.unit.procedures.test_catalogue_procedures import second
from tracking.process import first_step, possible_actions, take_step
from tracking.states import Event


def test_the_way_through_the_household_business() -> None:
    found = procedure()
    assert first_step(found) == "tham_dinh"
    onward = take_step(found, "tham_dinh", "advance", {"appraiser"})
    assert (onward.at, onward.to, onward.event) == ("tham_dinh", "ky_duyet", None)
    back = take_step(found, onward.to, "send_back", {"leader"})
    assert (back.to, back.event) == ("tham_dinh", None)
    done = take_step(found, "ky_duyet", "finish", {"leader"})
    assert (done.to, done.event) == ("ky_duyet", Event.FINISH)


@pytest.mark.parametrize(
    ("action", "event"), [("ask_supplement", Event.REQUEST_SUPPLEMENT), ("demand_fee", Event.DEMAND_FEE)]
)
def test_a_detour_leaves_the_step_where_it_is(action: str, event: Event) -> None:
    move = take_step(procedure(), "tham_dinh", action, {"appraiser"})
    assert (move.to, move.event) == ("tham_dinh", event)


def test_an_action_with_a_name_of_its_own() -> None:
    assert take_step(second(), "doi_chieu", "qua_lanh_dao", {"appraiser"}).to == "xem_lai"
    assert take_step(second(), "doi_chieu", "advance", {"appraiser"}).to == "ky"
    assert take_step(second(), "doi_chieu", "transfer", {"appraiser"}).to == "doi_chieu"


def test_another_role_cannot_act() -> None:
    with pytest.raises(DomainError) as refusal:
        take_step(procedure(), "ky_duyet", "finish", {"appraiser", "receiver"})
    assert (refusal.value.code, refusal.value.params) == ("step_role_missing", {"step": "ky_duyet", "needed": "leader"})
    assert possible_actions(procedure(), "ky_duyet", {"appraiser"}) == ()


def test_an_action_the_step_does_not_have() -> None:
    with pytest.raises(DomainError) as refusal:
        take_step(procedure(), "tham_dinh", "finish", {"appraiser"})
    assert refusal.value.code == "step_action_unknown"
    assert refusal.value.params["allowed_actions"] == ["advance", "ask_supplement", "demand_fee"]


def test_without_a_step_a_dossier_stands_at_the_first() -> None:
    assert take_step(procedure(), None, "advance", {"appraiser"}).at == "tham_dinh"


@given(st.lists(st.tuples(st.sampled_from(["appraiser", "leader", "receiver"]), st.integers(0, 5)), max_size=30))
def test_any_walk_stays_among_the_steps_and_can_always_go_on(moves: list[tuple[str, int]]) -> None:
    found, step = second(), first_step(second())
    for role, choice in moves:
        actions = possible_actions(found, step, {role})
        if actions:
            step = take_step(found, step, actions[choice % len(actions)].code, {role}).to
        assert possible_actions(found, step, {found.step(step).role})
