"""Problem types: the machine codes of every refusal, with status and texts. Part of the contract: codes never change.

Placeholders in texts are members of the problem document. RFC 9457.
"""

from typing import Final

from mobile_contract.change_problems import CHANGE_FIELD_TEXTS, CHANGE_PROBLEMS
from mobile_contract.claim_problems import CLAIM_PROBLEMS
from mobile_contract.dossier_problems import DOSSIER_FIELD_TEXTS, DOSSIER_PROBLEMS
from mobile_contract.message_problems import MESSAGE_FIELD_TEXTS, MESSAGE_PROBLEMS
from mobile_contract.problem import Problem
from mobile_contract.residence_problems import RESIDENCE_FIELD_TEXTS, RESIDENCE_PROBLEMS
from mobile_contract.template_problems import TEMPLATE_FIELD_TEXTS, TEMPLATE_PROBLEMS

TYPE_BASE: Final = "urn:motcua:problem:"


# A title belongs to the status, so that it never varies with an occurrence; the detail says what happened.
TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("Yêu cầu không hợp lệ", "Bad request"),
    401: ("Chưa đăng nhập", "Not authenticated"),
    403: ("Không có quyền", "Forbidden"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Phương thức không được hỗ trợ", "Method not allowed"),
    406: ("Không có dạng trả lời phù hợp", "Not acceptable"),
    408: ("Yêu cầu đến quá chậm", "Request timeout"),
    409: ("Không làm được lúc này", "Conflict"),
    410: ("Không còn nữa", "Gone"),
    412: ("Dữ liệu đã thay đổi", "Precondition failed"),
    413: ("Nội dung quá lớn", "Content too large"),
    415: ("Loại nội dung không được hỗ trợ", "Unsupported media type"),
    416: ("Phần được yêu cầu không có", "Range not satisfiable"),
    422: ("Nội dung chưa đúng", "Unprocessable content"),
    428: ("Thiếu điều kiện", "Precondition required"),
    429: ("Quá nhiều lần thử", "Too many requests"),
    431: ("Tiêu đề quá lớn", "Request header fields too large"),
    500: ("Lỗi hệ thống", "Internal error"),
    502: ("Bên ngoài không trả lời đúng", "Bad gateway"),
    503: ("Tạm thời chưa sẵn sàng", "Service unavailable"),
}


