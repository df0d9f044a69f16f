"""The receipt slip (giấy tiếp nhận hồ sơ và hẹn trả kết quả) as a PDF: form 01 of Thông tư 03/2025/TT-VPCP.

The circular's list of data is met; how the printed form is laid out is unconfirmed, and the slip says so itself.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from kernel.clock import local
from kernel.pdf import Heading, checked_at, qr_svg, shown, write_pdf
from tracking.deadline.lines import moment_text

_TITLE: Final = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
# An agency that has not said its own writes it, or stamps it.
_BY_HAND: Final = "." * 60
_PAUSED: Final = "Đang tạm dừng chờ công dân; hạn được tính lại khi hồ sơ tiếp tục."


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """A paper of the dossier: its name, and how many files hold it."""

    name: str
    files: int


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip tells, in Vietnamese; instants are aware.

    `identity_number` and `phone` come masked. `term` and `return_way` are phrases ("3 ngày làm việc"). `due_at` is None
    while the clock is paused. `as_of`: when the dossier last changed; the PDF's own date, so that the same dossier
    gives the same bytes.
    """

    code: str
    secret: str = field(repr=False)
    agency: str
    agency_parent: str | None
    agency_address: str | None
    agency_phone: str | None
    officer: str
    applicant: str
    identity_number: str | None
    phone: str
    procedure_code: str
    procedure_name: str
    papers: tuple[SlipPaper, ...]
    submitted_at: datetime
    accepted_at: datetime
    due_at: datetime | None
    term: str
    fee_vnd: int
    return_way: str
    as_of: datetime


def render_slip(facts: SlipFacts, page_url: str) -> bytes:
    """The slip as PDF/A-2a and PDF/UA-1, tagged, in Vietnamese; the same facts give the same bytes.

    `page_url` is the page that checks slips; the QR code opens it.
    Every value reaches the template as data. A character outside European writing becomes U+FFFD.
    """
    heading = Heading(_TITLE, shown(facts.code), shown(facts.agency), facts.as_of)
    return write_pdf(_template(), heading, _page(facts, page_url))


def lookup_payload(code: str, secret: str) -> str:
    """What the app reads out of the QR code, as every slip has ever held it."""
    return f"MC1|{code}|{secret}"


def slip_address(page_url: str, code: str, secret: str) -> str:
    """What the QR code holds: the payload behind the `#` of an address, a part that no browser ever sends."""
    return checked_at(page_url, lookup_payload(code, secret))


def _page(facts: SlipFacts, page_url: str) -> dict[str, object]:
    accepted = local(facts.accepted_at)
    return {
        "secret": shown(facts.secret),
        "qr": qr_svg(slip_address(page_url, facts.code, facts.secret)),
        "page": shown(page_url),
        "parent": shown(facts.agency_parent) if facts.agency_parent else None,
        "officer": shown(facts.officer),
        "applicant_name": shown(facts.applicant),
        "day": f"Ngày {accepted:%d} tháng {accepted:%m} năm {accepted:%Y}",
        "applicant": _shown_rows(_applicant_rows(facts)),
        "papers": [[shown(paper.name), paper.files] for paper in facts.papers],
        "times": _shown_rows(_time_rows(facts)),
        "note": _note(facts),
    }


def _applicant_rows(facts: SlipFacts) -> list[tuple[str, str]]:
    return [
        ("Bộ phận tiếp nhận", facts.agency),
        ("Địa chỉ", facts.agency_address or _BY_HAND),
        ("Điện thoại của cơ quan", facts.agency_phone or _BY_HAND),
        ("Tiếp nhận hồ sơ của", facts.applicant),
        ("Số định danh cá nhân", facts.identity_number or "Không có"),
        ("Số điện thoại", facts.phone),
        ("Nội dung yêu cầu", f"{facts.procedure_name} (mã thủ tục {facts.procedure_code})"),
        ("Số lượng hồ sơ", "01 (bộ), nộp trực tuyến"),
    ]


def _time_rows(facts: SlipFacts) -> list[tuple[str, str]]:
    fee = f"{facts.fee_vnd:,}".replace(",", ".")
    return [
        ("Thời điểm nộp", moment_text(facts.submitted_at).vi),
        ("Thời điểm tiếp nhận", moment_text(facts.accepted_at).vi),
        ("Thời hạn giải quyết", facts.term),
        ("Hẹn trả kết quả", moment_text(facts.due_at).vi if facts.due_at else _PAUSED),
        ("Phí, lệ phí", f"{fee} đồng" if facts.fee_vnd else "Không thu"),
        ("Hình thức trả kết quả", facts.return_way),
    ]


def _note(facts: SlipFacts) -> str:
    return (
        f"Lập từ dữ liệu của hệ thống tính đến {moment_text(facts.as_of).vi}; chưa ký số. Nội dung theo danh mục "
        "dữ liệu của Mẫu số 01; cách trình bày chưa được đối chiếu với bản in chính thức."
    )


def _shown_rows(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, shown(value)) for name, value in rows]


@cache
def _template() -> bytes:
    return files("tracking").joinpath("data/slip.typ").read_bytes()
