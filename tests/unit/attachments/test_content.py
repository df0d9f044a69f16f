"""What a file is by its own bytes: phones, scanners and mail programs leave more around a file than its format asks."""

import io
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from attachments.content import HEAD, Inspector, Verdict, hopeless, is_hopeless_type, kind_of
from attachments.pdf_password import opens_without_password

WHOLE_JPEG, WHOLE_PNG, WHOLE_PDF = (Verdict(kind, None) for kind in ("image/jpeg", "image/png", "application/pdf"))
WHOLE_HEIC = Verdict("image/heic", None)
UNKNOWN = Verdict(None, "file_type_unknown")


def judged(content: bytes, piece: int = 4096) -> Verdict:
    inspector = Inspector()
    for start in range(0, len(content), piece):
        inspector.feed(content[start : start + piece])
    return inspector.verdict()


def picture(kind: str, **options: object) -> bytes:
    noise = Image.frombytes("RGB", (160, 120), random.Random(7).randbytes(160 * 120 * 3))
    out = io.BytesIO()
    noise.save(out, kind, **options)
    return out.getvalue()


def printed(mode: str) -> bytes:
    """A photo of a scanner that writes other colours than red, green and blue."""
    out = io.BytesIO()
    Image.effect_noise((160, 120), 80).convert(mode).save(out, "JPEG")
    return out.getvalue()


