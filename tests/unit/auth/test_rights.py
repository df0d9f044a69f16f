"""What a key can do is what its grantor can: more rights never give less, and none give nothing."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auth.models import ApiClient, Membership
from auth.organisations.rights import (
    MANAGE_CLIENTS,
    MANDATES,
    NOTHING,
    SCOPES,
    Holding,
    mandate_needed,
    mandates_of,
    may_have_given,
    usable_scopes,
)
from auth.organisations.service.succession import resting_on
from kernel.ids import new_id

_SCOPES = SCOPES["organisation"]
some_mandates = st.frozensets(st.sampled_from(MANDATES))
some_scopes = st.frozensets(st.sampled_from(_SCOPES), min_size=1)
days = st.none() | st.integers(0, 400).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@given(some_scopes, some_mandates)
def test_a_key_that_may_be_made_can_do_all_it_says(scopes: frozenset[str], mandates: frozenset[str]) -> None:
    whole = usable_scopes(scopes, mandates) == scopes
    assert whole is (mandate_needed(scopes, mandates) is None)


@given(some_scopes, some_mandates, some_mandates)
def test_fewer_mandates_never_give_more(scopes: frozenset[str], one: frozenset[str], other: frozenset[str]) -> None:
    assert usable_scopes(scopes, one & other) <= usable_scopes(scopes, one) <= scopes


@given(some_scopes, some_mandates)
def test_what_is_needed_is_lacking(scopes: frozenset[str], mandates: frozenset[str]) -> None:
    needed = mandate_needed(scopes, mandates)
    assert needed is None or needed not in mandates


def test_nothing_holds_nothing_and_a_representative_everything() -> None:
    assert usable_scopes(_SCOPES, NOTHING.mandates) == frozenset()
    assert usable_scopes(_SCOPES, mandates_of("representative", ())) == set(_SCOPES)
    assert usable_scopes(["dossiers:status"], MANDATES) == frozenset()


@given(some_mandates, some_mandates, days, days)
def test_nobody_gives_more_or_for_longer(
    holds: frozenset[str], gives: frozenset[str], until: date | None, last: date | None
) -> None:
    if may_have_given(Holding(holds, until), gives, last):
        assert gives <= holds
        assert until is None or (last is not None and last <= until)


@given(st.lists(st.tuples(st.integers(0, 5), some_mandates), max_size=6), some_mandates, some_mandates)
def test_nothing_goes_on_without_ground(
    chain: list[tuple[int, frozenset[str]]], before: frozenset[str], after: frozenset[str]
) -> None:
    """Members who gave to one another, in any shape, cycles included: once what is named is gone, the rest stands."""
    people = [new_id() for _ in range(7)]
    members = [
        Membership(id=new_id(), person_id=person, granted_by=people[giver], role="staff", mandates=sorted(held))
        for person, (giver, held) in zip(people[1:], chain, strict=False)
    ]
    found = resting_on(members, [], people[0], Holding(before), Holding(after))
    gone = {member.person_id for member in found.members}
    for member in members:
        if member in found.members:
            continue
        assert member.granted_by not in gone
        assert member.granted_by != people[0] or may_have_given(Holding(after), member.mandates, None)


def test_what_is_over_anyway_is_not_named() -> None:
    grantor = new_id()
    key = ApiClient(
        id=new_id(), grantor_id=grantor, scopes=["organisation:read"], expires_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    held = Holding(frozenset({MANAGE_CLIENTS}))
    later, sooner = Holding(held.mandates, date(2026, 3, 2)), Holding(held.mandates, date(2026, 2, 1))
    assert not resting_on([], [key], grantor, held, later)
    assert resting_on([], [key], grantor, held, sooner).clients == [key]
    assert not resting_on([], [key], new_id(), held, NOTHING)
