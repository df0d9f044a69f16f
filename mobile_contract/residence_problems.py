"""Problem types and field texts of guest residence: what receptionists and the commune police read."""

from typing import Final

from mobile_contract.problem import Problem

RESIDENCE_PROBLEMS: Final[dict[str, Problem]] = {
    # lodgings
    "too_many_lodgings": Problem(
        409, "Tổ chức có nhiều nhất {limit} cơ sở lưu trú.", "An organisation has {limit} lodgings at most."
    ),
    "too_many_batches": Problem(
        409,
        "Cơ sở đang giữ nhiều nhất {limit} tệp và {megabytes} MB; tệp cũ được xóa sau thời hạn lưu.",
        "A lodging keeps {limit} files and {megabytes} MB at most; old ones go after their term.",
    ),
    "too_many_photos": Problem(
        409, "Cơ sở đang giữ {limit} ảnh, hãy xóa bớt.", "The lodging holds {limit} photos; remove some."
    ),
    "lodging_known": Problem(
        409,
        "Đơn vị đã đăng ký một cơ sở lưu trú cùng tên.",
        "The organisation has registered a lodging of this name already.",
    ),
    "lodging_approved": Problem(
        409,
        "Tên, loại và địa chỉ đã được công an duyệt nên không sửa ở đây được; hãy liên hệ công an phường, xã.",
        "Name, kind and address were approved by the police and cannot be changed here; ask the commune police.",
    ),
    "lodging_not_active": Problem(
        409,
        "Cơ sở chưa được công an duyệt hoặc đã ngừng, nên chưa khai báo được; cần gấp thì báo trực tiếp công an.",
        "The lodging is not approved or no longer active, so it cannot declare; if urgent, tell the police directly.",
    ),
    "lodging_step_refused": Problem(
        409, "Không làm được việc này khi cơ sở đang ở trạng thái hiện tại.", "The lodging's state does not allow this."
    ),
    # guests
    "stay_step_refused": Problem(
        409,
        "Lượt lưu trú này đã kết thúc hoặc đã hủy nên không thay đổi như vậy được.",
        "The stay has ended or was annulled, so this cannot be declared of it.",
    ),
    "stay_declared": Problem(
        409,
        "Giấy tờ này đã được khai báo cho ngày đến đó; hãy sửa lượt lưu trú đã có.",
        "This document is declared for that day already; correct the stay that is there.",
    ),
    "stay_erased": Problem(
        410, "Nội dung lượt lưu trú đã được xóa theo thời hạn lưu giữ.", "The stay's content has been erased by rule."
    ),
    "nothing_changed": Problem(
        409, "Nội dung giống hệt lần khai báo trước.", "Nothing differs from what was declared before."
    ),
    "night_has_guests": Problem(
        409,
        "Đêm này đã khai báo có khách nên không báo “không có khách” được.",
        "Guests are declared for this night, so it cannot be a night without guests.",
    ),
    "night_out_of_reach": Problem(
        409,
        "Chỉ báo “không có khách” cho đêm nay, hoặc cho đêm qua trước 8 giờ sáng.",
        "A night without guests can be reported for tonight, or until 08:00 for last night.",
    ),
    # files
    "batch_too_large": Problem(
        413,
        "Tệp quá lớn, nhận nhiều nhất {megabytes} MB; hãy chia thành nhiều tệp.",
        "The file is too large, {megabytes} MB at most; split it.",
    ),
    "batch_incomplete": Problem(
        400,
        "Mất kết nối khi tệp chưa tải lên hết; hãy gửi lại, không có khách nào bị khai hai lần.",
        "The connection ended before the whole file arrived; send it again, nobody is declared twice.",
    ),
    "batch_step_refused": Problem(
        409,
        "Tệp này không đọc được nên không nhận khách từ đó được; hãy sửa theo lý do đã nêu và gửi lại.",
        "The file could not be read, so no guests can be taken from it; mend it and send it again.",
    ),
    "batch_has_no_guest": Problem(
        409, "Không có dòng nào đúng để nhận; hãy sửa và gửi lại.", "No row can be taken; correct them and send again."
    ),
    "batch_file_gone": Problem(
        410, "Tệp không còn được lưu; hãy gửi lại tệp.", "The file is no longer kept; send it again."
    ),
    "nothing_to_correct": Problem(409, "Không có dòng nào phải sửa.", "There is no row to correct."),
    "photo_not_jpeg": Problem(415, "Ảnh hộ chiếu phải là JPEG.", "The passport's photo must be a JPEG."),
    "photo_too_large": Problem(
        413, "Ảnh quá lớn, nhận nhiều nhất {megabytes} MB.", "The photo is too large, {megabytes} MB at most."
    ),
    # the authority
    "nothing_filed": Problem(
        409, "Chưa khai báo gì nên chưa có biên nhận.", "Nothing was declared, so there is no receipt yet."
    ),
    "receipt_unknown": Problem(
        404,
        "Mã biên nhận hoặc chữ ký không đúng; biên nhận có thể là giả.",
        "Code or signature of the receipt is not right; it may be forged.",
    ),
    "transmission_under_way": Problem(
        409, "Khai báo đang được gửi đi; hãy thử lại sau ít phút.", "It is being sent just now; try again in a minute."
    ),
    "nothing_for_file": Problem(
        409, "Không có khách nào phải nộp bằng tệp.", "There is no guest who must be filed by file."
    ),
    # the police
    "export_too_large": Problem(
        409, "Quá {most} khách; hãy xuất theo từng đơn vị.", "More than {most} guests; export by single agencies."
    ),
}

RESIDENCE_FIELD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "guest_rule": ("{rule}: {reason_vi}", "{rule}: {reason_en}"),
    "moment": (
        "Cần ngày, hoặc ngày và giờ Việt Nam, ví dụ 2026-11-20 hoặc 2026-11-20T14:30.",
        "Needs a day, or a day and time in Vietnam, such as 2026-11-20 or 2026-11-20T14:30.",
    ),
    "room_twice": ("Tên phòng bị lặp.", "The room is named twice."),
    "commune_without_police": (
        "Công an phường, xã này chưa nhận khai báo qua hệ thống.",
        "The police of this commune do not take declarations here yet.",
    ),
    "departure_not_later": (
        "Ngày đi mới phải sau ngày đi đã khai báo.",
        "The new departure must be later than the declared one.",
    ),
    "extension_too_long": (
        "Chỉ gia hạn đến {days} ngày kể từ ngày đến; ở lâu hơn thì khai báo lượt mới.",
        "A stay can be extended to {days} days from arrival; beyond that declare a new one.",
    ),
    "left_before_arrival": ("Lúc rời đi trước lúc đến.", "The guest cannot leave before arriving."),
    "left_too_late": (
        "Lúc rời đi phải trước ngày đi dự kiến và không ở tương lai.",
        "An early leave lies before the expected departure and not in the future.",
    ),
    "name_without_words": ("Cần ít nhất một chữ của họ tên.", "Needs at least one word of a name."),
    "night_or_file": (
        "Cần một trong hai: đêm, hoặc tệp đã gửi.",
        "Name either a night or a file that was sent.",
    ),
    "nights_between": (
        "Khoảng đêm phải theo thứ tự và nhiều nhất {most} đêm.",
        "The nights must be in order, {most} at most.",
    ),
}
