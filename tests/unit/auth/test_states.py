"""Every pair of every table, allowed and not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.states import (
    AttemptState,
    Presented,
    ProofEvent,
    ProofState,
    RefreshStep,
    Rotation,
    SessionState,
    attempt_state,
    next_proof_state,
    presented,
    refresh_step,
    session_state,
)

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=60)
SECOND = timedelta(seconds=1)

_REFRESH = {
    (SessionState.ACTIVE, Presented.CURRENT): RefreshStep.ROTATE,
    (SessionState.ACTIVE, Presented.RETRIED): RefreshStep.REPEAT,
    (SessionState.ACTIVE, Presented.REPLAYED): RefreshStep.REVOKE,
    (SessionState.ACTIVE, Presented.UNKNOWN): RefreshStep.REFUSE,
}
_PROOF = {
    (ProofState.PENDING, ProofEvent.RIGHT_CODE): ProofState.CONFIRMED,
    (ProofState.PENDING, ProofEvent.WRONG_CODE): ProofState.PENDING,
    (ProofState.PENDING, ProofEvent.LAST_WRONG_CODE): ProofState.EXHAUSTED,
    (ProofState.PENDING, ProofEvent.NEW_REQUEST): ProofState.SUPERSEDED,
    (ProofState.CONFIRMED, ProofEvent.RIGHT_CODE): ProofState.CONFIRMED,
}


@pytest.mark.parametrize("shown", list(Presented))
@pytest.mark.parametrize("state", list(SessionState))
def test_refresh(state: SessionState, shown: Presented) -> None:
    expected = _REFRESH[state, shown] if state is SessionState.ACTIVE else RefreshStep.REFUSE
    assert refresh_step(state, shown) is expected


@pytest.mark.parametrize("event", list(ProofEvent))
@pytest.mark.parametrize("state", list(ProofState))
def test_phone_proof(state: ProofState, event: ProofEvent) -> None:
    assert next_proof_state(state, event) is _PROOF.get((state, event))


@pytest.mark.parametrize(
    ("taken", "ends", "expected"),
    [
        (None, SECOND, AttemptState.OPEN),
        (None, timedelta(), AttemptState.EXPIRED),
        (-SECOND, SECOND, AttemptState.TAKEN),
        (-SECOND, -SECOND, AttemptState.TAKEN),
    ],
)
def test_login_attempt(taken: timedelta | None, ends: timedelta, expected: AttemptState) -> None:
    assert attempt_state(None if taken is None else NOW + taken, NOW + ends, NOW) is expected


@pytest.mark.parametrize(
    ("revoked", "ends", "used", "expected"),
    [
        (False, timedelta(days=1), timedelta(minutes=14), SessionState.ACTIVE),
        (False, timedelta(days=1), timedelta(minutes=15), SessionState.EXPIRED),
        (False, timedelta(), timedelta(), SessionState.EXPIRED),
        (True, timedelta(days=1), timedelta(), SessionState.REVOKED),
        (True, timedelta(), timedelta(days=2), SessionState.REVOKED),
    ],
)
def test_session(revoked: bool, ends: timedelta, used: timedelta, expected: SessionState) -> None:
    revoked_at = NOW if revoked else None
    assert session_state(revoked_at, NOW + ends, NOW - used, timedelta(minutes=15), NOW) is expected


@pytest.mark.parametrize(
    ("shown", "age", "expected"),
    [
        (7, timedelta(days=9), Presented.CURRENT),
        (6, WINDOW, Presented.RETRIED),
        (6, WINDOW + SECOND, Presented.REPLAYED),
        (5, timedelta(), Presented.REPLAYED),
        (8, timedelta(), Presented.UNKNOWN),
    ],
)
def test_which_token_is_shown(shown: int, age: timedelta, expected: Presented) -> None:
    used = True
    assert presented(shown, Rotation(7, NOW - age, used), WINDOW, NOW) is expected


@pytest.mark.parametrize(
    ("shown", "age", "expected"),
    [
        (6, WINDOW + SECOND, Presented.RETRIED),
        (6, timedelta(days=9), Presented.RETRIED),
        (5, WINDOW + SECOND, Presented.REPLAYED),
        (5, timedelta(), Presented.REPLAYED),
        (8, timedelta(days=9), Presented.UNKNOWN),
    ],
)
def test_an_answer_nobody_has_used_may_still_be_lost(shown: int, age: timedelta, expected: Presented) -> None:
    assert presented(shown, Rotation(7, NOW - age, used=False), WINDOW, NOW) is expected


@given(st.integers(1, 50), st.integers(1, 50), st.timedeltas(timedelta(), timedelta(hours=1)), st.booleans())
def test_only_the_last_token_or_the_one_before_it_ever_passes(
    shown: int, generation: int, age: timedelta, used: bool
) -> None:
    step = refresh_step(SessionState.ACTIVE, presented(shown, Rotation(generation, NOW - age, used), WINDOW, NOW))
    passes = shown == generation or (shown == generation - 1 and (age <= WINDOW or not used))
    assert (step in (RefreshStep.ROTATE, RefreshStep.REPEAT)) is passes
    assert (step is RefreshStep.REVOKE) is (not passes and shown < generation)
