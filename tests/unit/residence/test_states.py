"""The tables of a lodging, a stay and a batch, walked in every order."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from residence.states import (
    BATCH_MOVES,
    LODGING_MOVES,
    STAY_MOVES,
    BatchEvent,
    BatchState,
    DeclarationKind,
    LodgingEvent,
    LodgingState,
    StayState,
)

TABLES: list[tuple[Any, type[StrEnum], type[StrEnum], str]] = [
    (LODGING_MOVES, LodgingState, LodgingEvent, "lodging_step_refused"),
    (STAY_MOVES, StayState, DeclarationKind, "stay_step_refused"),
    (BATCH_MOVES, BatchState, BatchEvent, "batch_step_refused"),
]


@pytest.mark.parametrize(("moves", "states", "events", "refusal"), TABLES)
def test_every_pair_is_a_row_or_a_refusal(
    moves: Any, states: type[StrEnum], events: type[StrEnum], refusal: str
) -> None:
    for state in states:
        for event in events:
            if (state, event) in moves:
                assert moves.move(state, event) in states
            else:
                with pytest.raises(DomainError, match=refusal) as refused:
                    moves.move(state, event)
                assert refused.value.params == {"state": state.value, "event": event.value}


@given(st.lists(st.sampled_from(LodgingEvent)))
def test_a_lodging_is_active_only_after_an_approval_and_closed_for_good(events: list[LodgingEvent]) -> None:
    state, approved, closed = LodgingState.PENDING, False, False
    for event in events:
        before = state
        state = LODGING_MOVES.get((state, event), state)
        approved |= event is LodgingEvent.APPROVE and before is LodgingState.PENDING
        closed |= state is LodgingState.CLOSED
        assert state is not LodgingState.ACTIVE or approved
        assert not closed or state is LodgingState.CLOSED


@given(st.sampled_from(LodgingState), st.sampled_from(LodgingEvent))
def test_a_repeat_of_what_was_just_done_changes_nothing(state: LodgingState, event: LodgingEvent) -> None:
    once = LODGING_MOVES.get((state, event))
    if once is not None:
        assert LODGING_MOVES[once, event] is once


@given(st.lists(st.sampled_from(DeclarationKind)))
def test_an_annulled_stay_takes_nothing_more(kinds: list[DeclarationKind]) -> None:
    state = StayState.STAYING
    for kind in kinds:
        before = state
        state = STAY_MOVES.get((state, kind), state)
        if before is StayState.ANNULLED:
            assert (before, kind) not in STAY_MOVES
        if before is StayState.LEFT:
            assert state is not StayState.STAYING


def test_an_arrival_is_no_move() -> None:
    assert all(kind is not DeclarationKind.ARRIVAL for _, kind in STAY_MOVES)
