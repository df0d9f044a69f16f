"""Problem types and field texts of notices, preferences, and single messages."""

from typing import Final

from mobile_contract.problem import Problem

MESSAGE_PROBLEMS: Final[dict[str, Problem]] = {
    "preference_refused": Problem(
        422, "Không thể tắt như vậy; xem từng mục bị từ chối.", "It cannot be switched off like that; see each refusal."
    ),
}
MESSAGE_FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "purpose_fixed": (
        "Mã xác nhận luôn gửi tới số điện thoại cần xác nhận.",
        "A one-time code always goes to the phone it proves.",
    ),
    "inbox_stays": ("Hộp thông báo trong ứng dụng luôn bật.", "The inbox of the app is always on."),
    "legal_notice_needs_a_channel": (
        "Thông báo theo luật cần ít nhất một kênh tới điện thoại: Zalo hoặc SMS.",
        "A notice the law prescribes needs one channel to the phone: Zalo or SMS.",
    ),
}
