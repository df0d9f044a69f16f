"""A gateway's health and its circuit: every row of the table, what trips it, what does not, and how it comes back."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.states import IllegalMove
from outbound.jobs.breaker import (
    CIRCUIT_MOVES,
    BreakerLimits,
    CircuitBreaker,
    CircuitEvent,
    CircuitState,
    Window,
)
from outbound.jobs.outcomes import OutcomeKind

S, E = CircuitState, CircuitEvent
OK, BAD, LOST, NEVER = OutcomeKind.ACCEPTED, OutcomeKind.TRANSIENT, OutcomeKind.UNKNOWN, OutcomeKind.PERMANENT
LIMITS = BreakerLimits(window_s=20, calls=10, error_rate=0.5, in_a_row=4, slow_s=4, slow_rate=0.5, probe_every_s=2)
# Written by hand, apart from the table: "!" must not happen.
#                closed   open     probing
ROWS = {
    E.TRIP: "    open     !        !",
    E.PROBE: "   !        probing  !",
    E.SUCCEED: " closed   closed   closed",
    E.FAIL: "    closed   open     open",
    E.LOSE: "    !        !        open",
    E.TRUST: "   !        closed   closed",
}


class Told:
    """A circuit with what it said of its changes."""

    def __init__(self, limits: BreakerLimits = LIMITS) -> None:
        self.changes: list[tuple[CircuitState, CircuitState]] = []
        self.circuit = CircuitBreaker(limits, lambda old, new: self.changes.append((old, new)))

    def calls(self, *kinds: OutcomeKind, at: float = 0.0, answer_s: float = 0.1) -> CircuitState:
        for kind in kinds:
            self.circuit.record(kind, answer_s, at)
        return self.circuit.state


@pytest.mark.parametrize(("event", "state"), list(product(CircuitEvent, CircuitState)))
def test_every_event_leads_where_it_should(event: CircuitEvent, state: CircuitState) -> None:
    expected = ROWS[event].split()[[S.CLOSED, S.OPEN, S.HALF_OPEN].index(state)]
    if expected == "!":
        with pytest.raises(IllegalMove):
            CIRCUIT_MOVES.move(state, event)
    else:
        assert CIRCUIT_MOVES.move(state, event) == CircuitState(expected)
    assert ((state, event) in CIRCUIT_MOVES) == (expected != "!")


@pytest.mark.parametrize("kind", [BAD, LOST])
def test_failures_in_a_row_trip_it(kind: OutcomeKind) -> None:
    told = Told()
    assert told.calls(*[kind] * 3) is S.CLOSED
    assert told.calls(kind) is S.OPEN
    assert told.changes == [(S.CLOSED, S.OPEN)]


def test_refusals_for_good_speak_of_the_message() -> None:
    assert Told().calls(*[NEVER] * 50) is S.CLOSED


def test_a_rule_of_time_is_no_illness() -> None:
    told = Told()
    assert told.calls(*[OutcomeKind.LATER] * 50) is S.CLOSED
    health = told.circuit.health(0.0)
    assert (health.error_rate, health.failed_at) == (0.0, None)
    told.calls(*[BAD] * 4)
    told.circuit.probe(5.0)
    assert told.calls(OutcomeKind.LATER, at=6.0) is S.CLOSED


def test_a_success_between_breaks_the_row_but_not_the_rate() -> None:
    told = Told()
    for _ in range(4):
        told.calls(BAD, OK)
    assert told.circuit.state is S.CLOSED
    assert told.calls(BAD, BAD) is S.OPEN


def test_failures_long_ago_are_forgotten() -> None:
    told = Told()
    told.calls(BAD, BAD, BAD, at=0)
    assert told.calls(BAD, BAD, BAD, at=21) is S.CLOSED


def test_while_open_nothing_is_tried_before_its_time() -> None:
    told = Told()
    told.calls(*[BAD] * 4, at=10)
    assert not told.circuit.probe_due(11.9)
    assert told.circuit.probe_due(12)


def test_a_probe_that_works_closes_it_and_the_past_is_over() -> None:
    told = Told()
    told.calls(*[BAD] * 4, at=10)
    told.circuit.probe(12)
    assert not told.circuit.probe_due(12.5)
    assert told.calls(OK, at=13) is S.CLOSED
    assert told.calls(BAD, BAD, BAD, at=14) is S.CLOSED
    assert told.changes == [(S.CLOSED, S.OPEN), (S.OPEN, S.HALF_OPEN), (S.HALF_OPEN, S.CLOSED)]


def test_a_probe_that_fails_is_followed_by_another_in_its_time() -> None:
    told = Told()
    told.calls(*[BAD] * 4, at=10)
    told.circuit.probe(12)
    assert told.calls(LOST, at=15) is S.OPEN
    assert (told.circuit.probe_due(16.9), told.circuit.probe_due(17)) == (False, True)


def test_a_probe_never_heard_of_again_is_given_up() -> None:
    told = Told(BreakerLimits(in_a_row=1, probe_lost_s=20))
    told.calls(BAD, at=10)
    told.circuit.probe(12)
    assert not told.circuit.probe_due(31.9)
    assert told.circuit.probe_due(32)
    assert told.circuit.state is S.OPEN


def test_calls_begun_before_say_nothing_of_what_holds_now() -> None:
    told = Told()
    told.calls(*[BAD] * 4, at=10)
    told.circuit.probe(12)
    assert told.calls(OK, BAD, at=13, answer_s=4) is S.HALF_OPEN
    assert told.calls(OK, at=13, answer_s=0.5) is S.CLOSED
    assert told.calls(*[BAD] * 4, at=14, answer_s=5) is S.CLOSED


def test_a_probe_slow_to_answer_is_followed_by_another_and_its_answer_still_counts() -> None:
    told = Told(BreakerLimits(in_a_row=1, probe_lost_s=2))
    told.calls(BAD, at=10)
    told.circuit.probe(12)
    assert told.circuit.probe_due(14)
    told.circuit.probe(14)
    assert told.calls(OK, at=15, answer_s=3) is S.CLOSED


def test_a_slow_answer_counts_between_two_probes_as_well() -> None:
    told = Told(BreakerLimits(in_a_row=1, probe_lost_s=2))
    told.calls(BAD, at=10)
    told.circuit.probe(12)
    assert told.circuit.probe_due(14)
    assert told.calls(LOST, at=15, answer_s=3) is S.OPEN
    assert told.calls(OK, at=16, answer_s=4) is S.CLOSED


def test_calls_from_before_that_end_while_it_is_open_change_nothing() -> None:
    told = Told()
    told.calls(*[BAD] * 4, at=10)
    assert told.calls(OK, at=11, answer_s=2) is S.OPEN
    assert told.calls(BAD, at=11.5, answer_s=2) is S.OPEN
    assert told.circuit.probe_due(12)


def test_when_it_last_worked_and_failed_is_known() -> None:
    told = Told()
    assert (told.circuit.health(0).failed_at, told.circuit.health(0).worked_at) == (None, None)
    told.calls(BAD, at=3)
    told.calls(OK, at=4)
    assert (told.circuit.health(9).failed_at, told.circuit.health(9).worked_at) == (3, 4)


def test_slow_answers_delay_it() -> None:
    told = Told()
    told.calls(*[OK] * 4, at=0, answer_s=4)
    assert told.circuit.delayed(1)
    told.calls(*[OK] * 5, at=2, answer_s=0.1)
    assert not told.circuit.delayed(3)


def test_a_few_slow_answers_are_no_delay() -> None:
    told = Told()
    told.calls(*[OK] * 3, at=0, answer_s=4)
    assert not told.circuit.delayed(1)


def test_receipts_that_stay_out_delay_it() -> None:
    told = Told()
    told.circuit.overdue_share = 0.5
    assert told.circuit.delayed(0)


def test_health_is_told_in_numbers() -> None:
    told = Told()
    told.calls(OK, BAD, at=5, answer_s=1)
    health = told.circuit.health(6)
    assert (health.state, health.calls, health.error_rate, health.answer_s) == (S.CLOSED, 2, 0.5, 1)
    later = told.circuit.health(30)
    assert (later.calls, later.error_rate, later.answer_s) == (0, 0.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans(), st.floats(0, 9)), max_size=60))
def test_the_windows_sums_are_those_of_its_calls(calls: list[tuple[float, bool, float]]) -> None:
    window, now, seen = Window(20, 4), 0.0, []
    for step, failed, answer_s in calls:
        now += step
        window.forget(now)
        window.add(now, failed, answer_s)
        seen.append((now, failed, answer_s))
        kept = [call for call in seen if call[0] >= now - 20]
        assert len(window) == len(kept)
        assert window.errors == sum(call[1] for call in kept)
        assert window.slow == sum(call[2] >= 4 for call in kept)
        assert window.total_s == pytest.approx(sum(call[2] for call in kept), abs=1e-6)


def test_what_failed_before_others_found_that_it_works_is_forgotten() -> None:
    told = Told()
    told.calls(BAD, BAD, BAD, BAD)
    assert told.circuit.state is S.OPEN
    told.circuit.trust(1.0)
    assert told.calls(BAD, BAD, BAD, at=2.0) is S.CLOSED
    assert told.calls(BAD, at=2.0) is S.OPEN
