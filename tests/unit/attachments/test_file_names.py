"""Names of files: shown to an officer who may save them, whatever machine they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachments.file_names import clean_file_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("ảnh chụp.jpg", "ảnh chụp.jpg"),
        ("a\u0309nh.jpg", "ảnh.jpg"),
        (r"C:\Users\Thử\Giấy tờ.pdf", "Giấy tờ.pdf"),
        (r"\\máy\chung\a.pdf", "a.pdf"),
        ("C:a.pdf", "Ca.pdf"),
        ("../../etc/passwd", "passwd"),
        ("%2e%2e%2fbáo cáo.pdf", "báo cáo.pdf"),
        ("b%C3%A1o%20c%C3%A1o.pdf", "báo cáo.pdf"),
        ("giảm 100%.pdf", "giảm 100%.pdf"),
        ("100%FF.pdf", "100%FF.pdf"),
        ("CON", "_CON"),
        ("nul.pdf", "_nul.pdf"),
        ("com1 .txt", "_com1.txt"),
        ("console.pdf", "console.pdf"),
        ("a.pdf. . .", "a.pdf"),
        ("   a.pdf  ", "a.pdf"),
        ("...", ""),
        (" . ", ""),
        ("", ""),
        ("a\0b.pdf", "ab.pdf"),
        ("ảnh\u202egpj.exe", "ảnhgpj.exe"),
        ("a\r\nX-Evil: 1.pdf", "aX-Evil 1.pdf"),
        ('a"<>|?*.pdf', "a.pdf"),
        ("📷 ảnh.jpg", "📷 ảnh.jpg"),
        ("Nguy\ufffdn.pdf", "Nguyn.pdf"),
    ],
)
def test_a_name_is_made_fit_to_be_shown_and_saved(sent: str, shown: str) -> None:
    assert clean_file_name(sent) == shown


def test_a_long_name_keeps_its_extension() -> None:
    assert clean_file_name("á" * 300 + ".pdf") == "á" * 116 + ".pdf"
    emoji = clean_file_name("📷" * 100 + ".heic")
    assert emoji.endswith("📷.heic")
    assert len(emoji.encode()) <= 255


@given(st.text(max_size=400))
def test_whatever_is_sent_is_one_name_that_can_be_saved(sent: str) -> None:
    name = clean_file_name(sent)
    assert name.isprintable()
    assert len(name) <= 120
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name == name.strip()
    assert not name.endswith(".")
