from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.rules import KEY_REMAINS, NUMBER_CAPS, PERSON_CAPS, Cap, KeyPlan, plan_keys, signing_position, wait_for

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LIFETIME, LEAD = timedelta(days=30), timedelta(days=1)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def plan(*ages: timedelta) -> KeyPlan:
    """The plan for keys that have been signing for these times; a negative one is still to come."""
    return plan_keys([NOW - age for age in ages], NOW, lifetime=LIFETIME, lead=LEAD)


def test_the_first_key_signs_at_once() -> None:
    assert plan() == KeyPlan(NOW, 0)


def test_the_next_key_is_published_before_it_signs() -> None:
    assert plan(LIFETIME - LEAD - SECOND) == KeyPlan(None, 0)
    assert plan(LIFETIME - LEAD) == KeyPlan(NOW + LEAD, 0)
    assert plan(LIFETIME - LEAD, -LEAD) == KeyPlan(None, 0)


def test_a_rotation_that_was_missed_still_gives_notice() -> None:
    assert plan(LIFETIME * 3) == KeyPlan(NOW + LEAD, 0)


def test_a_key_stays_until_the_last_token_it_signed_has_expired() -> None:
    assert plan(LIFETIME + KEY_REMAINS - SECOND, KEY_REMAINS - SECOND).drop == 0
    assert plan(LIFETIME + KEY_REMAINS, KEY_REMAINS).drop == 1
    assert plan(LIFETIME * 2, LIFETIME - DAY, DAY).drop == 2


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=6))
def test_some_key_always_signs_and_none_that_could_have_signed_lately_goes(days: list[int]) -> None:
    starts = sorted(NOW + timedelta(days=day) for day in days)
    position = signing_position(starts, NOW)
    assert starts[position] <= NOW or position == 0
    assert all(start > NOW for start in starts[position + 1 :])
    assert plan_keys(starts, NOW, lifetime=LIFETIME, lead=LEAD).drop <= position


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], None),
        ([59], 1),
        ([60], None),
        ([3599, 3000, 2000, 1000, 60], 1),
        ([3600, 3000, 2000, 1000, 60], None),
        ([3000, 2000, 1000, 100, 10], 600),
    ],
)
def test_codes_for_one_person(ages: list[int], wait: int | None) -> None:
    asked = [NOW - timedelta(seconds=age) for age in ages]
    assert wait_for(PERSON_CAPS, asked, NOW) == (None if wait is None else timedelta(seconds=wait))


@given(
    st.lists(st.integers(0, 200), max_size=12),
    st.lists(st.builds(Cap, st.integers(1, 4), st.integers(1, 90).map(lambda s: timedelta(seconds=s))), max_size=3),
)
def test_waiting_as_told_is_enough_and_no_cap_is_passed(ages: list[int], caps: list[Cap]) -> None:
    asked = [NOW - timedelta(seconds=age) for age in ages]
    wait = wait_for(caps, asked, NOW)
    then = NOW + (wait or timedelta())
    assert wait_for(caps, asked, then) is None
    for cap in caps:
        assert sum(1 for at in asked if at > then - cap.window) < cap.most


def test_a_number_is_not_flooded_by_many_people() -> None:
    asked = [NOW - timedelta(minutes=minutes) for minutes in range(3)]
    assert wait_for(NUMBER_CAPS, asked, NOW) == timedelta(minutes=8)
