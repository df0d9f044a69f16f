"""Problem types: the machine codes of every refusal, with status and texts. Part of the contract: codes never change.

Placeholders in texts are members of the problem document. RFC 9457.
"""

from typing import Final, NamedTuple

TYPE_BASE: Final = "urn:motcua:problem:"


class Problem(NamedTuple):
    status: int
    vi: str
    en: str


PROBLEMS: Final[dict[str, Problem]] = {
    # the edge
    "malformed_json": Problem(400, "Nội dung gửi lên không phải JSON hợp lệ.", "The request body is not valid JSON."),
    "bad_request": Problem(400, "Yêu cầu không hợp lệ.", "The request is not valid."),
    "idempotency_key_missing": Problem(400, "Thiếu tiêu đề Idempotency-Key.", "The Idempotency-Key header is missing."),
    "unauthenticated": Problem(401, "Cần đăng nhập lại.", "Please log in again."),
    "forbidden": Problem(403, "Tài khoản không có quyền làm việc này.", "This account may not do this."),
    "not_found": Problem(404, "Không tìm thấy.", "Not found."),
    "method_not_allowed": Problem(405, "Phương thức không được hỗ trợ.", "The method is not supported here."),
    "not_acceptable": Problem(406, "Không có dạng trả lời được yêu cầu.", "No acceptable representation."),
    "gone": Problem(410, "Nội dung này không còn nữa.", "This is no longer available."),
    "precondition_failed": Problem(412, "Dữ liệu đã thay đổi, hãy tải lại.", "The data has changed; reload it."),
    "payload_too_large": Problem(413, "Nội dung gửi lên quá lớn.", "The request body is too large."),
    "unsupported_media_type": Problem(415, "Loại nội dung không được hỗ trợ.", "The media type is not supported."),
    "invalid_fields": Problem(422, "Có trường chưa đúng.", "Some fields are not valid."),
    "idempotency_key_reused": Problem(
        422, "Idempotency-Key đã dùng cho nội dung khác.", "The Idempotency-Key was used with another body."
    ),
    "idempotency_in_progress": Problem(
        409, "Yêu cầu trước cùng Idempotency-Key đang chạy.", "The same request is still running."
    ),
    "precondition_required": Problem(428, "Thiếu tiêu đề If-Match.", "The If-Match header is missing."),
    "too_many_requests": Problem(
        429, "Quá nhiều lần thử, hãy đợi {retry_after} giây.", "Too many tries; wait {retry_after} seconds."
    ),
    "internal": Problem(500, "Hệ thống gặp lỗi, hãy thử lại sau.", "Something failed here; try again later."),
    "unavailable": Problem(503, "Hệ thống tạm thời chưa sẵn sàng.", "The service is not ready for the moment."),
}

FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "required": ("Bắt buộc phải có.", "Required."),
    "unknown": ("Trường này không có trong biểu mẫu.", "Unknown field."),
    "invalid": ("Giá trị chưa đúng.", "Not a valid value."),
}
