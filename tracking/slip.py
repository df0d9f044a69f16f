"""The receipt slip (giấy tiếp nhận hồ sơ và hẹn trả kết quả) as a PDF: form 01 of Thông tư 03/2025/TT-VPCP.

The circular's list of data is met; how the printed form is laid out is unconfirmed, and the slip says so itself.
"""

import io
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from kernel.clock import local
from kernel.texts.printing import printable
from tracking.deadline.lines import moment_text

_TITLE: Final = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
# An agency that has not said its own writes it, or stamps it.
_BY_HAND: Final = "." * 60
_PAUSED: Final = "Đang tạm dừng chờ công dân; hạn được tính lại khi hồ sơ tiếp tục."
# One for an archive, one for a screen reader; both refuse a document with a character that no font can show.
_ARCHIVE: Final = "a-2a"
_ACCESSIBLE: Final = "ua-1"
_LONG_WORD: Final = re.compile(r"\S{28}(?=\S)")
_ZERO_WIDTH_SPACE: Final = "\u200b"


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
    issued = facts.as_of.astimezone(UTC).replace(microsecond=0)
    # Loaded with the first slip: most web workers' memory never needs a typesetter.
    import typst

    pdf = typst.compile(
        _template(),
        sys_inputs={"facts": json.dumps(_page(facts, issued, page_url))},
        ignore_system_fonts=True,
        pdf_standards=[_ARCHIVE, _ACCESSIBLE],
        timestamp=issued,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a list comes only for formats of one file a page")
    return pdf


def lookup_payload(code: str, secret: str) -> str:
    """What the app reads out of the QR code, as every slip has ever held it."""
    return f"MC1|{code}|{secret}"


def slip_address(page_url: str, code: str, secret: str) -> str:
    """What the QR code holds: the payload behind the `#` of an address, a part that no browser ever sends."""
    return f"{page_url}#{quote(lookup_payload(code, secret))}"


def _page(facts: SlipFacts, issued: datetime, page_url: str) -> dict[str, object]:
    accepted = local(facts.accepted_at)
    return {
        "title": _TITLE,
        "code": _shown(facts.code),
        "secret": _shown(facts.secret),
        "qr": _qr(slip_address(page_url, facts.code, facts.secret)),
        "page": _shown(page_url),
        "parent": _shown(facts.agency_parent) if facts.agency_parent else None,
        "agency": _shown(facts.agency),
        "officer": _shown(facts.officer),
        "applicant_name": _shown(facts.applicant),
        "day": f"Ngày {accepted:%d} tháng {accepted:%m} năm {accepted:%Y}",
        "issued": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "applicant": _shown_rows(_applicant_rows(facts)),
        "papers": [[_shown(paper.name), paper.files] for paper in facts.papers],
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
    return [(name, _shown(value)) for name, value in rows]


def _shown(value: str) -> str:
    """The text with only what the built-in font has; a word too long for a line may be broken."""
    return _LONG_WORD.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", printable(value))


def _qr(payload: str) -> str:
    import segno

    drawing = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue().decode()


@cache
def _template() -> bytes:
    return files("tracking").joinpath("data/slip.typ").read_bytes()
