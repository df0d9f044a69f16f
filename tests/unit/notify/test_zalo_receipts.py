"""Zalo's events: whose they are, and what they say. No network."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from notify.channels.zalo.receipts import (
    Arrival,
    DailyQuotaChanged,
    Irrelevant,
    TemplateStatusChanged,
    read_event,
    valid_signature,
)
from notify.channels.zalo.table import ZaloSettings
from notify.sending.states import ReceiptKind

SETTINGS = ZaloSettings("431250000000000001", "app-secret", "3876000000000000001", "oaSecretExample01")
VECTOR = (
    b'{"event_name":"user_received_message","app_id":"431250000000000001","sender":{"id":"3876000000000000001"},'
    b'"recipient":{"id":"84987654321"},"message":{"delivery_time":"1795315199000","msg_id":"a1b2c3",'
    b'"tracking_id":"outbox-000123"},"timestamp":"1795315200000"}'
)
MAC = "mac=71de30321b761d789c31c719088be179b60640c9cefafa5161b7f5a9beeba28d"
ATTEMPT = UUID("01890000-0000-7000-8000-000000000001")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


def test_the_published_vector_holds() -> None:
    assert valid_signature(VECTOR, MAC, SETTINGS)
    assert valid_signature(VECTOR, f" {MAC}\n", SETTINGS)


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        (VECTOR + b" ", MAC),
        (VECTOR.replace(b"outbox", b"outbux"), MAC),
        (VECTOR, MAC.removeprefix("mac=")),
        (VECTOR, MAC.upper()),
        (VECTOR, ""),
        (VECTOR, "mac=é"),
        (b"", MAC),
        (b"[]", MAC),
        (b"\xff", MAC),
        (b'{"timestamp": true}', MAC),
        (b'{"timestamp": "\\ud800"}', MAC),
        (b"[" * 100_000, MAC),
    ],
)
def test_what_is_not_zalos_does_not_hold(raw: bytes, header: str) -> None:
    assert not valid_signature(raw, header, SETTINGS)


def test_it_is_no_hmac_and_needs_both_secrets_right() -> None:
    other = ZaloSettings(SETTINGS.app_id, "app-secret", SETTINGS.oa_id, "another")
    assert not valid_signature(VECTOR, MAC, other)
    raw = b'{"event_name":"follow","timestamp":1795315200000}'
    mac = sha256(SETTINGS.app_id.encode() + raw + b"1795315200000" + SETTINGS.oa_secret.encode()).hexdigest()
    assert valid_signature(raw, f"mac={mac}", SETTINGS)


def _event(**members: Any) -> bytes:
    return json.dumps({"app_id": SETTINGS.app_id, "timestamp": "1", **members}).encode()


def _received(**message: Any) -> bytes:
    return _event(event_name="user_received_message", message=message)


def test_an_arrival_names_its_attempt() -> None:
    event = read_event(_received(msg_id="m1", tracking_id=ATTEMPT.hex))
    assert isinstance(event, Arrival)
    assert event.attempt_id == ATTEMPT
    note = event.note
    assert (note.provider, note.event_id, note.ref) == ("zalo", "m1:user_received_message", "m1")
    assert (note.kind, note.status, note.code) == (ReceiptKind.DELIVERED, "user_received_message", None)


@pytest.mark.parametrize("tracking_id", ["outbox-000123", "", None, 5, str(ATTEMPT), "A" * 32])
def test_an_arrival_of_something_else_names_none(tracking_id: object) -> None:
    event = read_event(_received(msg_id="m1", tracking_id=tracking_id))
    assert isinstance(event, Arrival)
    assert event.attempt_id is None


def test_what_changes_in_the_account_is_told() -> None:
    status = {"prev_status": "ENABLE", "new_status": "DISABLE"}
    changed = _event(event_name="change_template_status", template_id=430001, status=status, reason="Bị báo cáo\x00\n")
    assert read_event(changed) == TemplateStatusChanged(
        "430001", "ENABLE", "DISABLE", "Bị báo cáo", datetime(1970, 1, 1, microsecond=1000, tzinfo=UTC)
    )
    quota = _event(event_name="change_oa_daily_quota", oaId="1", quota={"prev_value": "500", "new_value": "2000"})
    assert read_event(quota) == DailyQuotaChanged(500, 2000, datetime(1970, 1, 1, microsecond=1000, tzinfo=UTC))


@pytest.mark.parametrize("name", ["follow", "unfollow", "user_feedback", "change_template_quality", "la"])
def test_other_events_are_of_no_consequence(name: str) -> None:
    assert read_event(_event(event_name=name)) == Irrelevant(name)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", _event(), _event(event_name=5), _event(event_name="a b"), _event(event_name=""),
        _event(event_name="user_received_message"), _received(), _received(msg_id=""), _received(msg_id="a\x00b"),
        _received(msg_id="x" * 101), _received(msg_id=True), _event(event_name="change_oa_daily_quota", quota={}),
        _event(event_name="change_template_status", template_id="1", status="DISABLE"),
        _event(event_name="change_template_status", template_id="1", timestamp="soon",
               status={"prev_status": "ENABLE", "new_status": "DISABLE"}),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(DomainError) as raised:
        read_event(raw)
    assert raised.value.code == "bad_request"


@given(st.dictionaries(st.sampled_from(["event_name", "message", "status", "quota", "timestamp", "x"]), JSON))
def test_any_event_is_read_or_refused(members: dict[str, Any]) -> None:
    raw = json.dumps(members).encode()
    valid_signature(raw, MAC, SETTINGS)
    with suppress(DomainError):
        read_event(raw)
