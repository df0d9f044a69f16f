"""A printed paper as whoever reads the PDF finds it."""

import io
import json
from datetime import UTC, datetime

import pypdf
import pytest

from kernel.pdf import Heading, checked_at, qr_svg, shown, write_pdf

HEADING = Heading("Giấy thử", "T-0001", "Phường Thử", datetime(2026, 11, 20, 10, 0, 30, 5, tzinfo=UTC))
TEMPLATE = b'#heading(level: 1, facts.title)\n#rows(facts.told)\n#coded(facts.qr, "QR", mono(facts.code))\n'


def test_a_paper_has_its_heading_its_facts_and_its_own_date() -> None:
    facts = {"told": [("Tên", shown("Nguyễn Văn Thử #strong[x]"))], "qr": qr_svg("x")}
    pdf = write_pdf(TEMPLATE, HEADING, facts)
    assert pdf == write_pdf(TEMPLATE, HEADING, json.loads(json.dumps(facts)))
    read = pypdf.PdfReader(io.BytesIO(pdf))
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.author) == ("Giấy thử T-0001", "Phường Thử")
    assert read.metadata.creation_date == HEADING.at.replace(microsecond=0)
    text = read.pages[0].extract_text()
    assert "Giấy thử" in text
    assert "Nguyễn Văn Thử #strong[x]" in text
    assert "T-0001 · 1/1" in text


def test_a_character_that_no_font_has_is_an_error_unless_shown() -> None:
    facts = {"told": [("Tên", "Quán 😀")], "qr": qr_svg("x")}
    with pytest.raises(RuntimeError, match="could not be displayed"):
        write_pdf(TEMPLATE, HEADING, facts)
    assert write_pdf(TEMPLATE, HEADING, {**facts, "told": [("Tên", shown("Quán 😀"))]})


def test_a_word_too_long_for_a_line_may_be_broken() -> None:
    assert shown("a" * 60).split("\u200b") == ["a" * 28, "a" * 28, "a" * 4]
    assert shown("a" * 28) == "a" * 28


def test_the_payload_of_a_code_is_never_sent_by_a_browser() -> None:
    assert checked_at("https://motcua.example/verify", "MC1|A|B") == "https://motcua.example/verify#MC1%7CA%7CB"
