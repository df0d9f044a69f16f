"""Every (state, origin, event) of the business axis, and a machine that walks it at random."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from kernel.errors import DomainError
from tracking.states import (
    LABELS,
    MOVES,
    ORIGINS,
    UNDO_OF,
    BusinessState,
    Event,
    Position,
    allowed_events,
    allowed_from,
    positions,
)

# The edges of the official axis, written out by hand: from -> {to}. Undo has rows of its own below.
EDGES = {
    0: {1},
    1: {2, 3, 5, 6, 7},
    2: {4, 5, 6, 7, 8},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {1, 2, 4, 7, 8},
    6: {1, 2, 4, 9, 7, 8},
    7: {1, 2, 4, 5, 6, 8},
    8: set(),
    9: {6, 10},
    10: set(),
}
UNDO_EDGES = {(2, 1), (4, 2), (9, 4), (10, 9)} | {(5, 1), (5, 2), (5, 4)} | {(6, 1), (6, 2), (6, 4), (6, 9)}
UNDO = set(UNDO_OF.values())

# What each event does, by hand: event -> {from: to}; "origin" stands for the last digit of the origin.
FORWARD: dict[Event, dict[int, int | str]] = {
    Event.SUBMIT: {0: 1},
    Event.ACCEPT: {1: 2},
    Event.DECLINE: {1: 3},
    Event.START: {2: 4},
    Event.REQUEST_SUPPLEMENT: {1: 5, 2: 5, 4: 5},
    Event.SUPPLEMENT: {5: "origin"},
    Event.END_SUPPLEMENT: {5: 8},
    Event.DEMAND_FEE: {1: 6, 2: 6, 4: 6, 9: 6},
    Event.FEE_SETTLED: {6: "origin"},
    Event.ASK_WITHDRAWAL: {1: 7, 2: 7, 4: 7, 5: 7, 6: 7},
    Event.GRANT_WITHDRAWAL: {7: 8},
    Event.REFUSE_WITHDRAWAL: {7: "origin"},
    Event.STOP: {2: 8, 4: 8, 5: 8, 6: 8},
    Event.FINISH: {4: 9},
    Event.HAND_OVER: {9: 10},
    Event.UNDO_ACCEPT: {2: 1},
    Event.UNDO_REQUEST_SUPPLEMENT: {5: "origin"},
    Event.UNDO_DEMAND_FEE: {6: "origin"},
    Event.UNDO_START: {4: 2},
    Event.UNDO_FINISH: {9: 4},
    Event.UNDO_HAND_OVER: {10: 9},
}
REPEATS: dict[Event, set[int]] = {
    Event.SUBMIT: {1},
    Event.ACCEPT: {2},
    Event.DECLINE: {3},
    Event.START: {4},
    Event.ASK_WITHDRAWAL: {7},
    Event.STOP: {8},
    Event.GRANT_WITHDRAWAL: {8},
    Event.FINISH: {9},
    Event.HAND_OVER: {10},
    Event.FEE_SETTLED: {1, 2, 3, 4, 5, 7, 8, 9, 10},
}
ALL = [(state, origin, event) for state, origin in positions() for event in Event]


def expected(state: int, origin: int | None, event: Event) -> Position | None:
    target = FORWARD[event].get(state)
    if target == "origin":
        assert origin is not None
        return Position(BusinessState(origin % 10), (origin // 10) or None)
    if target in (5, 6, 7):
        return Position(BusinessState(int(target)), int(f"{origin or ''}{state}"))
    if target is not None:
        return Position(BusinessState(int(target)), None)
    if event is Event.FEE_SETTLED and state == 7 and origin in (16, 26, 46, 96):
        return Position(BusinessState.WITHDRAWAL, origin // 10)
    if state in REPEATS.get(event, set()):
        return Position(BusinessState(state), origin)
    return None


@pytest.mark.parametrize(("state", "origin", "event"), ALL, ids=lambda value: str(value))
def test_every_row_and_every_refusal(state: BusinessState, origin: int | None, event: Event) -> None:
    wanted = expected(state, origin, event)
    if wanted is not None:
        assert MOVES.move(Position(state, origin), event) == wanted
        return
    with pytest.raises(DomainError) as refusal:
        MOVES.move(Position(state, origin), event)
    assert refusal.value.code == "action_not_allowed"
    assert refusal.value.params["state"] == state
    assert refusal.value.params["action"] == event
    assert refusal.value.params["allowed_from"] == sorted(FORWARD[event]) + ([7] if event is Event.FEE_SETTLED else [])
    for action in refusal.value.params["allowed_actions"]:
        assert MOVES.move(Position(state, origin), Event(action)) != (state, origin)


def test_the_table_has_exactly_the_official_edges() -> None:
    edges = {(int(at.state), int(after.state), event) for (at, event), after in MOVES.items()}
    moved = {(source, target) for source, target, event in edges if source != target and event not in UNDO}
    assert moved == {(source, target) for source, targets in EDGES.items() for target in targets}
    assert {(source, target) for source, target, event in edges if event in UNDO} == UNDO_EDGES


def test_origins_are_where_a_dossier_can_stand_before_a_detour() -> None:
    assert ORIGINS == {5: (1, 2, 4), 6: (1, 2, 4, 9), 7: (1, 2, 4, 15, 16, 25, 26, 45, 46, 96)}
    assert len(list(positions())) == 8 + 3 + 4 + 10


@pytest.mark.parametrize(("state", "origin"), [(5, None), (5, 9), (7, 5), (7, 95), (4, 2), (1, 1)])
def test_an_origin_that_cannot_be_allows_nothing(state: int, origin: int | None) -> None:
    assert allowed_events(BusinessState(state), origin) == ()
    with pytest.raises(DomainError):
        MOVES.move(Position(BusinessState(state), origin), Event.STOP)


def test_a_refused_withdrawal_goes_back_to_the_supplement_and_that_to_its_own_origin() -> None:
    asked = MOVES.move(Position(BusinessState.PROCESSING), Event.REQUEST_SUPPLEMENT)
    leaving = MOVES.move(asked, Event.ASK_WITHDRAWAL)
    back = MOVES.move(leaving, Event.REFUSE_WITHDRAWAL)
    assert back == asked
    assert MOVES.move(back, Event.SUPPLEMENT) == Position(BusinessState.PROCESSING)


def test_undo_takes_back_exactly_what_was_done() -> None:
    for event, undo in UNDO_OF.items():
        for state in allowed_from(event):
            done = MOVES.move(Position(state), event)
            assert MOVES.move(done, undo) == Position(state)


def test_labels_are_the_official_names() -> None:
    assert set(LABELS) == set(BusinessState)
    assert LABELS[BusinessState.FEE].vi == "Yêu cầu thực hiện nghĩa vụ tài chính"
    assert len({label.vi for label in LABELS.values()}) == len({label.en for label in LABELS.values()}) == 11


class DossierWalk(RuleBasedStateMachine):
    """Any order of events keeps a dossier inside the table, and every way out of a detour leads to where it began."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Position(BusinessState.DRAFT)
        self.stood: list[BusinessState] = []

    @rule(event=sampled_from(Event))
    def happens(self, event: Event) -> None:
        if (self.at, event) not in MOVES:
            with pytest.raises(DomainError):
                MOVES.move(self.at, event)
            return
        after = MOVES.move(self.at, event)
        if after != self.at:
            self.follow(after.state, event)
        self.at = after

    def follow(self, to: BusinessState, event: Event) -> None:
        if to in ORIGINS and to != self.at.state and event is not Event.REFUSE_WITHDRAWAL:
            self.stood.append(self.at.state)
        elif self.at.state in ORIGINS and to == self.at.state:
            self.stood.pop()
        elif self.at.state in ORIGINS:
            if to is BusinessState.STOPPED:
                self.stood.clear()
            else:
                assert self.stood.pop() is to

    @invariant()
    def origin_is_the_path_walked(self) -> None:
        assert (self.at.origin or 0) == int("".join(str(int(s)) for s in self.stood) or 0)

    @invariant()
    def position_is_known(self) -> None:
        assert self.at in set(positions())


DossierWalk.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDossierWalk = DossierWalk.TestCase
