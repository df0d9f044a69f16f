"""Problem type and texts of a draft whose procedure has a newer version in force."""

from typing import Final

from mobile_contract.problem import Problem

CHANGE_PROBLEMS: Final[dict[str, Problem]] = {
    "procedure_changed": Problem(
        409,
        "Thủ tục có quy định mới đang áp dụng. Bản nháp đã chuyển sang quy định này, nội dung đã nhập vẫn còn; "
        "hãy xem các thay đổi rồi thực hiện lại.",
        "The procedure has new rules in force. The draft follows them now and keeps what was typed; "
        "look at the changes, then do this again.",
    ),
}

CHANGE_FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "field_added": ("Mục mới: {name_vi}.", "New field: {name_en}."),
    "field_added_required": ("Mục mới, bắt buộc: {name_vi}.", "New field, required: {name_en}."),
    "field_removed": ("Không còn mục: {name_vi}.", "No longer asked for: {name_en}."),
    "field_renamed": (
        "Mục “{before_vi}” nay có tên “{name_vi}”.",
        "“{before_en}” is now called “{name_en}”.",
    ),
    "field_type_changed": ("Đổi kiểu dữ liệu: {name_vi}.", "Takes another type of value: {name_en}."),
    "field_rules_changed": ("Đổi cách khai: {name_vi}.", "Other rules for the value: {name_en}."),
    "field_now_required": ("Nay bắt buộc: {name_vi}.", "Required now: {name_en}."),
    "field_now_optional": ("Không còn bắt buộc: {name_vi}.", "No longer required: {name_en}."),
    "form_rules_changed": (
        "Đổi quy định giữa các mục của biểu mẫu.",
        "Other rules between the fields of the form.",
    ),
    "paper_added": ("Giấy tờ mới: {name_vi}.", "New paper: {name_en}."),
    "paper_added_required": ("Giấy tờ mới, bắt buộc: {name_vi}.", "New paper, required: {name_en}."),
    "paper_removed": (
        "Không còn cần giấy tờ: {name_vi}. Tệp đã gửi không còn trong hồ sơ.",
        "Paper no longer needed: {name_en}. Its files have left the dossier.",
    ),
    "paper_now_required": ("Giấy tờ nay bắt buộc: {name_vi}.", "Paper required now: {name_en}."),
    "paper_now_optional": ("Giấy tờ không còn bắt buộc: {name_vi}.", "Paper no longer required: {name_en}."),
    "paper_now_conditional": (
        "Giấy tờ cần trong trường hợp khác trước: {name_vi}.",
        "Paper needed in other cases than before: {name_en}.",
    ),
    "paper_rules_changed": (
        "Đổi loại hoặc dung lượng tệp được nhận: {name_vi}.",
        "Other types or sizes of files are taken: {name_en}.",
    ),
    "fee_added": ("Khoản thu mới: {name_vi}, {amount} đồng.", "New fee: {name_en}, {amount} đồng."),
    "fee_changed": (
        "Khoản thu {name_vi}: {amount} đồng (trước đây {before} đồng).",
        "Fee {name_en}: {amount} đồng (before: {before} đồng).",
    ),
    "fee_removed": ("Không còn thu: {name_vi}.", "No longer charged: {name_en}."),
    "term_changed": (
        "Thời hạn giải quyết: {name_vi} (trước đây {before_vi}).",
        "Term: {name_en} (before: {before_en}).",
    ),
    "term_rules_changed": ("Đổi cách tính thời hạn giải quyết.", "The term is counted in another way."),
    "identity_level_changed": (
        "Cần tài khoản định danh mức {needed}.",
        "Identity level {needed} is needed.",
    ),
    "competence_changed": (
        "Đổi cơ quan tiếp nhận thủ tục này.",
        "Another agency receives this procedure.",
    ),
}
