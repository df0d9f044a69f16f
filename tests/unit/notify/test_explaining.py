"""What officers read about a message, in words of both languages."""

import ast
import json

import pytest

from notify.desk.acts import CancelReason, RedirectReason
from notify.desk.explaining import Clause, clause_codes, dump_why, explain_circuit, explain_code, say_why, show_text
from notify.planning.plan import Skip
from outbound.jobs.breaker import CircuitState
from tests.architecture.sources import calls, product, strings

SENT = [source for source in product() if source.path.startswith("notify/")]
# Codes of events that failed and of receipts of nothing: no message ends so.
OF_OTHERS = {"unknown_attempt", "handler_failed"}


def test_every_clause_has_its_sentence_and_none_is_left_over() -> None:
    written = {
        text
        for source in SENT
        for call in calls(source, "Clause")
        for text in strings(ast.Module(body=[ast.Expr(call)], type_ignores=[]))
    }
    used = {text for text in written if text in clause_codes()}
    used |= {str(skip) for skip in Skip} | {f"redirected_{reason}" for reason in RedirectReason}
    assert used == set(clause_codes())


@pytest.mark.parametrize("reason", [*CancelReason])
def test_a_stop_says_the_officers_reason(reason: str) -> None:
    said = explain_code("cancelled_by_officer", str(reason))
    assert said not in (None, explain_code("cancelled_by_officer"))


def test_every_code_of_ours_is_explained() -> None:
    """Codes are constants of the rooms that give them, or stand where an outcome is made."""
    given = set()
    for source in SENT:
        for name in ("Outcome", "News"):
            for call in calls(source, name):
                for keyword in call.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        given.add(str(keyword.value.value))
    assert given
    assert {code for code in given - OF_OTHERS if explain_code(code) is None} == set()


def test_a_gateways_own_code_is_left_to_the_gateway() -> None:
    assert explain_code("-118") is None
    assert explain_code(None) is None


def test_a_reason_of_before_stands_as_it_is() -> None:
    assert say_why("sms first: has a phone") == ("sms first: has a phone", "sms first: has a phone")
    assert say_why(dump_why(())) == ("", "")


def test_reasons_are_said_one_after_the_other() -> None:
    kept = dump_why((Clause("first", {"channel": "zalo"}), Clause("price", {"vnd": 12_000})))
    assert say_why(kept) == (
        "Tin đi trước tiên qua Zalo. Chi phí cao nhất 12.000 đồng.",
        "It goes by Zalo first. It costs 12,000 VND at most.",
    )


@pytest.mark.parametrize("state", [*CircuitState])
def test_a_gateways_health_is_in_words(state: str) -> None:
    vi, en = explain_circuit(str(state))
    assert vi != en


@pytest.mark.parametrize(
    ("channel", "body", "shown"),
    [
        ("sms", "Ho so H17-1 da duoc tiep nhan.", "Ho so H17-1 da duoc tiep nhan."),
        ("inbox", json.dumps({"title": "Hồ sơ", "body": "Đã nhận."}), "Hồ sơ\nĐã nhận."),
        ("zalo", json.dumps({"template_id": "1", "template_data": {"a": "Một", "b": "Hai"}}), "Một\nHai"),
        ("inbox", "", ""),
        ("zalo", "", ""),
    ],
)
def test_a_message_is_shown_as_a_person_reads_it(channel: str, body: str, shown: str) -> None:
    assert show_text(channel, body) == shown
