"""The slip as a reader of the PDF finds it."""

import io
import string
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import unquote

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import VIETNAM
from tests.unit.kernel.test_printing import NAMES
from tracking.slip import SlipFacts, SlipPaper, lookup_payload, render_slip, slip_address

ACCEPTED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PAGE = "https://motcua.example/verify"
FACTS = SlipFacts(
    code="H17.20551-261120-0001",
    secret="K7M2Q9XB",
    agency="Ủy ban nhân dân phường Điện Bàn",
    agency_parent="Ủy ban nhân dân thành phố Đà Nẵng",
    agency_address="1 đường Thử Nghiệm",
    agency_phone="0236 000 0001",
    officer="Trần Thị Tiếp Nhận",
    applicant="Nguyễn Văn Thử",
    identity_number="•••••••••001",
    phone="+84••••••678",
    procedure_code="1.001612",
    procedure_name="Đăng ký thành lập hộ kinh doanh",
    papers=(SlipPaper("Giấy đề nghị đăng ký hộ kinh doanh", 2), SlipPaper("Biên bản họp", 1)),
    submitted_at=ACCEPTED - timedelta(minutes=50),
    accepted_at=ACCEPTED,
    due_at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
    term="3 ngày làm việc",
    fee_vnd=100_000,
    return_way="Tải về trong ứng dụng",
    as_of=ACCEPTED,
)
# Every letter of Vietnamese: twelve vowels and y with six tones, đ, and both cases.
VIETNAMESE = "".join(
    "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ",
)


def printed(facts: SlipFacts) -> bytes:
    return render_slip(facts, PAGE)


