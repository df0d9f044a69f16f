"""What a genuine slip or receipt says, line by line, in the language of the reader. No guest, no applicant is named."""

from datetime import datetime
from typing import Final

from api.public.verify.pages import Language, Row
from kernel.clock import local
from residence.receipts.receipts import Verified
from tracking.service.slips import CheckedSlip

SLIP: Final = ("giấy tiếp nhận hồ sơ và hẹn trả kết quả", "slip of a dossier")
RECEIPT: Final = ("biên nhận khai báo lưu trú", "receipt of a lodging's declarations")
_STATES: Final = {
    "nil": ("Đã báo không có khách", "Nobody stayed, as was reported"),
    "no_account": ("Đã tiếp nhận, chưa chuyển sang cổng", "Taken, not passed on to the authority"),
    "accepted": ("Đã tiếp nhận, cổng chưa trả lời", "Taken, the authority has not answered"),
    "transmitted": ("Đã chuyển, cổng đã báo nhận", "Passed on, the authority said yes"),
    "confirmed": ("Đã xác nhận", "Confirmed at the authority"),
    "in_doubt": ("Cần kiểm tra", "In doubt: refused, or not known"),
}


def slip_rows(checked: CheckedSlip, language: Language) -> list[Row]:
    """The identity number stands as the slip shows it: its last digits."""
    facts, english = checked.facts, language == "en"
    paused = ("Đang tạm dừng chờ công dân", "Paused until the citizen answers")[english]
    return [
        (("Mã hồ sơ", "Dossier")[english], facts.code),
        (("Cơ quan tiếp nhận", "Agency")[english], facts.agency),
        (("Thủ tục", "Procedure")[english], f"{facts.procedure_name} ({facts.procedure_code})"),
        (("Số định danh của người nộp", "Identity number of the applicant")[english], facts.identity_number or "–"),
        (("Thời điểm nộp", "Filed")[english], _moment(facts.submitted_at)),
        (("Thời điểm tiếp nhận", "Accepted")[english], _moment(facts.accepted_at)),
        (("Hẹn trả kết quả", "Result due")[english], _moment(facts.due_at) if facts.due_at else paused),
        (("Trạng thái hiện nay", "Status now")[english], checked.status.en if english else checked.status.vi),
    ]


def receipt_rows(verified: Verified, language: Language) -> list[Row]:
    """What was signed, and what is known now."""
    row, english = verified.receipt.row, language == "en"
    subject = f"{row.night:%d/%m/%Y}" if row.night else ("Tệp danh sách khách", "A file of guests")[english]
    first, last = (_moment(each) if each else "–" for each in (row.filed_first_at, row.filed_last_at))
    return [
        (("Mã biên nhận", "Receipt")[english], row.code),
        (("Cơ sở lưu trú", "Lodging")[english], verified.receipt.lodging.name),
        (("Đêm", "Night")[english], subject),
        (("Khai báo lúc", "Declared")[english], first if first == last else f"{first} – {last}"),
        (("Số khách, trong đó muộn", "Guests, late ones among them")[english], f"{row.declared}, {row.late}"),
        (("Tình trạng ghi trên giấy", "State on the paper")[english], _STATES[row.state][english]),
        (("Lập lúc", "Issued")[english], _moment(row.issued_at)),
        (("Tình trạng hiện nay", "State now")[english], _STATES[verified.now.state][english]),
    ]


def _moment(instant: datetime) -> str:
    return f"{local(instant):%H:%M %d/%m/%Y}"
