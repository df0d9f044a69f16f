"""Names, in Vietnamese and English, for the codes that a refusal speaks of. Imports nothing."""

from typing import Final

Label = tuple[str, str]

ROLE_LABELS: Final[dict[str, Label]] = {
    "receiver": ("cán bộ tiếp nhận", "a receiving officer"),
    "appraiser": ("cán bộ thẩm định", "an appraising officer"),
    "leader": ("lãnh đạo ký duyệt", "a leader who signs"),
    "hand_over": ("cán bộ trả kết quả", "an officer who hands results over"),
    "admin": ("quản trị viên", "an administrator"),
    "resident_police": ("công an quản lý cư trú", "a residence police officer"),
}
STEP_ACTION_LABELS: Final[dict[str, Label]] = {
    "advance": ("chuyển bước sau", "pass on to the next step"),
    "send_back": ("trả lại bước trước", "send back to an earlier step"),
    "transfer": ("chuyển cơ quan phối hợp", "transfer to another agency"),
    "ask_supplement": ("yêu cầu bổ sung giấy tờ", "ask for a supplement"),
    "demand_fee": ("yêu cầu nộp phí, lệ phí", "ask for a payment"),
    "finish": ("hoàn tất xử lý", "finish processing"),
}
MANDATE_LABELS: Final[dict[str, Label]] = {
    "representative": ("người đại diện", "representative"),
    "manage_members": ("quản lý thành viên", "manage members"),
    "manage_clients": ("quản lý khóa kết nối", "manage keys"),
    "manage_lodgings": ("quản lý cơ sở lưu trú", "manage lodgings"),
    "report_guests": ("thông báo lưu trú", "report guests"),
}
MESSAGE_STATE_LABELS: Final[dict[str, Label]] = {
    "standby": ("dự phòng", "in reserve"),
    "queued": ("chờ gửi", "waiting to be sent"),
    "sending": ("đang gửi", "being sent"),
    "waiting": ("chờ gửi lại", "waiting to be tried again"),
    "unknown": ("chưa rõ đã gửi", "perhaps sent"),
    "accepted": ("nhà mạng đã nhận", "taken by the gateway"),
    "delivered": ("đã đến máy", "delivered"),
    "undelivered": ("không đến máy", "not delivered"),
    "dead": ("không gửi được", "given up"),
    "cancelled": ("đã hủy", "cancelled"),
}
CHANNEL_LABELS: Final[dict[str, Label]] = {
    "zalo": ("Zalo", "Zalo"),
    "sms": ("tin nhắn SMS", "SMS"),
    "inbox": ("hộp thư trong ứng dụng", "the inbox of the app"),
}
# The types of JSON Schema, as somebody calls them who fills in a form.
DATA_TYPE_LABELS: Final[dict[str, Label]] = {
    "string": ("chữ", "text"),
    "integer": ("số nguyên", "a whole number"),
    "number": ("số", "a number"),
    "boolean": ("có hoặc không", "yes or no"),
    "object": ("nhóm nội dung", "a group of fields"),
    "array": ("danh sách", "a list"),
    "null": ("để trống", "nothing"),
}
FILE_TYPE_LABELS: Final[dict[str, Label]] = {
    "application/pdf": ("PDF", "PDF"),
    "image/jpeg": ("JPEG", "JPEG"),
    "image/png": ("PNG", "PNG"),
    "image/heic": ("HEIC", "HEIC"),
    "image/heif": ("HEIF", "HEIF"),
    "image/tiff": ("TIFF", "TIFF"),
    "image/webp": ("WebP", "WebP"),
}
