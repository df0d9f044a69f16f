"""The pure rules of transmissions: tables, what is to be sent, what an outcome or a count means."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.configuration.settings import Environment
from kernel.states import IllegalMove
from outbound.jobs.outcomes import OutcomeKind
from residence.authority.port import ArrayOutcome, ItemAnswer, Sign
from residence.guests import GuestKind
from residence.states import DeclarationKind
from residence.transmission.news import Claim, Held, TransmissionPatience, news_of, next_try, nothing_sent, released
from residence.transmission.plan import Candidate, Drop, Hold, Send, Wait, Why, array_of, decide
from residence.transmission.questions import Comparison, Standing, compare
from residence.transmission.settings import TransmissionSettings
from residence.transmission.states import (
    FINAL,
    ITEM_FINAL,
    ITEM_MOVES,
    TRANSMISSION_MOVES,
    ItemEvent,
    ItemState,
    TransmissionEvent,
    TransmissionKind,
    TransmissionState,
    event_of,
)
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

DAY = date(2026, 11, 20)
KEY = UUID("01998a00-0000-7000-8000-000000000001")
PATIENCE = TransmissionPatience(
    timedelta(seconds=5),
    timedelta(seconds=8),
    timedelta(seconds=2),
    preparing=timedelta(seconds=32),
    count_after=timedelta(seconds=20),
)
STATES, EVENTS = st.sampled_from(TransmissionState), st.sampled_from(TransmissionEvent)
ARRIVAL, CORRECTION, ANNULMENT = DeclarationKind.ARRIVAL, DeclarationKind.CORRECTION, DeclarationKind.ANNULMENT
S = ItemState


@given(STATES, EVENTS)
def test_what_the_table_does_not_list_does_not_happen(state: TransmissionState, event: TransmissionEvent) -> None:
    if (state, event) in TRANSMISSION_MOVES:
        assert TRANSMISSION_MOVES.move(state, event) is TRANSMISSION_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            TRANSMISSION_MOVES.move(state, event)


@given(st.sampled_from(ItemState), st.sampled_from(ItemEvent))
def test_the_same_for_items(state: ItemState, event: ItemEvent) -> None:
    if (state, event) in ITEM_MOVES:
        assert ITEM_MOVES.move(state, event) is ITEM_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            ITEM_MOVES.move(state, event)


def test_nothing_leaves_a_final_state() -> None:
    assert not [pair for pair in TRANSMISSION_MOVES if pair[0] in FINAL]
    assert not [pair for pair in ITEM_MOVES if pair[0] in ITEM_FINAL]


@given(st.lists(st.sampled_from(ItemState), min_size=1))
def test_what_may_be_there_unseen_decides_before_all_else(items: list[ItemState]) -> None:
    event = event_of(items)
    assert (event is TransmissionEvent.LOSE_SIGHT) == (S.SENT in items)
    assert (event is TransmissionEvent.CONFIRM) <= (set(items) <= {S.CONFIRMED, S.REFUSED, S.CANCELLED})


def test_a_guest_of_today_or_yesterday_is_sent_and_an_older_one_held() -> None:
    for days, expected in ((0, Send), (1, Send), (2, Hold)):
        guest = foreign_guest(DAY - timedelta(days=days))
        assert isinstance(decide(Candidate(ARRIVAL, guest, S.QUEUED), TransmissionKind.FOREIGN, DAY), expected)


def test_an_erased_declaration_is_held() -> None:
    assert decide(Candidate(ARRIVAL, None, S.QUEUED), TransmissionKind.FOREIGN, DAY) == Hold(Why.ERASED)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([S.QUEUED], Send),
        ([None], Send),
        ([S.REFUSED, S.CANCELLED], Send),
        ([S.SENT], Wait),
        ([S.TRANSMITTED], Hold),
        ([S.CONFIRMED], Hold),
        ([S.IN_DOUBT], Hold),
        ([S.CONFIRMED, S.SENT], Wait),
    ],
)
def test_a_correction_is_sent_only_while_the_arrival_is_nowhere(
    earlier: list[ItemState | None], expected: type
) -> None:
    candidate = Candidate(CORRECTION, foreign_guest(DAY), S.QUEUED, earlier)
    assert isinstance(decide(candidate, TransmissionKind.FOREIGN, DAY), expected)


@pytest.mark.parametrize(
    ("kind", "earlier", "expected"),
    [
        (ANNULMENT, [S.QUEUED], Drop(Why.NEVER_SENT)),
        (ANNULMENT, [S.SENT], Wait()),
        (ANNULMENT, [S.CONFIRMED], Hold(Why.BY_HAND)),
        (DeclarationKind.EXTENSION, [None], Wait()),
        (DeclarationKind.EXTENSION, [S.QUEUED], Wait()),
        (DeclarationKind.EXTENSION, [S.REFUSED], Drop(Why.NOT_THERE)),
        (DeclarationKind.EXTENSION, [S.IN_DOUBT], Hold(Why.BY_HAND)),
    ],
)
def test_what_follows_an_arrival_waits_for_it(
    kind: DeclarationKind, earlier: list[ItemState | None], expected: object
) -> None:
    candidate = Candidate(kind, vietnamese_guest(DAY), S.QUEUED, earlier)
    assert decide(candidate, TransmissionKind.CHANGE, DAY) == expected


def test_changes_go_by_call_for_vietnamese_guests_only() -> None:
    for guest, expected in ((vietnamese_guest(DAY), Send), (foreign_guest(DAY), Hold)):
        candidate = Candidate(DeclarationKind.EARLY_LEAVE, guest, S.QUEUED, [S.CONFIRMED])
        assert isinstance(decide(candidate, TransmissionKind.CHANGE, DAY), expected)


def test_a_change_of_what_was_annulled_is_dropped_or_held() -> None:
    for state, expected in ((S.QUEUED, Drop(Why.SUPERSEDED)), (S.SENT, Hold(Why.CHANGED_UNSEEN))):
        candidate = Candidate(DeclarationKind.EXTENSION, vietnamese_guest(DAY), state, [S.CONFIRMED], {ANNULMENT})
        assert decide(candidate, TransmissionKind.CHANGE, DAY) == expected


def test_arrays() -> None:
    assert array_of(ARRIVAL, GuestKind.FOREIGN) is TransmissionKind.FOREIGN
    assert array_of(CORRECTION, GuestKind.VIETNAMESE) is TransmissionKind.VIETNAMESE
    assert array_of(ANNULMENT, GuestKind.FOREIGN) is TransmissionKind.CHANGE


def claim(*items: tuple[ItemState, int], failures: int = 0) -> Claim:
    """Items of (state before, calls before), all of them in the array."""
    held = tuple(Held(place, before, calls, place) for place, (before, calls) in enumerate(items, 1))
    return Claim(KEY, KEY, 1, failures, 0, held)


OUTCOMES = st.builds(
    ArrayOutcome,
    kind=st.sampled_from(OutcomeKind),
    items=st.lists(
        st.builds(ItemAnswer, st.integers(1, 4), st.sampled_from(Sign), st.just("code"), st.just("why")),
        unique_by=lambda item: item.position,
    ).map(tuple),
    code=st.sampled_from([None, "refused_whole", "http_503"]),
)
BEFORE = st.tuples(st.sampled_from([S.QUEUED, S.SENT]), st.integers(0, 2)).map(
    lambda pair: (pair[0], max(pair[1], 1) if pair[0] is S.SENT else pair[1])
)


@given(st.lists(BEFORE, min_size=4, max_size=4), OUTCOMES, st.integers(0, 9))
def test_no_outcome_takes_an_unseen_guest_for_absent_without_a_word_or_for_there_without_a_sign(
    items: list[tuple[ItemState, int]], outcome: ArrayOutcome, failures: int
) -> None:
    news = news_of(claim(*items, failures=failures), outcome, PATIENCE)
    for place, (before, calls) in enumerate(items, 1):
        after = news.states[place]
        if after is S.CONFIRMED:
            assert calls
            assert any(item.position == place and item.sign is Sign.THERE for item in outcome.items)
        if after is S.TRANSMITTED:
            assert outcome.kind is OutcomeKind.ACCEPTED
        if before is S.SENT and after is S.QUEUED:
            assert outcome.kind is OutcomeKind.PERMANENT
        if after is S.REFUSED:
            assert before is S.QUEUED
    waits = news.event in (TransmissionEvent.AGAIN, TransmissionEvent.LOSE_SIGHT, TransmissionEvent.ACCEPT)
    assert (news.wait is not None) == waits


def test_a_call_not_begun_leaves_everything_as_it_was() -> None:
    news = released(claim((S.QUEUED, 0), (S.SENT, 1)))
    assert list(news.states.values()) == [S.QUEUED, S.SENT]
    assert news.event is TransmissionEvent.LOSE_SIGHT


def test_a_claim_with_nothing_left_to_send_ends() -> None:
    done = Claim(KEY, KEY, 1, 0, 0, (Held(1, S.CANCELLED, 0, None), Held(2, S.IN_DOUBT, 0, None)))
    news = nothing_sent(done, None)
    assert (news.event, news.wait) == (TransmissionEvent.DOUBT, None)


@given(st.integers(1, 500), st.uuids(), st.none() | st.floats(0, 10**6))
def test_waiting_has_no_end_and_no_step_is_longer_than_it_may(
    failures: int, key: UUID, retry_after_s: float | None
) -> None:
    wait = next_try(failures, key, retry_after_s=retry_after_s)
    assert timedelta(seconds=5) <= wait <= timedelta(hours=1.25)
    assert retry_after_s is None or wait >= min(timedelta(seconds=retry_after_s), timedelta(hours=1))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 30))
def test_a_count_says_all_or_none_only_when_the_numbers_fit(known: int, mine: int, others: int, counted: int) -> None:
    standing = Standing(known, mine + others, mine, 1)
    unknown = compare(TransmissionState.UNKNOWN, standing, counted)
    assert (unknown is Comparison.ALL) == (not others and counted == known + mine)
    assert (unknown is Comparison.NONE) == (not others and counted == known and mine > 0)
    sent = compare(TransmissionState.TRANSMITTED, standing, counted)
    assert (sent is Comparison.ALL) == (mine + others == 0 and counted == known)
    assert compare(TransmissionState.UNKNOWN, standing, None) is Comparison.UNTOLD


def test_settings_of_production_take_no_sandbox_key_and_say_what_is_missing() -> None:
    env = Environment({"MOTCUA_MODE": "production", "MOTCUA_AUTHORITY_LOGIN_BASIC": "sandbox-vendor:x"})
    settings = TransmissionSettings.read(env)
    assert settings.authority.base_url == "https://api-tbltkbtt.bocongan.gov.vn"
    assert settings.authority.count_path == ""
    assert [problem.split(":")[0] for problem in env.problems] == [
        "MOTCUA_AUTHORITY_LOGIN_BASIC",
        "MOTCUA_AUTHORITY_REFRESH_BASIC",
    ]


def test_settings_that_make_no_sense_are_named() -> None:
    wrong = {
        "MOTCUA_AUTHORITY_CHECK": "guess",
        "MOTCUA_AUTHORITY_ARRAY": "0",
        "MOTCUA_AUTHORITY_IN_FLIGHT": "9999",
        "MOTCUA_AUTHORITY_LOGIN_BASIC": "no-secret",
        "MOTCUA_AUTHORITY_TIMEOUT_SECONDS": "inf",
        "MOTCUA_AUTHORITY_MARGIN_SECONDS": "-60",
        "MOTCUA_AUTHORITY_COUNT_AFTER_SECONDS": "1e9",
        "MOTCUA_AUTHORITY_COUNT_PATH": "so-luong",
        "MOTCUA_AUTHORITY_BASE_URL": "api-tbltkbtt.bocongan.gov.vn",
    }
    env = Environment(wrong)
    TransmissionSettings.read(env)
    assert {problem.split(":")[0] for problem in env.problems} == set(wrong)
