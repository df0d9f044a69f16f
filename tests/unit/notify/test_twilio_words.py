"""Twilio's codes, statuses and receipts."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kernel.errors import DomainError
from notify.channels.twilio.receipts import read_receipt, valid_signature
from notify.channels.twilio.table import STATUSES, kind_of_status, meaning_of, refusal
from notify.sending.states import ReceiptKind
from outbound.jobs.outcomes import OutcomeKind

# The vector of Twilio's own documentation and client library (MIT).
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilios_own_vector_is_valid() -> None:
    assert valid_signature(URL, PARAMS, SIGNATURE, TOKEN)
    assert valid_signature(URL, PARAMS[::-1], SIGNATURE, TOKEN)


@pytest.mark.parametrize(
    ("given", "signed"),
    [
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", URL),
        ("https://mycompany.com:8443/myapp.php?foo=1&bar=2", URL),
        (URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2"),
        ("http://127.0.0.1:8000/v1/x", "http://127.0.0.1:8000/v1/x"),
        ("http://127.0.0.1:8000/v1/x", "http://127.0.0.1/v1/x"),
        ("http://127.0.0.1/v1/x", "http://127.0.0.1:80/v1/x"),
        ("http://[::1]:8000/v1/x", "http://[::1]:8000/v1/x"),
        ("http://[::1]:8000/v1/x", "http://[::1]/v1/x"),
        ("https://user:pass@mycompany.com/x", "https://mycompany.com/x"),
        ("https://user:pass@mycompany.com/x", "https://mycompany.com:443/x"),
        ("https://user:pass@mycompany.com:8443/x", "https://mycompany.com/x"),
        ("https://user:pass@mycompany.com:8443/x", "https://mycompany.com:8443/x"),
        ("https://user:pass@mycompany.com/x", "https://user:pass@mycompany.com/x"),
        ("https://user@mycompany.com/x", "https://mycompany.com/x"),
        ("https://a%40b:p%3Aq@mycompany.com/x", "https://mycompany.com/x"),
        ("https://u:p@[::1]:8443/x", "https://[::1]/x"),
    ],
)
def test_the_port_may_be_signed_or_not(given: str, signed: str) -> None:
    assert valid_signature(given, PARAMS, _sign(signed), TOKEN)


def test_another_port_is_another_address() -> None:
    assert not valid_signature("https://mycompany.com:8443/x", PARAMS, _sign("https://mycompany.com:9443/x"), TOKEN)


def _sign(url: str) -> str:
    text = url + "".join(name + value for name, value in PARAMS)
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), "sha1").digest()).decode()


@pytest.mark.parametrize(
    ("url", "params", "signature", "token"),
    [
        (URL + "&x=1", PARAMS, SIGNATURE, TOKEN),
        (URL, PARAMS[1:], SIGNATURE, TOKEN),
        (URL, [*PARAMS, ("Digits", "12345")], SIGNATURE, TOKEN),
        (URL, PARAMS, SIGNATURE, "54321"),
        (URL, PARAMS, "", TOKEN),
        (URL, PARAMS, SIGNATURE[:-1], TOKEN),
        (URL, PARAMS, "ế", TOKEN),
    ],
)
def test_anything_altered_is_not_valid(url: str, params: list[tuple[str, str]], signature: str, token: str) -> None:
    assert not valid_signature(url, params, signature, token)


@given(st.text(max_size=40))
def test_no_guess_is_valid(guess: str) -> None:
    assert valid_signature(URL, PARAMS, guess, TOKEN) == (guess == SIGNATURE)


def test_a_receipt_is_read() -> None:
    note = read_receipt(
        [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "30005"), ("To", "+84912345678")]
    )
    assert (note.provider, note.event_id, note.ref) == ("twilio", "SM1:undelivered", "SM1")
    assert (note.kind, note.status, note.code) == (ReceiptKind.UNDELIVERED, "undelivered", "30005")
    assert note.reason == "unknown or inactive phone number"


def test_the_older_names_of_the_fields_are_read_too() -> None:
    note = read_receipt([("SmsSid", "SM1"), ("SmsStatus", "delivered")])
    assert (note.event_id, note.kind, note.code, note.reason) == ("SM1:delivered", ReceiptKind.DELIVERED, None, None)


@pytest.mark.parametrize("params", [[], [("MessageSid", "SM1")], [("MessageStatus", "sent")], [("MessageSid", "")]])
def test_what_is_no_receipt_is_refused(params: list[tuple[str, str]]) -> None:
    with pytest.raises(DomainError) as refused:
        read_receipt(params)
    assert refused.value.code == "bad_request"


def test_every_status_of_the_interface_has_its_kind() -> None:
    documented = (
        "accepted scheduled queued sending sent delivered undelivered failed canceled receiving received read "
        "partially_delivered"
    )
    assert set(documented.split()) == set(STATUSES.words)


def test_an_unknown_status_settles_nothing_and_is_logged() -> None:
    with capture_logs() as logs:
        assert kind_of_status("teleported") is ReceiptKind.PROGRESS
    assert logs[0]["event"] == "twilio.unknown_status"


@pytest.mark.parametrize(
    ("http_status", "code", "kind", "operator"),
    [
        (400, 21211, OutcomeKind.PERMANENT, False),
        (400, 21614, OutcomeKind.PERMANENT, False),
        (400, 21610, OutcomeKind.PERMANENT, False),
        (429, 20429, OutcomeKind.TRANSIENT, False),
        (429, None, OutcomeKind.TRANSIENT, False),
        (503, None, OutcomeKind.TRANSIENT, False),
        (500, None, OutcomeKind.UNKNOWN, False),
        (500, 20500, OutcomeKind.UNKNOWN, False),
        (502, None, OutcomeKind.UNKNOWN, False),
        (401, 20003, OutcomeKind.TRANSIENT, True),
        (400, 21606, OutcomeKind.TRANSIENT, True),
        (301, None, OutcomeKind.TRANSIENT, True),
        *((400, code, OutcomeKind.TRANSIENT, True) for code in (10002, 21219, 21659, 21660, 21705, 63007, 30485)),
        *((status, None, OutcomeKind.TRANSIENT, True) for status in (400, 402, 407, 413, 418, 421, 425, 451)),
        (400, 99999, OutcomeKind.TRANSIENT, True),
        (599, 99999, OutcomeKind.UNKNOWN, False),
        (999, None, OutcomeKind.UNKNOWN, False),
    ],
)
def test_refusals_are_judged_by_the_table(
    http_status: int, code: int | None, kind: OutcomeKind, operator: bool
) -> None:
    outcome = refusal(http_status, code)
    assert (outcome.kind, outcome.operator) == (kind, operator)
    assert outcome.code == (str(code) if code else f"http_{http_status}")
    assert outcome.reason


def test_an_unknown_code_is_logged_and_so_is_what_needs_an_operator() -> None:
    with capture_logs() as logs:
        refusal(400, 99999)
        refusal(401, 20003)
        refusal(400, 21211)
    assert [entry["event"] for entry in logs] == [
        "twilio.unknown_code",
        "twilio.operator_needed",
        "twilio.operator_needed",
    ]


def test_retry_after_is_passed_on() -> None:
    assert refusal(429, 20429, retry_after_s=7).retry_after_s == 7


@pytest.mark.parametrize(
    ("code", "meaning"), [("30003", "handset not reachable"), ("1", None), ("x", None), (None, None)]
)
def test_codes_of_receipts_have_meanings(code: str | None, meaning: str | None) -> None:
    assert meaning_of(code) == meaning