PROBLEMS: Final[dict[str, Problem]] = {
    # the edge
    "malformed_json": Problem(400, "Nội dung gửi lên không phải JSON hợp lệ.", "The request body is not valid JSON."),
    "bad_request": Problem(400, "Hệ thống không đọc được yêu cầu này.", "The request could not be read."),
    "idempotency_key_missing": Problem(400, "Thiếu tiêu đề Idempotency-Key.", "The Idempotency-Key header is missing."),
    "idempotency_key_invalid": Problem(
        400, "Idempotency-Key cần 1 đến 255 ký tự ASCII in được.", "The Idempotency-Key takes 1 to 255 printable ASCII."
    ),
    "cursor_invalid": Problem(400, "Vị trí trang không dùng được.", "The page cursor is not valid for this list."),
    "unauthenticated": Problem(401, "Hãy đăng nhập để tiếp tục.", "Log in to go on."),
    "forbidden": Problem(403, "Tài khoản không có quyền làm việc này.", "This account may not do this."),
    "not_found": Problem(
        404,
        "Nội dung này không có, hoặc bạn không được xem.",
        "There is no such thing here, or it is not yours to see.",
    ),
    "method_not_allowed": Problem(
        405, "Không làm được việc này theo cách đã gửi.", "This cannot be done in the way it was asked for."
    ),
    "not_acceptable": Problem(406, "Không có dạng trả lời được yêu cầu.", "No acceptable representation."),
    "request_timeout": Problem(
        408, "Yêu cầu đến quá chậm, hãy gửi lại.", "The request took too long to arrive; send it again."
    ),
    "gone": Problem(410, "Nội dung này không còn nữa.", "This is no longer available."),
    "precondition_failed": Problem(412, "Dữ liệu đã thay đổi, hãy tải lại.", "The data has changed; reload it."),
    "payload_too_large": Problem(413, "Nội dung gửi lên quá lớn.", "The request body is too large."),
    "unsupported_media_type": Problem(
        415, "Không nhận nội dung loại này ở đây.", "Content of this type is not taken here."
    ),
    "range_not_satisfiable": Problem(
        416, "Phần được yêu cầu nằm ngoài nội dung.", "The range lies outside the content."
    ),
    "headers_too_large": Problem(431, "Tiêu đề của yêu cầu quá lớn.", "The request headers are too large."),
    "invalid_fields": Problem(422, "Có trường chưa đúng.", "Some fields are not valid."),
    "idempotency_key_reused": Problem(
        422, "Idempotency-Key đã dùng cho nội dung khác.", "The Idempotency-Key was used with another body."
    ),
    "idempotency_in_progress": Problem(
        409, "Yêu cầu trước cùng Idempotency-Key đang chạy.", "The same request is still running."
    ),
    "precondition_required": Problem(428, "Thiếu tiêu đề If-Match.", "The If-Match header is missing."),
    "too_many_requests": Problem(
        429,
        "Bạn đã thử quá nhiều lần, hãy đợi {retry_after:wait}.",
        "There were too many tries; wait {retry_after:wait}.",
    ),
    "internal": Problem(500, "Hệ thống gặp lỗi, hãy thử lại sau.", "Something failed here; try again later."),
    "unavailable": Problem(
        503, "Hệ thống đang bận hoặc bảo trì, hãy thử lại sau ít phút.", "The service is busy; try again in a minute."
    ),
    # log-in and phones
    "login_cancelled": Problem(
        401,
        "Bạn đã dừng đăng nhập ở cổng định danh. Hãy đăng nhập lại khi bạn muốn.",
        "You stopped the log-in at the eID provider. Log in again whenever you like.",
    ),
    "login_in_progress": Problem(
        409,
        "Lần đăng nhập này đang được kiểm tra, hãy hỏi lại sau giây lát.",
        "This log-in is still being checked; ask again in a moment.",
    ),
    "login_failed": Problem(
        401, "Đăng nhập không thành công, hãy bắt đầu lại.", "The log-in did not succeed; start it again."
    ),
    "identity_conflict": Problem(
        409,
        "Cổng định danh báo một số định danh khác với số đã biết của tài khoản này, nên chưa thể đăng nhập. Hãy "
        "mang căn cước đến bộ phận Một cửa hoặc công an cấp xã để kiểm tra thông tin.",
        "The eID provider reports another identity number than the one known of this account, so the log-in cannot go "
        "on. Bring your identity card to the one-stop office or the commune police to have it checked.",
    ),
    "not_an_officer": Problem(
        403,
        "Tài khoản hiện không phải là cán bộ của hệ thống.",
        "This account holds no office in the system at present.",
    ),
    "step_up_required": Problem(
        403,
        "Việc này cần xác nhận lại danh tính: hãy đăng nhập lại rồi làm tiếp.",
        "This needs a fresh proof of who you are: log in again, then go on.",
    ),
    "own_office": Problem(403, "Không được tự thay đổi chức vụ của mình.", "Nobody may change an office of their own."),
    "mandate_missing": Problem(
        403,
        "Việc này cần quyền {needed:mandate} của tổ chức.",
        "This needs the right {needed:mandate} in the organisation.",
    ),
    "office_exists": Problem(
        409,
        "Người này đã có chức vụ tại cơ quan trong thời gian đó.",
        "This person holds an office of the agency in these days already.",
    ),
    "organisation_known": Problem(
        409,
        "Bạn đã là thành viên của một tổ chức đăng ký mã số thuế này.",
        "You are a member of an organisation with this tax code already.",
    ),
    "too_many_organisations": Problem(
        409, "Mỗi người đại diện nhiều nhất {limit} tổ chức.", "A person stands for {limit} organisations at most."
    ),
    "too_many_members": Problem(
        409, "Tổ chức có nhiều nhất {limit} thành viên.", "An organisation has {limit} members at most."
    ),
    "too_many_clients": Problem(
        409, "Đã có {limit} khóa đang dùng, hãy thu hồi bớt.", "There are {limit} keys in use; revoke some."
    ),
    "already_member": Problem(
        409, "Người này đã là thành viên của tổ chức.", "This person is a member of the organisation already."
    ),
    "last_representative": Problem(
        409,
        "Tổ chức cần ít nhất một người đại diện.",
        "An organisation needs at least one representative.",
    ),
    "own_membership": Problem(
        403, "Không được tự thay đổi ủy quyền của mình.", "Nobody may change a membership of their own."
    ),
    "grants_remain": Problem(
        409,
        "Còn {client_count} khóa kết nối và {member_count} thành viên dựa trên quyền của người này: hãy cho biết chấm "
        "dứt hay ai nhận lại.",
        "{client_count:count key} and {member_count:count member} rest on this person's rights: say whether they "
        "end or who takes them over.",
    ),
    "client_ended": Problem(409, "Khóa này đã chấm dứt; hãy tạo khóa mới.", "This key has ended; make a new one."),
    "phone_code_expired": Problem(
        410,
        "Mã xác nhận không còn dùng được, hãy yêu cầu mã mới.",
        "The code can no longer be used; ask for a new one.",
    ),
    "phone_code_wrong": Problem(
        422,
        "Mã xác nhận chưa đúng; số lần thử còn lại: {tries_left}.",
        "The code is not right; tries left: {tries_left}.",
    ),
    "eid_unavailable": Problem(
        503,
        "Hệ thống định danh điện tử chưa trả lời, hãy thử lại sau {retry_after:wait}.",
        "The electronic identity provider does not answer; try again in {retry_after:wait}.",
    ),
    # documents read by machine
    "mrz_shape": Problem(
        422,
        "Dòng mã hộ chiếu không đúng dạng; hãy quét hoặc nhập lại cả hai dòng.",
        "This is not the machine-readable zone of a passport or card; scan or type all its lines again.",
    ),
    "mrz_check_digit": Problem(
        422,
        "Dòng mã hộ chiếu bị đọc sai (số kiểm tra không khớp); hãy quét lại.",
        "The machine-readable zone was misread: a check digit does not agree; scan it again.",
    ),
    "mrz_visa": Problem(
        422,
        "Đây là thị thực (visa), không phải hộ chiếu; hãy quét trang thông tin của hộ chiếu và ghi thời hạn tạm trú "
        "theo thị thực hoặc dấu nhập cảnh.",
        "This is a visa, not a passport; scan the passport's data page, and take the residence expiry from the visa or "
        "the entry stamp.",
    ),
    "scan_input_method": Problem(
        422,
        "Bộ gõ tiếng Việt (Unikey) đang bật nên chữ quét vào bị đổi; hãy tắt bộ gõ rồi quét lại.",
        "A Vietnamese input method is on and changed what was scanned; switch it off and scan again.",
    ),
    "card_qr_invalid": Problem(
        422,
        "Mã QR này không phải của thẻ căn cước, hoặc máy quét gửi sai chữ; hãy quét lại.",
        "This is not the QR code of an identity card, or the scanner spoilt its letters; scan it again.",
    ),
    **CLAIM_PROBLEMS,
    **DOSSIER_PROBLEMS,
    **CHANGE_PROBLEMS,
    **MESSAGE_PROBLEMS,
    **RESIDENCE_PROBLEMS,
    **TEMPLATE_PROBLEMS,
}

FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "required": ("Bắt buộc phải có.", "Required."),
    "null": ("Không được để trống.", "May not be left empty."),
    "parameter_unknown": ("Tham số này không có ở đây.", "There is no such parameter here."),
    "parameter_twice": ("Tham số này chỉ được gửi một lần.", "This parameter may be sent once only."),
    "unknown": ("Trường này không có trong biểu mẫu.", "Unknown field."),
    "invalid": ("Giá trị chưa đúng.", "Not a valid value."),
    "choice": ("Không nằm trong các giá trị cho phép.", "Not one of the allowed values."),
    "email": ("Địa chỉ thư điện tử chưa đúng.", "Not a valid e-mail address."),
    "pattern": ("Chưa đúng dạng quy định.", "Not in the required form."),
    "account_refused": (
        "Cổng quản lý cư trú không nhận tên đăng nhập hoặc mật khẩu này; chưa lưu gì.",
        "The authority's portal does not take this name or password; nothing was kept.",
    ),
    "tax_code_form": (
        "Mã số thuế có 10 chữ số, 10 và 3 chữ số (4001234567-001), hoặc 12 chữ số, không dấu cách.",
        "A tax code has 10 digits, 10 and 3 digits (4001234567-001), or 12 digits, without spaces.",
    ),
    "says_nothing": ("Cần có chữ hoặc số.", "Needs letters or digits."),
    "control_characters": ("Có ký tự không được dùng.", "Holds characters that are not allowed."),
    "phone_invalid": ("Không phải số điện thoại Việt Nam.", "Not a Vietnamese phone number."),
    "code_six_digits": (
        "Mã xác nhận gồm 6 chữ số trong tin nhắn.",
        "The code is the six digits of the text message.",
    ),
    "phone_old_prefix": ("Đầu số 11 số đã ngừng dùng; hãy nhập số mới.", "This prefix has ended; give the new number."),
    "phone_landline": ("Cần số di động, không phải số cố định.", "A mobile number is needed, not a landline."),
    "phone_foreign": ("Cần số di động Việt Nam.", "A Vietnamese mobile number is needed."),
    "phone_not_mobile": ("Cần số di động.", "A mobile number is needed."),
    "length_min": ("Cần ít nhất {min} ký tự.", "Needs at least {min:count character}."),
    "length_max": ("Nhiều nhất {max} ký tự.", "At most {max:count character}."),
    "length_between": ("Cần từ {min} đến {max} ký tự.", "Needs {min} to {max:count character}."),
    "length_equal": ("Cần đúng {equal} ký tự.", "Needs exactly {equal:count character}."),
    "items_min": ("Cần ít nhất {min} mục.", "Needs at least {min:count item}."),
    "items_max": ("Nhiều nhất {max} mục.", "At most {max:count item}."),
    "items_between": ("Cần từ {min} đến {max} mục.", "Needs {min} to {max:count item}."),
    "items_equal": ("Cần đúng {equal} mục.", "Needs exactly {equal:count item}."),
    "range_min": ("Ít nhất là {min}.", "Must be at least {min}."),
    "range_max": ("Nhiều nhất là {max}.", "Must be at most {max}."),
    "range_between": ("Phải từ {min} đến {max}.", "Must be from {min} to {max}."),
    "date_order": (
        "Ngày kết thúc phải sau ngày bắt đầu và chưa qua.",
        "The end must follow the start and not be past.",
    ),
    "heir_holds_less": (
        "Người nhận lại phải đang có đủ các quyền đó.",
        "Whoever takes it over must hold the same rights today.",
    ),
    "grantor_ends": ("Ủy quyền của bạn chỉ đến {last:day}.", "Your own membership ends on {last:day}."),
    "client_expiry": ("Cần một thời điểm trong vòng 366 ngày tới.", "Needs an instant within the next 366 days."),
    **DOSSIER_FIELD_TEXTS,
    **CHANGE_FIELD_TEXTS,
    **MESSAGE_FIELD_TEXTS,
    **RESIDENCE_FIELD_TEXTS,
    **TEMPLATE_FIELD_TEXTS,
}
