"""The receipt as a PDF, in Vietnamese: counts and times, no guest by name."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from kernel.clock import local
from kernel.pdf import Heading, checked_at, qr_svg, shown, write_pdf
from residence.receipts.receipts import Receipt, ReceiptState

_TITLE: Final = "Biên nhận khai báo lưu trú"
_STATES: Final = {
    ReceiptState.NIL: (
        "Đã báo không có khách",
        "Cơ sở đã báo không có khách lưu trú trong đêm này.",
    ),
    ReceiptState.NO_ACCOUNT: (
        "Đã tiếp nhận, CHƯA chuyển sang cổng",
        "Có khai báo chưa chuyển sang cổng quản lý cư trú, vì cơ sở chưa có tài khoản mà cổng nhận.",
    ),
    ReceiptState.ACCEPTED: (
        "Đã tiếp nhận, cổng chưa trả lời",
        "Hệ thống đã nhận; cổng chưa trả lời cho toàn bộ. Thời điểm khai báo ghi dưới đây không đổi dù cổng chậm.",
    ),
    ReceiptState.TRANSMITTED: (
        "Đã chuyển, cổng đã báo nhận",
        "Cổng của cơ quan quản lý cư trú đã trả lời thành công; chưa đối chiếu được bằng số lượng.",
    ),
    ReceiptState.CONFIRMED: (
        "Đã xác nhận",
        "Toàn bộ khai báo đã được thấy trên cổng của cơ quan quản lý cư trú khi đối chiếu.",
    ),
    ReceiptState.IN_DOUBT: (
        "Cần kiểm tra",
        "Có khai báo bị cổng từ chối hoặc chưa rõ cổng đã nhận hay chưa. Mở ứng dụng để xem từng khách và xử lý.",
    ),
}


def render_receipt(receipt: Receipt, page_url: str) -> bytes:
    """The receipt as PDF/A-2a and PDF/UA-1; the same receipt gives the same bytes.

    `page_url` is the page that checks receipts; the QR code opens it.
    """
    row = receipt.row
    heading = Heading(_TITLE, row.code, shown(receipt.lodging.name), row.issued_at)
    return write_pdf(_template(), heading, _page(receipt, page_url))


def qr_payload(code: str, mark: str) -> str:
    """What the app reads out of the QR code: code and short signature, nothing of a guest."""
    return f"MCR1|{code}|{mark}"


def receipt_address(page_url: str, code: str, mark: str) -> str:
    """What the QR code holds: the payload behind the `#` of an address, a part that no browser ever sends."""
    return checked_at(page_url, qr_payload(code, mark))


def _page(receipt: Receipt, page_url: str) -> dict[str, object]:
    row = receipt.row
    name, meaning = _STATES[ReceiptState(row.state)]
    return {
        "mark": "-".join(receipt.mark[at : at + 4] for at in range(0, len(receipt.mark), 4)),
        "qr": qr_svg(receipt_address(page_url, row.code, receipt.mark)),
        "page": page_url,
        "address": shown(receipt.lodging.address),
        "state": name,
        "meaning": meaning,
        "filed": _filed(receipt),
        "counts": _counts(receipt),
        "note": f"Lập từ dữ liệu của hệ thống lúc {_moment(row.issued_at)}; tình trạng có thể đã thay đổi sau đó.",
    }


def _filed(receipt: Receipt) -> list[tuple[str, str]]:
    row = receipt.row
    subject = f"Đêm {row.night:%d/%m/%Y}" if row.night else "Tệp danh sách khách"
    rows = [("Nội dung", subject), ("Khai báo lúc", _span(row.filed_first_at, row.filed_last_at))]
    if row.nil:
        return [*rows, ("Số khách", "Không có khách")]
    late = f"{row.late} khách (khai báo sau thời hạn)" if row.late else "Không"
    return [*rows, ("Số khách", str(row.declared)), ("Muộn so với thời hạn", late)]


def _counts(receipt: Receipt) -> list[tuple[str, str]]:
    row = receipt.row
    waiting = row.declared - row.transmitted - row.confirmed - row.in_doubt - row.refused
    held = row.state == ReceiptState.NO_ACCOUNT
    told = (
        ("Chưa chuyển, thiếu tài khoản cổng" if held else "Cổng chưa trả lời", waiting),
        ("Cổng báo đã nhận", row.transmitted),
        ("Đã đối chiếu, thấy trên cổng", row.confirmed),
        ("Cần kiểm tra", row.in_doubt),
        ("Cổng từ chối", row.refused),
    )
    return [(name, str(number)) for name, number in told]


def _span(first: datetime | None, last: datetime | None) -> str:
    if first is None or last is None:
        return ""
    return _moment(first) if _moment(first) == _moment(last) else f"{_moment(first)} đến {_moment(last)}"


def _moment(instant: datetime) -> str:
    return f"{local(instant):%H:%M ngày %d/%m/%Y}"


@cache
def _template() -> bytes:
    return files("residence").joinpath("data/receipt.typ").read_bytes()
