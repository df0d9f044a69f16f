"""The tables of delivery and attempt: every row, allowed and not, and what holds for any order of events."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.states import IllegalMove
from notify.sending.states import (
    ATTEMPT_MOVES,
    DELIVERY_MOVES,
    FINAL,
    RECEIPT_EVENTS,
    AttemptEvent,
    AttemptState,
    DeliveryEvent,
    DeliveryState,
    ReceiptKind,
)

D, E = DeliveryState, DeliveryEvent
move = DELIVERY_MOVES.move
EVENTS = st.lists(st.sampled_from(list(DeliveryEvent)), max_size=30)
# Written by hand, apart from the table: where each event leads from each open state; "-" stays, "!" is illegal.
#                        queued       sending      waiting      unknown      accepted
ROWS: dict[DeliveryEvent, str] = {
    E.CLAIM: "              sending      !            sending      !            !",
    E.WAKE: "               -            -            -            -            -",
    E.CANCEL: "             cancelled    -            cancelled    -            -",
    E.SUPERSEDE: "          cancelled    -            cancelled    -            -",
    E.RESEND: "             -            -            -            queued       -",
    E.RELEASE: "            -            queued       -            queued       -",
    E.EXPIRE: "             cancelled    cancelled    cancelled    cancelled    -",
    E.ACCEPT: "             accepted     accepted     accepted     accepted     -",
    E.FAIL: "               -            waiting      -            waiting      -",
    E.HOLD: "               -            waiting      -            waiting      -",
    E.GIVE_UP: "            -            dead         -            dead         -",
    E.REFUSE: "             dead         dead         -            dead         -",
    E.LOSE_SIGHT: "         -            unknown      -            -            -",
    E.FIND: "               -            -            -            accepted     -",
    E.MISS: "               -            -            -            queued       -",
    E.RECEIPT_PROGRESS: "   accepted     accepted     accepted     accepted     -",
    E.RECEIPT_DELIVERED: "  delivered    delivered    delivered    delivered    delivered",
    E.RECEIPT_UNDELIVERED: "undelivered  undelivered  undelivered  undelivered  undelivered",
    E.STALE_PROGRESS: "     accepted     -            accepted     -            -",
    E.STALE_DELIVERED: "    delivered    delivered    delivered    delivered    delivered",
    E.STALE_UNDELIVERED: "  -            -            -            -            -",
}
OPEN = (D.QUEUED, D.SENDING, D.WAITING, D.UNKNOWN, D.ACCEPTED)


@pytest.mark.parametrize("event", list(DeliveryEvent))
def test_every_event_leads_where_it_should_from_every_open_state(event: DeliveryEvent) -> None:
    for state, expected in zip(OPEN, ROWS[event].split(), strict=True):
        if expected == "!":
            with pytest.raises(IllegalMove):
                move(state, event)
        else:
            assert move(state, event) == (state if expected == "-" else DeliveryState(expected))


def test_a_standby_only_waits_until_it_is_due_or_not_needed() -> None:
    leads = {event: move(D.STANDBY, event) for event in DeliveryEvent if move(D.STANDBY, event) is not D.STANDBY}
    assert leads == {
        E.CLAIM: D.SENDING,
        E.WAKE: D.QUEUED,
        E.CANCEL: D.CANCELLED,
        E.SUPERSEDE: D.CANCELLED,
        E.EXPIRE: D.CANCELLED,
    } | dict.fromkeys((E.ACCEPT, E.RECEIPT_PROGRESS, E.STALE_PROGRESS), D.ACCEPTED) | {
        E.RECEIPT_DELIVERED: D.DELIVERED,
        E.RECEIPT_UNDELIVERED: D.UNDELIVERED,
        E.STALE_DELIVERED: D.DELIVERED,
    }


@pytest.mark.parametrize(("state", "event"), list(product(sorted(FINAL), DeliveryEvent)))
def test_nothing_leads_out_of_a_final_state(state: DeliveryState, event: DeliveryEvent) -> None:
    if event is E.CLAIM:
        with pytest.raises(IllegalMove):
            move(state, event)
    else:
        assert move(state, event) is state


@given(EVENTS)
def test_the_first_final_word_stands_whatever_follows(events: list[DeliveryEvent]) -> None:
    state, settled = D.QUEUED, None
    for event in events:
        try:
            state = move(state, event)
        except IllegalMove:
            continue
        if settled is None and state in FINAL:
            settled = state
        assert settled is None or state is settled


@given(EVENTS)
def test_a_message_the_gateway_has_is_never_sent_again(events: list[DeliveryEvent]) -> None:
    state = D.ACCEPTED
    for event in events:
        if (state, event) in DELIVERY_MOVES:
            state = move(state, event)
        assert (state, E.CLAIM) not in DELIVERY_MOVES


@given(EVENTS)
def test_an_unknown_outcome_is_not_sent_again_before_somebody_knows(events: list[DeliveryEvent]) -> None:
    telling = {E.FAIL, E.HOLD, E.MISS, E.RELEASE, E.RESEND}
    state = D.UNKNOWN
    for event in events:
        if event in telling:
            return
        if (state, event) in DELIVERY_MOVES:
            state = move(state, event)
        assert state not in (D.QUEUED, D.WAITING, D.SENDING)


@given(EVENTS)
def test_a_receipt_repeated_changes_nothing_more(events: list[DeliveryEvent]) -> None:
    state = D.QUEUED
    for event in events:
        if (state, event) in DELIVERY_MOVES:
            state = move(state, event)
            if event in RECEIPT_EVENTS.values():
                assert move(state, event) is state


def test_every_attempt_event_has_a_row_in_every_state() -> None:
    assert set(ATTEMPT_MOVES) == set(product(AttemptState, AttemptEvent))


A = AttemptState
ATTEMPT_ROWS = {
    #                      sending    accepted  transient permanent unknown
    AttemptEvent.ACCEPT: ("accepted", "-", "accepted", "-", "accepted"),
    AttemptEvent.FAIL: ("transient", "-", "-", "-", "transient"),
    AttemptEvent.REFUSE: ("permanent", "-", "-", "-", "permanent"),
    AttemptEvent.LOSE_SIGHT: ("unknown", "-", "-", "-", "-"),
    AttemptEvent.FIND: ("-", "-", "-", "-", "accepted"),
    AttemptEvent.MISS: ("-", "-", "-", "-", "transient"),
    AttemptEvent.RECEIPT: ("accepted", "-", "accepted", "accepted", "accepted"),
}


@pytest.mark.parametrize("event", list(AttemptEvent))
def test_every_event_leads_an_attempt_where_it_should(event: AttemptEvent) -> None:
    for state, expected in zip(AttemptState, ATTEMPT_ROWS[event], strict=True):
        assert ATTEMPT_MOVES.move(state, event) == (state if expected == "-" else AttemptState(expected))


def test_every_receipt_that_matters_has_its_event() -> None:
    assert set(RECEIPT_EVENTS) == set(product(set(ReceiptKind) - {ReceiptKind.IRRELEVANT}, (True, False)))
