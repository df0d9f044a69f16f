"""The sentence a citizen reads in the timeline of a message: what was told, how, and whether it arrived. Pure."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kernel.texts.bilingual import Language, Text


class _Way(NamedTuple):
    """A channel as a way to tell, and a message of it at the beginning of a sentence and inside one."""

    way: Text
    message: Text
    inside: Text


_WAYS: Final[Mapping[str, _Way]] = {
    "sms": _Way(
        Text("tin nhắn SMS", "text message"),
        Text("Tin nhắn SMS", "The text message"),
        Text("tin nhắn SMS", "the text message"),
    ),
    "zalo": _Way(Text("Zalo", "Zalo"), Text("Tin Zalo", "The Zalo message"), Text("tin Zalo", "the Zalo message")),
    "inbox": _Way(
        Text("hộp thư trong ứng dụng", "the inbox of the app"),
        Text("Thông báo trong ứng dụng", "The notice in the app"),
        Text("thông báo trong ứng dụng", "the notice in the app"),
    ),
}
_SENTENCES: Final[Mapping[str, Text]] = {
    "delivered": Text("Đã báo cho công dân qua {way}{about}.", "The citizen has been told by {way}{about}."),
    "undelivered": Text("{message}{about} không đến được máy.", "{message}{about} did not reach the phone."),
    "dead": Text("Không gửi được {inside}{about}.", "{message}{about} could not be sent."),
}
NOTICE_EVENTS: Final = frozenset(_SENTENCES)
# What each notice is about, by its template.
ABOUT: Final[Mapping[str, Text]] = {
    "dossier.submitted": Text("đã nộp hồ sơ", "dossier filed"),
    "dossier.accepted": Text("hồ sơ được tiếp nhận", "dossier accepted"),
    "dossier.declined": Text("hồ sơ không được tiếp nhận", "dossier declined"),
    "dossier.processing": Text("bắt đầu xử lý", "processing started"),
    "dossier.supplement_requested": Text("cần bổ sung giấy tờ", "supplement requested"),
    "dossier.supplement_reminder": Text("nhắc bổ sung giấy tờ", "supplement still missing"),
    "dossier.supplement_expired": Text("dừng vì quá hạn bổ sung", "stopped, no supplement in time"),
    "dossier.fee_demanded": Text("cần nộp phí, lệ phí", "payment requested"),
    "dossier.answered": Text("đã nhận phần bổ sung", "supplement received"),
    "dossier.resumed": Text("tiếp tục giải quyết", "processing resumed"),
    "dossier.withdrawal_asked": Text("đã nhận yêu cầu rút hồ sơ", "withdrawal asked for"),
    "dossier.withdrawal_refused": Text("không chấp thuận rút hồ sơ", "withdrawal refused"),
    "dossier.withdrawn": Text("đã rút hồ sơ", "dossier withdrawn"),
    "dossier.stopped": Text("dừng giải quyết hồ sơ", "processing stopped"),
    "dossier.finished": Text("đã có kết quả", "result ready"),
    "dossier.handed_over": Text("đã trả kết quả", "result handed over"),
    "dossier.corrected": Text("đính chính trạng thái hồ sơ", "status corrected"),
}


def describe_notice(event: str, details: Mapping[str, Any], language: Language) -> str:
    """The sentence for what became of a message; `details` is {channel, at, template}. A template that is not known,
    or that was not kept at the time, leaves the subject out."""
    way = _WAYS[details["channel"]]
    about = ABOUT.get(details.get("template") or "")
    return (
        _SENTENCES[event]
        .in_language(language)
        .format(
            way=way.way.in_language(language),
            message=way.message.in_language(language),
            inside=way.inside.in_language(language),
            about=f" ({about.in_language(language)})" if about else "",
        )
    )