def pdf(**encryption: str | bool | None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if encryption:
        writer.encrypt(**encryption)  # type: ignore[arg-type]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4) + name + body


def heic(major: bytes = b"heic", *compatible: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(compatible)) + box(b"meta", bytes(300)) + box(b"mdat", bytes(5000))


def thumbnail() -> bytes:
    """A photo whose first segment holds a whole photo of its own, as cameras write it."""
    inner = picture("JPEG", quality=20)
    whole = picture("JPEG")
    return whole[:2] + b"\xff\xe1" + (len(inner) + 2).to_bytes(2) + inner + whole[2:]


FILM = box(b"ftyp", b"mp42" + bytes(4) + b"isom") + box(b"mdat", random.Random(3).randbytes(300_000))
JPEGS = [
    picture("JPEG"),
    picture("JPEG", progressive=True),
    picture("JPEG", restart_marker_blocks=4),
    picture("JPEG", comment=b"\xff\xd9" * 40),
    thumbnail(),
    picture("JPEG") + FILM,
    picture("JPEG") + FILM + b"\0\0\0\x08SEFT" + b"MotionPhoto_Data",
    picture("JPEG") + picture("JPEG", quality=30),
    picture("MPO", save_all=True),
    picture("JPEG", keep_rgb=True, optimize=True, subsampling=0),
    printed("CMYK"),
    printed("L"),
    picture("JPEG") + bytes(100_000),
    b"\xff\xd8\xff\xe0 no length that could be \xff\xd9",
]


@pytest.mark.parametrize("content", JPEGS)
@pytest.mark.parametrize("piece", [1, 777, 1 << 20])
def test_a_photo_is_whole_at_its_own_end_whatever_follows(content: bytes, piece: int) -> None:
    assert judged(content, piece) == WHOLE_JPEG


@pytest.mark.parametrize("content", [picture("JPEG"), picture("JPEG", progressive=True), thumbnail()])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_a_photo_cut_off_is_damaged(content: bytes, part: float) -> None:
    assert judged(content[: int(len(content) * part)]) == Verdict("image/jpeg", "file_damaged")


def test_pictures_of_the_other_kinds() -> None:
    png = picture("PNG")
    assert judged(png) == judged(png + bytes(90_000)) == judged(png, 1) == WHOLE_PNG
    assert judged(png[:-5]) == judged(png[: len(png) // 2]) == Verdict("image/png", "file_damaged")


@pytest.mark.parametrize(
    "content",
    [
        heic(),
        heic(b"mif1", b"mif1", b"heic"),
        heic(b"hevc", b"msf1"),
        heic(b"msf1"),
        heic() + box(b"mpvd", FILM),
        heic() + b"MotionPhoto_Data" + FILM,
        box(b"ftyp", b"heic" + bytes(4))
        + box(b"moov", bytes(99))
        + b"\0\0\0\x01mdat"
        + (16 + 99).to_bytes(8)
        + bytes(99),
        box(b"ftyp", b"heic" + bytes(4)) + box(b"meta", bytes(300)),
        box(b"ftyp", b"heic" + bytes(4)) + box(b"meta", bytes(300)) + b"\0\0\0\0mdat" + bytes(50),
    ],
)
@pytest.mark.parametrize("piece", [1, 1000])
def test_photos_of_an_iphone_and_of_a_samsung(content: bytes, piece: int) -> None:
    assert judged(content, piece) == WHOLE_HEIC


def test_a_heic_cut_off_is_damaged_and_a_film_is_no_photo() -> None:
    assert judged(heic()[:-100]) == judged(heic()[:200]) == Verdict("image/heic", "file_damaged")
    assert judged(FILM) == judged(heic(b"mif1", b"avif")) == judged(heic(b"qt  ")) == UNKNOWN


MAIL = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n"


@pytest.mark.parametrize(
    "content",
    [
        pdf(),
        b"\xef\xbb\xbf" + pdf(),
        b"\r\n\r\n" + pdf(),
        MAIL + pdf(),
        b"\0" * 1000 + pdf(),
        pdf() + bytes(80_508),
        pdf() + b"\r\n--boundary--\r\n" + b"x" * 200_000,
        pdf().replace(b"%PDF-1.", b"%!PS-Adobe-3.0 PDF-1.", 1),
        pdf().replace(b"%PDF-1.3", b"%PDF-1.0", 1),
        pdf() + pdf(),
    ],
)
@pytest.mark.parametrize("piece", [1, 5000])
def test_a_pdf_with_more_around_it_than_it_needs(content: bytes, piece: int) -> None:
    assert judged(content, piece) == WHOLE_PDF


@pytest.mark.parametrize("lost", [b"%%EOF", b"%EOF", b"OF", b"F"])
@pytest.mark.parametrize("piece", [1, 5000])
def test_a_pdf_that_lost_its_end_mark_alone_is_whole(lost: bytes, piece: int) -> None:
    content = pdf().rstrip()
    assert judged(content.removesuffix(lost), piece) == WHOLE_PDF
    assert judged(content.removesuffix(lost) + b"\r\n", piece) == WHOLE_PDF


def test_a_pdf_cut_off_is_damaged() -> None:
    whole = pdf()
    in_an_update = whole + b"\n7 0 obj\n<< /Type /Page >>\nendobj\nxref\n"
    for_the_web = whole.replace(b"\n", b"\n1 0 obj <</Linearized 1/L 70000/H [ 5 5 ]>> endobj\n%%EOF\n", 1)
    for content in (
        whole[:-20],
        whole[: whole.rindex(b"startxref") + 9],
        whole[: len(whole) // 2],
        in_an_update,
        for_the_web,
    ):
        assert judged(content) == Verdict("application/pdf", "file_damaged")


@pytest.mark.parametrize(
    "before", [b"MZ\x90\0", b"PK\x03\x04", b"<html><script>", b"\r\n <!doctype html>", b"#!/bin/sh\n"]
)
def test_another_format_does_not_hide_behind_the_header_of_a_pdf(before: bytes) -> None:
    assert judged(before + pdf()) == UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"This is no photograph. " * 400,
        b"PK\x03\x04" + bytes(900),
        b"\xd0\xcf\x11\xe0EncryptedPackage",
        bytes(99),
    ],
)
def test_what_is_of_no_known_kind(content: bytes) -> None:
    assert judged(content) == UNKNOWN
    assert hopeless(content[:HEAD], len(content))


def test_a_beginning_too_short_to_tell_is_not_hopeless() -> None:
    assert not hopeless(b"Content-Type: application/pdf\r\n", 50_000)
    assert not hopeless(b"\xff\xd8\xff", 50_000)
    assert hopeless(b"x" * HEAD, 50_000)


ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_password_for_reading_is_told_from_one_for_changing(algorithm: str) -> None:
    locked = pdf(user_password="mật khẩu", owner_password="chủ", algorithm=algorithm)
    protected = pdf(user_password="", owner_password="chủ", algorithm=algorithm)
    assert not opens_without_password(locked)
    assert opens_without_password(protected)
    assert not opens_without_password(MAIL + locked + bytes(900))
    for content in (locked, protected):
        assert _maybe_locked(content)
    assert not _maybe_locked(pdf())


def _maybe_locked(content: bytes) -> bool:
    inspector = Inspector()
    for start in range(0, len(content), 5):
        inspector.feed(content[start : start + 5])
    inspector.verdict()
    return inspector.maybe_locked


def _dictionary(body: bytes) -> bytes:
    return b"%PDF-1.7\n9 0 obj\n<<" + body + b">>\nendobj\ntrailer <</Encrypt 9 0 R /ID [(a)(b)]>>\n%%EOF"


def test_encryption_that_only_a_certificate_opens_is_a_lock() -> None:
    assert not opens_without_password(_dictionary(b"/Filter /Adobe.PubSec /V 4 /SubFilter /adbe.pkcs7.s5"))
    assert not opens_without_password(_dictionary(b"/Filter /Standard /R 9 /P 1 /O (a) /U (b)"))


def test_a_cover_over_an_encrypted_document_is_a_lock() -> None:
    """As rights management writes it: the page says "this document is protected", the paper is inside."""
    for relation in (b"/AFRelationship /EncryptedPayload", b"/AFRelationship/EncryptedPayload"):
        cover = pdf() + b"\n8 0 obj <</Type /Filespec " + relation + b" /EF <</F 9 0 R>> >> endobj\n%%EOF"
        assert _maybe_locked(cover)
        assert not opens_without_password(cover)
    assert opens_without_password(pdf() + b"8 0 obj <</AFRelationship /Data>> endobj\n%%EOF")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 a text about /Encrypt 9 0 R %%EOF", b"/Encrypt", b"trailer <</Encrypt 12 0 R>>"]
)
def test_a_mere_word_about_encryption_locks_nothing(content: bytes) -> None:
    assert opens_without_password(content)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("application/octet-stream", False),
        ("image/heif-sequence", False),
        ("", False),
        ("text/plain", False),
        ("nothing at all", False),
        ("application/zip", True),
        ("VIDEO/mp4; codecs=x", True),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", True),
    ],
)
def test_only_what_surely_is_no_paper_is_refused_by_its_name(declared: str, expected: bool) -> None:
    assert is_hopeless_type(declared) is expected


BEGINNINGS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypheic", b"%PDF-1.7", *JPEGS[:1], pdf(), heic()]


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300), st.integers(1, 400))
def test_any_bytes_get_a_verdict_that_pieces_do_not_change(beginning: bytes, rest: bytes, piece: int) -> None:
    content = beginning + rest
    verdict = judged(content, piece)
    assert verdict == judged(content, max(len(content), 1))
    assert verdict.media_type == kind_of(content[:HEAD])


@given(st.binary(max_size=400), st.sampled_from([lambda body: body, _dictionary]))
def test_any_bytes_are_read_for_a_password(body: bytes, around: Callable[[bytes], bytes]) -> None:
    assert opens_without_password(around(b"/Encrypt 9 0 R /Filter /Standard " + body)) in (True, False)
