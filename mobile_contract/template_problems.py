"""Refusals about message templates."""

from typing import Final

from mobile_contract.problem import Problem

TEMPLATE_PROBLEMS: Final[dict[str, Problem]] = {
    "template_invalid": Problem(422, "Mẫu tin chưa dùng được.", "The message template cannot be used."),
}

TEMPLATE_FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "template_alphabet": (
        "Sau khi bỏ dấu vẫn còn ký tự không gửi được bằng tin nhắn không dấu: {characters}.",
        "Without accents there are still characters that a plain text message cannot carry: {characters}.",
    ),
    "template_braces": (
        "Dấu ngoặc nhọn chưa đúng; biến được viết như {{code}}.",
        "The braces are not right; a variable is written like {{code}}.",
    ),
    "template_channel": (
        "Sự kiện này chỉ được báo qua {channels:channel}.",
        "People are told of this event only by {channels:channel}.",
    ),
    "template_field_too_long": (
        "Trường {param} chỉ có {max} ký tự, giá trị thật không vừa dù đã rút gọn.",
        "The field {param} holds {max} characters; real values do not fit even when shortened.",
    ),
    "template_legal_content": (
        "Thông báo này theo luật phải có {variable} (NĐ 224/2026/NĐ-CP Đ.15.1.g).",
        "By law this notice must say {variable} (Decree 224/2026/NĐ-CP art. 15.1.g).",
    ),
    "template_legal_time": (
        "Thông báo này theo luật phải có một trong các thời điểm: {variables}.",
        "By law this notice must say one of these times: {variables}.",
    ),
    "template_param_twice": ("Tên trường bị lặp.", "The field is there twice."),
    "template_too_long": (
        "Giá trị thật không vừa {parts} tin dù đã rút gọn; cần {needed} tin.",
        "Real values do not fit into {parts:count part} even when shortened; they need {needed}.",
    ),
    "template_values_unfit": (
        "Các giá trị này không vừa mẫu tin.",
        "The template cannot be filled in with these values.",
    ),
    "template_variable_not_offered": (
        "Sự kiện này không có {variable}; chỉ có: {offered}.",
        "This event does not have {variable}; it has: {offered}.",
    ),
    "template_variable_unknown": (
        "Không có biến {variable}; sự kiện này có: {offered}.",
        "There is no variable {variable}; this event has: {offered}.",
    ),
}
