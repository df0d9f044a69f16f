"""eSMS's codes, statuses and callbacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kernel.errors import DomainError
from kernel.ids import new_id
from notify.channels.esms.receipts import callback_mac, read_callback, valid_callback
from notify.channels.esms.table import kind_of, outcome_of, refusal
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import Outcome, OutcomeKind

KEY = bytes(range(32))
CALLBACK = {
    "SMSID": "dc712784",
    "SendFailed": "0",
    "SendStatus": "5",
    "SendSuccess": "1",
    "TotalPrice": "850.0000",
    "RequestId": "abc-0",
    "TypeId": "2",
    "telcoid": "1",
    "phonenumber": "0912345678",
    "error_info": "",
}


@pytest.mark.parametrize(
    ("code", "kind", "operator"),
    [
        ("99", OutcomeKind.UNKNOWN, False),
        ("100", OutcomeKind.ACCEPTED, False),
        ("101", OutcomeKind.TRANSIENT, True),
        ("102", OutcomeKind.TRANSIENT, True),
        ("103", OutcomeKind.TRANSIENT, True),
        ("104", OutcomeKind.TRANSIENT, True),
        ("108", OutcomeKind.PERMANENT, False),
        ("110", OutcomeKind.PERMANENT, False),
        ("118", OutcomeKind.TRANSIENT, True),
        ("124", OutcomeKind.ACCEPTED, False),
        ("140", OutcomeKind.TRANSIENT, True),
        ("143", OutcomeKind.TRANSIENT, True),
        ("146", OutcomeKind.TRANSIENT, True),
        ("177", OutcomeKind.TRANSIENT, True),
        ("199", OutcomeKind.LATER, False),
        ("201", OutcomeKind.PERMANENT, False),
    ],
)
def test_a_code_means_what_the_table_says(code: str, kind: OutcomeKind, operator: bool) -> None:
    with capture_logs() as logs:
        outcome = outcome_of(code)
    assert (outcome.kind, outcome.operator) == (kind, operator)
    assert [line["event"] for line in logs] == (["esms.operator_needed"] if operator else [])


def test_what_it_had_already_is_accepted_and_says_so() -> None:
    assert outcome_of("100", "S1") == Outcome(OutcomeKind.ACCEPTED, ref="S1")
    assert outcome_of("124") == Outcome(OutcomeKind.ACCEPTED, code="124")


def test_the_same_text_waits_five_minutes() -> None:
    assert outcome_of("199").retry_after_s == 300


@given(st.integers(min_value=202, max_value=10**9).map(str))
def test_a_code_nobody_knows_may_mean_anything(code: str) -> None:
    outcome = outcome_of(code)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, code[:8])


@pytest.mark.parametrize(
    ("status", "kind", "operator"),
    [
        (302, OutcomeKind.TRANSIENT, True),
        (400, OutcomeKind.TRANSIENT, True),
        (408, OutcomeKind.UNKNOWN, False),
        (429, OutcomeKind.TRANSIENT, False),
        (500, OutcomeKind.UNKNOWN, False),
        (503, OutcomeKind.TRANSIENT, False),
        (700, OutcomeKind.UNKNOWN, False),
    ],
)
def test_an_answer_without_a_code_goes_by_its_status(status: int, kind: OutcomeKind, operator: bool) -> None:
    outcome = refusal(status, retry_after_s=7.0)
    assert (outcome.kind, outcome.operator, outcome.code) == (kind, operator, f"http_{status}")
    assert outcome.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("status", "succeeded", "failed", "kind"),
    [
        ("5", 1, 0, ReceiptKind.DELIVERED),
        ("5", 0, 1, ReceiptKind.UNDELIVERED),
        ("5", 0, 0, ReceiptKind.PROGRESS),
        ("5", 1, 1, ReceiptKind.PROGRESS),
        ("4", 0, 0, ReceiptKind.UNDELIVERED),
        ("1", 0, 0, ReceiptKind.PROGRESS),
        ("2", 0, 0, ReceiptKind.PROGRESS),
        ("7", 0, 0, ReceiptKind.PROGRESS),
        ("6", 1, 0, ReceiptKind.PROGRESS),
    ],
)
def test_a_status_says_how_it_ended(status: str, succeeded: int, failed: int, kind: ReceiptKind) -> None:
    assert kind_of(status, succeeded, failed) is kind


def test_a_callback_is_read_whatever_its_spelling() -> None:
    note = read_callback(list(CALLBACK.items()))
    assert (note.provider, note.ref, note.kind, note.status) == ("esms", "dc712784", ReceiptKind.DELIVERED, "5")
    assert (note.cost_vnd, note.code, note.event_id) == (850, None, "dc712784:5:1:0")
    lower = [(name.lower(), value) for name, value in CALLBACK.items()]
    assert read_callback(lower) == note


def test_a_failure_is_told_with_a_code() -> None:
    note = read_callback(list({**CALLBACK, "SendSuccess": "0", "SendFailed": "1"}.items()))
    assert (note.kind, note.code) == (ReceiptKind.UNDELIVERED, "status_5")


@pytest.mark.parametrize(("price", "vnd"), [("0.0000", 0), ("x", None), ("", None), ("1e5", None), ("-1", None)])
def test_a_price_is_whole_dong_or_none(price: str, vnd: int | None) -> None:
    assert read_callback(list({**CALLBACK, "TotalPrice": price}.items())).cost_vnd == vnd


@pytest.mark.parametrize(
    "changed", [{"SMSID": ""}, {"SendStatus": ""}, {"SendSuccess": "one"}, {"SendFailed": "-1"}, {"SendSuccess": "²"}]
)
def test_what_is_no_callback_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(DomainError) as refused:
        read_callback(list({**CALLBACK, **changed}.items()))
    assert refused.value.code == "bad_request"


def test_an_address_is_good_for_one_attempt_and_one_reference() -> None:
    attempt, other = new_id(), new_id()
    mac = callback_mac(KEY, attempt, "abc-0")
    params = list(CALLBACK.items())
    assert len(mac) == 22
    assert valid_callback(KEY, attempt, mac, params)
    assert not valid_callback(KEY, other, mac, params)
    assert not valid_callback(bytes(32), attempt, mac, params)
    assert not valid_callback(KEY, attempt, mac, [("RequestId", "abc-1")])
    assert not valid_callback(KEY, attempt, mac, [])


@given(st.text(max_size=40))
def test_no_guess_is_good(guess: str) -> None:
    assert not valid_callback(KEY, new_id(), guess, list(CALLBACK.items()))