def read(pdf: bytes) -> str:
    """All text of the PDF on one line: where a line of the page ends is a matter of its width."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def test_the_slip_tells_what_form_01_asks_for() -> None:
    text = read(printed(FACTS))
    for told in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN THÀNH PHỐ ĐÀ NẴNG ỦY BAN NHÂN DÂN PHƯỜNG ĐIỆN BÀN",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Mã hồ sơ: H17.20551-261120-0001",
        "Ngày 20 tháng 11 năm 2026",
        "Tiếp nhận hồ sơ của Nguyễn Văn Thử",
        "Số định danh cá nhân •••••••••001",
        "Số điện thoại +84••••••678",
        "Đăng ký thành lập hộ kinh doanh (mã thủ tục 1.001612)",
        "1 Giấy đề nghị đăng ký hộ kinh doanh 2",
        "2 Biên bản họp 1",
        "Thời điểm nộp 09:10 thứ Sáu 20/11/2026",
        "Thời điểm tiếp nhận 10:00 thứ Sáu 20/11/2026",
        "Thời hạn giải quyết 3 ngày làm việc",
        "Hẹn trả kết quả 10:00 thứ Năm 26/11/2026",
        "Phí, lệ phí 100.000 đồng",
        "Hình thức trả kết quả Tải về trong ứng dụng",
        "Mã bí mật K7M2Q9XB",
        "Nguyễn Văn Thử Trần Thị Tiếp Nhận",
        "cách trình bày chưa được đối chiếu với bản in chính thức",
    ):
        assert told in text


def test_a_paused_clock_gives_no_date() -> None:
    text = read(printed(replace(FACTS, due_at=None)))
    assert "Hẹn trả kết quả Đang tạm dừng chờ công dân" in text
    assert "26/11/2026" not in text


def test_what_may_be_absent() -> None:
    text = read(printed(replace(FACTS, agency_parent=None, identity_number=None, fee_vnd=0, papers=())))
    assert "ĐÀ NẴNG" not in text
    assert "Số định danh cá nhân Không có" in text
    assert "Phí, lệ phí Không thu" in text


def test_the_document_says_what_it_is_to_machines() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(FACTS)))
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.title == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả H17.20551-261120-0001"
    assert metadata.author == FACTS.agency
    assert metadata.creation_date == ACCEPTED
    root = reader.root_object
    assert str(root["/Lang"]) == "vi-VN"
    assert "/Marked" in root.get("/MarkInfo", {})
    assert "/StructTreeRoot" in root
    assert len(reader.pages) == 1


def test_the_same_facts_give_the_same_bytes() -> None:
    assert printed(FACTS) == printed(replace(FACTS))


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_every_vietnamese_letter_is_shown(case: Callable[[str], str]) -> None:
    letters = case(VIETNAMESE)
    assert len(letters) == 12 * 6 + 1
    text = read(printed(replace(FACTS, applicant=" ".join(letters))))
    assert " ".join(letters) in text


def test_names_of_every_people_are_shown() -> None:
    """PDF/UA refuses a document that lacks a glyph. Letters in one piece are also read back; of a letter with a mark of
    its own glyph, readers of PDFs tell the cluster for both."""
    for name in NAMES:
        text = read(printed(replace(FACTS, applicant=name, officer=name, agency=name)))
        assert "\ufffd" not in text
        assert "Thành phần hồ sơ" in text
        whole = unicodedata.normalize("NFC", name)
        assert whole in text or any(map(unicodedata.combining, whole))


def test_decomposed_letters_are_composed() -> None:
    assert "Nguyễn" in read(printed(replace(FACTS, applicant="Nguye\u0302\u0303n")))


def test_every_character_let_through_has_a_glyph() -> None:
    """PDF/A refuses a document with a character that its font lacks, so this fails when the two lists part."""
    allowed = [chr(code) for code in range(0x20, 0x3000)]
    text = read(printed(replace(FACTS, officer=" ".join(allowed))))
    for shown in ("ÿ", "Ž", "ơ", "Ỹ", "₫", "•", "\ufffd"):
        assert shown in text


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("no")',
        '#image("/etc/passwd")',
        '#read("slip.typ")',
        "]#set text(size: 1pt)[",
        "$x^2$ *in đậm* _nghiêng_ `mã` <nhãn> @nguồn",
        "= Đầu đề",
        "\\u{41} \\ // không phải chú thích /* cũng không */",
        '", "code": "khác',
    ],
)
def test_markup_in_a_name_is_only_text(hostile: str) -> None:
    facts = replace(
        FACTS, applicant=hostile, officer=hostile, procedure_name=hostile, papers=(SlipPaper(hostile, 1),), term=hostile
    )
    text = read(printed(facts))
    assert text.count(" ".join(hostile.split())) == 6
    assert "Mã bí mật K7M2Q9XB" in text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(alphabet=string.printable, max_size=80))
def test_any_text_gives_a_slip(name: str, other: str) -> None:
    facts = replace(FACTS, applicant=name, officer=other, papers=(SlipPaper(name, 1), SlipPaper(other, 2)))
    assert "Mã bí mật K7M2Q9XB" in read(printed(facts))


@settings(max_examples=30, deadline=None)
@given(st.timedeltas(timedelta(days=-2000), timedelta(days=20000)), st.sampled_from([UTC, VIETNAM]))
def test_any_instant_gives_a_slip(distance: timedelta, zone: tzinfo) -> None:
    instant = (ACCEPTED + distance).astimezone(zone)
    facts = replace(FACTS, submitted_at=instant, accepted_at=instant, due_at=instant, as_of=instant)
    metadata = pypdf.PdfReader(io.BytesIO(printed(facts))).metadata
    assert metadata is not None
    assert metadata.creation_date == instant.replace(microsecond=0)


def test_long_names_stay_on_the_page() -> None:
    endless = "Thửnghiệm" * 40
    many = "Nguyễn Văn Thử Nghiệm Rất Dài " * 20
    facts = replace(FACTS, applicant=many, procedure_name=endless, papers=(SlipPaper(endless, 3),))
    reader = pypdf.PdfReader(io.BytesIO(printed(facts)))
    width = float(reader.pages[0].mediabox.width)
    rightmost = [0.0]

    def note(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        rightmost.append(matrix[4] + 0.25 * size * len(text.strip()))

    joined = "".join(page.extract_text(visitor_text=note) for page in reader.pages)
    assert max(rightmost) < width
    plain = "".join(joined.replace("\u200b", "").split())
    assert endless in plain
    assert "".join(many.split()) in plain


def test_many_papers_go_on_to_another_page() -> None:
    papers = tuple(SlipPaper(f"Giấy tờ số {number}", number) for number in range(1, 51))
    pdf = printed(replace(FACTS, papers=papers))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) > 1
    text = read(pdf)
    assert all(paper.name in text for paper in papers)


def test_the_qr_code_opens_the_page_and_says_to_no_server_what_the_app_reads() -> None:
    held = lookup_payload(FACTS.code, FACTS.secret)
    assert held == "MC1|H17.20551-261120-0001|K7M2Q9XB"
    sent, _, kept = slip_address(PAGE, FACTS.code, FACTS.secret).partition("#")
    assert (sent, unquote(kept)) == (PAGE, held)
    # Scanners end an address at a sign that addresses do not have.
    assert not set(kept) - set(string.ascii_letters + string.digits + "-._~%")
    assert b"/URI" not in printed(FACTS)


def test_an_agency_that_gave_no_address_has_room_to_write_it() -> None:
    assert "Địa chỉ 1 đường Thử Nghiệm" in read(printed(FACTS))
    assert "Điện thoại của cơ quan 0236 000 0001" in read(printed(FACTS))
    bare = read(printed(replace(FACTS, agency_address=None, agency_phone=None)))
    assert "Địa chỉ ....." in bare
    assert "Điện thoại của cơ quan ....." in bare


def test_the_secret_is_not_in_the_representation() -> None:
    assert FACTS.secret not in repr(FACTS)
