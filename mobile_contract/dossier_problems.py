"""Problem types and field texts of dossiers, their files, the officer's desk and look-up."""

from typing import Final

from mobile_contract.problem import Problem

DOSSIER_PROBLEMS: Final[dict[str, Problem]] = {
    # filing
    "procedure_unknown": Problem(404, "Không có thủ tục này.", "There is no such procedure."),
    "paper_codes_needed": Problem(
        422, "Nhập đủ hai mã in trên giấy.", "Type both codes that are printed on the paper."
    ),
    "agency_unknown": Problem(404, "Không có cơ quan này.", "There is no such agency."),
    "paper_unknown": Problem(404, "Thủ tục không có giấy tờ này.", "The procedure has no such paper."),
    "agency_does_not_serve": Problem(
        409, "Cơ quan này không giải quyết thủ tục đã chọn.", "This agency does not serve the procedure."
    ),
    "identity_level_too_low": Problem(
        409, "Thủ tục cần tài khoản định danh mức {needed}.", "The procedure needs identity level {needed}."
    ),
    "too_many_drafts": Problem(
        409, "Đã có {limit} bản nháp, hãy xóa bớt.", "There are {limit} drafts already; discard some."
    ),
    "not_editable": Problem(
        409, "Hồ sơ không còn sửa được ở trạng thái này.", "The dossier cannot be edited in its present state."
    ),
    "not_a_draft": Problem(409, "Chỉ xóa được bản nháp.", "Only a draft can be discarded."),
    "already_submitted": Problem(
        409, "Hồ sơ đã nộp với mã {dossier_code}.", "The dossier was filed already, as {dossier_code}."
    ),
    "too_many_files": Problem(
        409, "Mỗi giấy tờ nhận nhiều nhất {limit} tệp.", "A paper takes at most {limit:count file}."
    ),
    # files
    "file_empty": Problem(422, "Tệp rỗng, hãy chụp hoặc chọn lại.", "The file is empty; take or choose it again."),
    "file_too_large": Problem(
        413, "Tệp quá lớn, nhiều nhất {max_bytes:size}.", "The file is too large; {max_bytes:size} at most."
    ),
    "file_type_unknown": Problem(
        415, "Loại tệp không được nhận; hãy gửi ảnh JPEG, PNG, HEIC hoặc PDF.", "Send a JPEG, PNG, HEIC or PDF file."
    ),
    "file_damaged": Problem(
        422,
        "Tệp bị cắt ngang hoặc hỏng, hãy chụp hoặc gửi lại.",
        "The file is cut off or damaged; take or send it again.",
    ),
    "file_locked": Problem(
        422,
        "Tệp PDF có mật khẩu nên cán bộ không mở được; hãy gửi tệp không có mật khẩu.",
        "The PDF asks for a password, so no officer can open it; send it without one.",
    ),
    "file_differs": Problem(409, "Tệp đã nhận khác với tệp được nêu.", "The file here differs from the one named."),
    "too_many_uploads": Problem(
        409, "Đang có {limit} tệp chưa dùng, hãy xóa bớt.", "There are {limit} unused files; delete some."
    ),
    "too_many_bytes": Problem(
        429,
        "Tài khoản đã gửi {megabytes} MB trong 24 giờ, hãy gửi tiếp sau.",
        "This account has sent {megabytes} MB within 24 hours; go on later.",
    ),
    "dossier_too_large": Problem(
        409,
        "Hồ sơ nhận nhiều nhất {files} tệp và {megabytes} MB, kể cả tệp đã thay.",
        "A dossier takes {files} files and {megabytes} MB at most, replaced ones included.",
    ),
    "upload_closed": Problem(409, "Tệp này đã nhận xong.", "This upload is closed."),
    "upload_offset_conflict": Problem(
        409,
        "Tệp đã nhận được một phần khác; hãy gửi tiếp từ chỗ đã nhận.",
        "Another part of the file is here already; go on from where it ends.",
    ),
    "upload_past_its_size": Problem(
        413, "Nội dung gửi lên dài hơn tệp đã khai.", "More was sent than the file was said to hold."
    ),
    "upload_in_use": Problem(409, "Tệp đang thuộc một hồ sơ.", "A dossier uses this file."),
    "tus_version": Problem(412, "Cần giao thức tus {supported}.", "The tus protocol {supported} is needed."),
    "tus_header_invalid": Problem(400, "Tiêu đề {header} chưa đúng.", "The header {header} is not valid."),
    # states
    "action_not_allowed": Problem(
        409,
        "Hồ sơ đang ở trạng thái {state:status} nên không làm được việc này; việc này làm được ở trạng thái "
        "{allowed_from:status}.",
        "This cannot be done while the dossier is at {state:status}; it can be done at {allowed_from:status}.",
    ),
    "hand_over_not_allowed": Problem(409, "Chưa có kết quả để trả.", "There is no result to hand over in this state."),
    "slip_not_yet": Problem(
        409, "Phiếu có sau khi hồ sơ được tiếp nhận.", "The slip exists once the dossier is accepted."
    ),
    "role_missing": Problem(403, "Việc này do {needed:role} thực hiện.", "This is for {needed:role} to do."),
    "step_role_missing": Problem(403, "Bước này do {needed:role} thực hiện.", "This step is for {needed:role} to do."),
    "step_action_unknown": Problem(
        409,
        "Ở bước này chỉ có thể: {allowed_actions:step_action}.",
        "What can be done at this step: {allowed_actions:step_action}.",
    ),
    "supplement_limit": Problem(
        409, "Thủ tục chỉ cho yêu cầu bổ sung {limit} lần.", "The procedure allows {limit:count supplement request}."
    ),
    "result_missing": Problem(409, "Cần đính kèm kết quả trước khi hoàn tất.", "Attach the result before finishing."),
    "result_kind_unknown": Problem(
        422, "Kết quả của thủ tục này là: {known_vi}.", "The result of this procedure is: {known_en}."
    ),
    "nothing_to_undo": Problem(409, "Không có việc của bạn để rút lại.", "There is no action of yours to take back."),
    "undo_too_late": Problem(409, "Đã quá hạn rút lại.", "It is too late to take this back."),
    # what outside parties post
    "signature_invalid": Problem(403, "Chữ ký không đúng.", "The signature is not valid."),
    # look-up
    "lookup_failed": Problem(
        404, "Mã hồ sơ hoặc mã bí mật chưa đúng.", "The dossier code or the secret code is not right."
    ),
}

