"""Problem types and field texts of notices, preferences, and single messages."""

from typing import Final

from mobile_contract.problem import Problem

MESSAGE_PROBLEMS: Final[dict[str, Problem]] = {
    "preference_refused": Problem(
        422, "Không thể tắt như vậy; xem từng mục bị từ chối.", "It cannot be switched off like that; see each refusal."
    ),
    "message_under_way": Problem(
        409,
        "Tin đang ở trạng thái {state:message_state}, còn có thể tự tới nơi.",
        "The message stands at {state:message_state} and may still arrive by itself.",
    ),
    "message_left": Problem(
        409,
        "Tin đã được gửi đi (trạng thái {state:message_state}), không thu hồi được.",
        "The message has been sent already ({state:message_state}) and cannot be stopped.",
    ),
    "message_replaced": Problem(
        409, "Tin này đã được gửi lại; hãy xem tin mới.", "This message was sent again; see the new one."
    ),
    "message_expired": Problem(
        409, "Tin có thời hạn thì không gửi lại.", "A message that is good for a time only is not sent again."
    ),
    "message_not_wanted": Problem(
        409,
        "Người dân không dùng kênh này nữa; hãy báo bằng cách khác.",
        "The person does not want this channel any more; tell them in another way.",
    ),
    "message_unreadable": Problem(
        409,
        "Nội dung tin không mở được; hãy báo bằng cách khác.",
        "The sealed text cannot be opened; tell the person in another way.",
    ),
    "message_address_ended": Problem(
        409,
        "Số điện thoại này không còn là của người nhận; hãy gửi tới số mới của họ.",
        "This phone is no longer the person's; send it to their new one.",
    ),
    "message_not_sendable": Problem(
        409, "Thông báo trong ứng dụng không cần gửi lại.", "A notice in the app need not be sent again."
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
