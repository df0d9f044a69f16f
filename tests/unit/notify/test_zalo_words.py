"""Zalo's words: its code table, the night rule, the answers of its token endpoint. No network."""

import json
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kernel.clock import VIETNAM
from notify.channels.zalo.oauth import ExchangeFailed, read_pair
from notify.channels.zalo.table import (
    allowed_again,
    class_of,
    error_outcome,
    integer,
    status_outcome,
)
from outbound.jobs.outcomes import OutcomeKind

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=VIETNAM)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


def _at(clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return datetime(2026, 11, 22, int(hour), int(minute), tzinfo=VIETNAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("code", "kind", "operator"),
    [
        (-32, OutcomeKind.TRANSIENT, False),
        (-100, OutcomeKind.TRANSIENT, False),
        (-108, OutcomeKind.PERMANENT, False),
        (-114, OutcomeKind.PERMANENT, False),
        (-115, OutcomeKind.TRANSIENT, True),
        (-118, OutcomeKind.PERMANENT, False),
        (-1121, OutcomeKind.PERMANENT, False),
        (-124, OutcomeKind.TRANSIENT, True),
        (-132, OutcomeKind.PERMANENT, False),
        (-146, OutcomeKind.TRANSIENT, True),
    ],
)
def test_a_code_says_what_follows(code: int, kind: OutcomeKind, *, operator: bool) -> None:
    outcome = error_outcome(code, NOON)
    assert (outcome.kind, outcome.operator, outcome.code, outcome.ref) == (kind, operator, str(code), None)
    assert outcome.reason


@pytest.mark.parametrize("code", [-114, -118, -119, -139, -141, -110])
def test_who_cannot_be_reached_here_may_be_elsewhere(code: int) -> None:
    assert (class_of(code), error_outcome(code, NOON).kind) == ("fallback", OutcomeKind.PERMANENT)


@pytest.mark.parametrize("code", [-124, -216, -220])
def test_a_token_that_is_not_accepted_is_renewed(code: int) -> None:
    assert class_of(code) == "refresh"


def test_an_unknown_code_may_mean_anything_and_is_logged() -> None:
    with capture_logs() as logs:
        outcome = error_outcome(-9999, NOON)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "-9999")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("zalo.unknown_code", "error")]


@pytest.mark.parametrize(
    ("clock", "wait"),
    [
        ("21:59", timedelta(hours=8, minutes=1)),
        ("22:00", timedelta(hours=8)),
        ("00:00", timedelta(hours=6)),
        ("05:59", timedelta(minutes=1)),
        ("06:00", timedelta(hours=24)),
    ],
)
def test_the_night_ends_at_six_in_vietnam(clock: str, wait: timedelta) -> None:
    for code in (-133, -234):
        outcome = error_outcome(code, _at(clock))
        assert (outcome.kind, outcome.retry_after_s) == (OutcomeKind.LATER, wait.total_seconds())


@pytest.mark.parametrize(("clock", "hours"), [("21:59", 8 + 1 / 60), ("05:59", 24 + 1 / 60), ("06:00", 24)])
def test_a_days_quota_is_there_again_on_the_next_day(clock: str, hours: float) -> None:
    for code in (-144, -147):
        outcome = error_outcome(code, _at(clock))
        assert outcome.kind is OutcomeKind.LATER
        assert outcome.retry_after_s == pytest.approx(hours * 3600)


def test_the_day_begins_when_the_settings_say() -> None:
    assert error_outcome(-133, _at("22:00"), time(7, 30)).retry_after_s == 9.5 * 3600


@given(st.integers(0, 3 * 365 * 24 * 3600), st.booleans())
def test_waiting_ends_at_six_and_not_before(second: int, tomorrow: bool) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    wait = allowed_again(now, tomorrow=tomorrow)
    then = (now + wait).astimezone(VIETNAM)
    assert (then.hour, then.minute, then.second, then.microsecond) == (6, 0, 0, 0)
    assert timedelta(0) < wait <= timedelta(days=2 if tomorrow else 1)
    assert not tomorrow or then.date() > now.astimezone(VIETNAM).date()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, OutcomeKind.TRANSIENT),
        (401, OutcomeKind.TRANSIENT),
        (404, OutcomeKind.TRANSIENT),
        (429, OutcomeKind.TRANSIENT),
        (500, OutcomeKind.UNKNOWN),
        (503, OutcomeKind.TRANSIENT),
        (599, OutcomeKind.UNKNOWN),
    ],
)
def test_without_a_code_the_http_status_decides(status: int, kind: OutcomeKind) -> None:
    assert (status_outcome(status).kind, status_outcome(status, 3.0).retry_after_s) == (kind, 3.0)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (-124, -124), ("-124", -124), ("0", 0), ("90000", 90000), ("", None), ("-", None), ("--1", None), ("1.5", None),
        (True, None), (None, None), (1.0, None), ("²", None), ("9" * 13, None), ([1], None),
    ],
)  # fmt: skip
def test_numbers_come_as_numbers_or_as_strings(value: object, number: int | None) -> None:
    assert integer(value) == number


def _pair(**members: Any) -> bytes:
    return json.dumps({"access_token": "a" * 20, "refresh_token": "r" * 20, "expires_in": "90000", **members}).encode()


def test_a_pair_is_read_with_its_life_as_a_string() -> None:
    pair = read_pair(200, _pair())
    assert (pair.access_token, pair.refresh_token, pair.life_s) == ("a" * 20, "r" * 20, 90000)
    assert "aaaa" not in repr(pair)
    assert read_pair(200, _pair(error="0", expires_in=7200)).life_s == 7200


@pytest.mark.parametrize("said", ["", None, "soon", -1, 0, True, "999999999999"])
def test_a_life_that_makes_no_sense_does_not_cost_the_pair(said: object) -> None:
    assert read_pair(200, _pair(expires_in=said)).life_s == 3600


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, b'{"error_name":"Invalid refresh token","error":-14014}', "refused: error -14014"),
        (200, b'{"error":"-14002"}', "refused: error -14002"),
        (200, _pair(error=-14014), "refused: error -14014"),
        (200, _pair(access_token="", refresh_token=""), "empty token: http 200"),
        (200, _pair(refresh_token=""), "empty token: http 200"),
        (200, _pair(access_token=None), "empty token: http 200"),
        (200, b"{}", "empty token: http 200"),
        (200, _pair(access_token=["x"]), "unreadable access token"),
        (200, _pair(refresh_token="a b c d e f"), "unreadable refresh token"),
        (200, _pair(refresh_token="short"), "unreadable refresh token"),
        (502, b"<html>", "unreadable answer: http 502"),
        (200, b"", "unreadable answer: http 200"),
        (200, b"[" * 100_000, "unreadable answer: http 200"),
    ],
)
def test_anything_but_a_whole_pair_is_no_pair(status: int, body: bytes, problem: str) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        read_pair(status, body)
    assert raised.value.problem == problem


@given(st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_pair_comes_whole_or_not_at_all(body: bytes) -> None:
    with pytest.raises(ExchangeFailed):
        read_pair(200, body)


@given(st.fixed_dictionaries({}, optional={"access_token": JSON, "refresh_token": JSON, "error": JSON}))
def test_half_a_pair_is_none(members: dict[str, Any]) -> None:
    with suppress(ExchangeFailed):
        pair = read_pair(200, _pair(**members))
        assert min(len(pair.access_token), len(pair.refresh_token)) >= 8
