"""The sentence a citizen reads for each row of the timeline. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from kernel.texts.bilingual import Language, Text
from procedures.supplement import until_text
from tracking.handover import WAY_LABELS, HandOverWay
from tracking.notices.texts import NOTICE_EVENTS, describe_notice

_TEXTS: Final[Mapping[tuple[str, str], Text]] = {
    ("business", "submit"): Text("Đã nộp hồ sơ.", "The dossier was filed."),
    ("business", "accept"): Text("Hồ sơ được tiếp nhận.", "The dossier was accepted."),
    ("business", "decline"): Text("Hồ sơ không được tiếp nhận.", "The dossier was declined."),
    ("business", "start"): Text("Bắt đầu giải quyết hồ sơ.", "Processing has started."),
    ("business", "request_supplement"): Text("Yêu cầu bổ sung giấy tờ.", "A supplement was requested."),
    ("business", "supplement"): Text("Công dân đã bổ sung giấy tờ.", "The citizen sent the supplement."),
    ("business", "end_supplement"): Text(
        "Dừng xử lý vì quá hạn mà chưa nhận được phần bổ sung.",
        "Processing was stopped: the supplement did not arrive in time.",
    ),
    ("business", "demand_fee"): Text("Yêu cầu thực hiện nghĩa vụ tài chính.", "A payment was requested."),
    ("business", "fee_settled"): Text("Đã hoàn thành nghĩa vụ tài chính.", "The payment was settled."),
    ("business", "ask_withdrawal"): Text("Công dân yêu cầu rút hồ sơ.", "The citizen asked to withdraw."),
    ("business", "grant_withdrawal"): Text("Đồng ý cho rút hồ sơ, dừng xử lý.", "The withdrawal was granted."),
    ("business", "refuse_withdrawal"): Text("Không đồng ý cho rút hồ sơ.", "The withdrawal was refused."),
    ("business", "stop"): Text("Dừng xử lý hồ sơ.", "Processing was stopped."),
    ("business", "finish"): Text("Đã xử lý xong, có kết quả.", "Processing is finished; there is a result."),
    ("business", "hand_over"): Text("Đã trả kết quả.", "The result was handed over."),
    ("business", "undo_accept"): Text("Cơ quan rút lại việc tiếp nhận.", "The agency took its acceptance back."),
    ("business", "undo_request_supplement"): Text(
        "Cơ quan rút lại yêu cầu bổ sung.", "The agency took its request for a supplement back."
    ),
    ("business", "undo_demand_fee"): Text(
        "Cơ quan rút lại yêu cầu nộp phí, lệ phí.", "The agency took its request for a payment back."
    ),
    ("business", "undo_start"): Text("Cơ quan rút lại việc bắt đầu xử lý.", "The agency took the start back."),
    ("business", "undo_finish"): Text("Cơ quan rút lại kết quả để xử lý tiếp.", "The agency took the result back."),
    ("business", "undo_hand_over"): Text("Cơ quan rút lại việc trả kết quả.", "The agency took the hand-over back."),
    ("process", "advance"): Text("Chuyển bước xử lý.", "Moved on to the next step."),
    ("process", "send_back"): Text("Trả lại bước trước.", "Sent back to an earlier step."),
    ("process", "supplement_reminder"): Text("Nhắc công dân bổ sung giấy tờ.", "The citizen was reminded to answer."),
    ("process", "supplement_overdue"): Text("Đã quá hạn bổ sung giấy tờ.", "The term of the supplement has passed."),
    ("process", "transfer"): Text("Chuyển cơ quan phối hợp.", "Transferred to another agency."),
    ("hand_over", "result_ready"): Text("Kết quả chờ trả.", "The result is ready."),
    ("hand_over", "result_withdrawn"): Text("Kết quả được rút lại.", "The result was withdrawn."),
    ("hand_over", "hand_over"): Text("Kết quả đã đến tay công dân.", "The citizen has the result."),
    ("hand_over", "undo_hand_over"): Text("Kết quả trở lại chờ trả.", "The result waits again."),
}
_SAY_UNTIL: Final = frozenset({"request_supplement", "supplement_reminder"})


def describe(entry: Mapping[str, Any], language: Language) -> str:
    """The sentence for a timeline row given as {axis, event, details}; an event without a sentence is a KeyError."""
    details = entry["details"]
    if entry["axis"] == "notice":
        return describe_notice(entry["event"], details, language)
    sentence = _TEXTS[entry["axis"], entry["event"]].in_language(language)
    if entry["event"] == "hand_over" and "way" in details:
        way = WAY_LABELS[HandOverWay(details["way"])].in_language(language)
        return f"{sentence.rstrip('.')}: {way.lower()}."
    until = until_text(details) if entry["event"] in _SAY_UNTIL else None
    return sentence if until is None else f"{sentence.rstrip('.')}, {until.in_language(language)}."


def known_events() -> frozenset[tuple[str, str]]:
    return frozenset(_TEXTS) | {("notice", event) for event in NOTICE_EVENTS}