DOSSIER_FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # values of a form
    "type": ("Chưa đúng loại dữ liệu, cần {types:data_type}.", "Not the right kind of value; needs {types:data_type}."),
    "does_not_fit": ("{hint_vi}", "{hint_en}"),
    "too_deep": ("Lồng nhau quá {max} cấp.", "Nested deeper than {max:count level}."),
    "too_many_values": ("Có hơn {max} giá trị.", "More than {max} values."),
    "key_invalid": ("Có tên trường không dùng được.", "Holds a field name that cannot be used."),
    "number_too_large": ("Số quá lớn.", "The number is too large."),
    "date_invalid": ("Không có ngày này (cần dạng NĂM-THÁNG-NGÀY).", "There is no such date (needed: YYYY-MM-DD)."),
    "date_in_future": ("Ngày này chưa đến.", "This date has not come yet."),
    "date_too_early": ("Ngày này quá xa trong quá khứ.", "This date is too far in the past."),
    "identity_number_shape": ("Số định danh cá nhân gồm đúng 12 chữ số.", "An identity number has exactly 12 digits."),
    "identity_number_province": (
        "Ba số đầu không phải mã nơi đăng ký khai sinh.",
        "The first three digits are no place of birth registration.",
    ),
    "identity_number_birth_year": ("Năm sinh trong số này chưa đến.", "The year of birth in this number has not come."),
    "identity_number_sex_differs": (
        "Giới tính trong số định danh khác với giới tính đã khai.",
        "The number tells another sex than the one declared.",
    ),
    "identity_number_birth_year_differs": (
        "Năm sinh trong số định danh khác với ngày sinh đã khai.",
        "The number tells another year of birth than the one declared.",
    ),
    "province_unknown": ("Không có tỉnh, thành phố mang mã này.", "No province has this code."),
    "commune_unknown": ("Không có xã, phường, đặc khu mang mã này.", "No commune has this code."),
    "commune_not_in_province": ("Xã, phường này không thuộc tỉnh đã chọn.", "The commune is not in that province."),
    "commune_of_another_agency": (
        "Hồ sơ phải nộp cho cơ quan của xã, phường này.",
        "The dossier belongs to the agency of this commune.",
    ),
    "birth_invalid": (
        "Ngày sinh cần dạng NĂM-THÁNG-NGÀY; chỉ biết tháng hoặc năm thì ghi NĂM-THÁNG hoặc NĂM.",
        "A date of birth is YYYY-MM-DD; if no more is known, YYYY-MM or YYYY.",
    ),
    "under_age": (
        "Người này chưa đủ {age} tuổi; pháp luật đòi hỏi năng lực hành vi dân sự đầy đủ.",
        "This person is under {age}; the law demands full civil capacity.",
    ),
    "text_reversed": (
        "Có ký hiệu ẩn làm chữ hiện ngược; hãy xóa và gõ lại.",
        "Holds a hidden sign that shows the text back to front; delete it and type again.",
    ),
    "name_without_letters": ("Tên cần có chữ cái.", "A name needs letters."),
    "name_of_digits": (
        "Tên riêng chỉ có chữ số; quy định là chữ cái, có thể kèm chữ số.",
        "The name proper holds digits alone; the rule asks for letters, which digits may accompany.",
    ),
    "name_signs": (
        "Họ tên chỉ gồm chữ cái, dấu cách, dấu chấm, dấu nháy và gạch nối.",
        "A person's name holds letters, spaces, full stops, apostrophes and hyphens.",
    ),
    "name_not_latin": ("Hãy ghi họ tên bằng chữ La-tinh như trên giấy tờ.", "Write the name in Latin letters."),
    "name_company": (
        "Tên hộ kinh doanh không được dùng cụm từ “công ty”, “doanh nghiệp”.",
        "The name of a household business may not use “công ty” (company) or “doanh nghiệp” (enterprise).",
    ),
    "name_letters": (
        "Tên riêng viết bằng chữ cái tiếng Việt và F, J, Z, W; có thể kèm chữ số, ký hiệu.",
        "The name proper is written in Vietnamese letters, F, J, Z and W; digits and signs may accompany them.",
    ),
    "name_unprintable": (
        "Có ký hiệu không in được trên giấy chứng nhận (như biểu tượng cảm xúc).",
        "Holds a sign that the certificate cannot show (such as an emoji).",
    ),
    # doubts, which refuse nothing
    "name_like_company": (
        "Tên có từ thường chỉ công ty, doanh nghiệp.",
        "The name holds a word that usually means a company.",
    ),
    "name_letters_of_a_people": (
        "Tên có chữ cái của chữ viết dân tộc, ngoài bảng chữ cái tiếng Việt.",
        "The name holds letters of a people's script, outside the Vietnamese alphabet.",
    ),
    "age_uncertain": ("Chưa rõ người này đã đủ tuổi hay chưa.", "Whether this person is old enough is not certain."),
    "date_unusual": ("Ngày này cách hôm nay khá xa, hãy xem lại.", "This date is far from today; look again."),
    "amount_words_differ": ("Số tiền bằng chữ khác số tiền bằng số.", "The amount in words is not the one in digits."),
    "amount_words_unread": (
        "Không đọc được số tiền bằng chữ, hãy xem lại.",
        "The amount in words could not be read; look again.",
    ),
    "business_line_unknown": (
        "Mã ngành không có trong danh mục ngành kinh tế hiện hành (cấp 4).",
        "The code is not in the list of lines of business in force (level 4).",
    ),
    "row_repeated": ("Trùng với một dòng ở trên.", "The same as in a row above."),
    "name_empty": ("Thiếu tên riêng.", "The name proper is missing."),
    # names, phones and papers
    "name_taken": (
        "Tên này đã được hộ kinh doanh khác trong cùng xã, phường đăng ký.",
        "Another household business of the same commune holds this name.",
    ),
    "personal_in_address": (
        "Số điện thoại và số định danh không được nằm trong địa chỉ trang; hãy dùng chức năng tìm kiếm hồ sơ.",
        "A phone or an identity number must not stand in a web address; use the search for dossiers instead.",
    ),
    "closed_needs_search": (
        "Hồ sơ đã kết thúc không nằm trong danh sách chờ; hãy nhập nội dung tìm kiếm.",
        "Closed dossiers are not in the inbox; say what to search for.",
    ),
    "phone_not_proved": (
        "Số này chưa được xác nhận bằng mã gửi qua tin nhắn.",
        "This number has not been confirmed by a texted code.",
    ),
    "paper_missing": ("Thiếu giấy tờ này.", "This paper is missing."),
    "file_missing": (
        "Danh sách gửi kèm nêu {count} tệp mà giấy tờ này chưa có; hãy đính kèm tệp trước khi nộp.",
        "The list sent along names {count:count file} that this paper does not hold; attach them first.",
    ),
    "file_not_in_manifest": (
        "Giấy tờ này có {count} tệp mà danh sách gửi kèm không nêu; hãy nêu đủ, hoặc bỏ danh sách.",
        "This paper holds {count:count file} that the list sent along leaves out; name them, or send no list.",
    ),
    "file_incomplete": ("Tệp chưa gửi xong.", "The file has not arrived in full."),
    "file_differs": ("Tệp đã nhận khác với tệp được nêu.", "The file here differs from the one named."),
    "file_in_use": ("Tệp đã dùng cho giấy tờ khác.", "The file is used elsewhere."),
    "file_type_unknown": ("Không đọc được loại tệp.", "The type of the file cannot be told."),
    "file_damaged": ("Tệp bị cắt ngang hoặc hỏng.", "The file is cut off or damaged."),
    "file_locked": ("Tệp PDF có mật khẩu.", "The PDF asks for a password."),
    "file_type_mismatch": ("Nội dung tệp không đúng loại đã khai.", "The content is not of the declared type."),
    "file_type_not_accepted": (
        "Giấy tờ này chỉ nhận tệp {accepted:file_type}.",
        "This paper takes only {accepted:file_type}.",
    ),
    "file_too_large": ("Tệp quá lớn, nhiều nhất {max_bytes:size}.", "Too large; {max_bytes:size} at most."),
}
