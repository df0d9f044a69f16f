"""Procedure files as they come: strict YAML, and a clear finding for anything else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.checks.check import check_file
from procedures.checks.findings import CatalogueError
from procedures.loader import MAX_FILE, parse_document, read_procedure
from tests.unit.procedures.household import ROOT

GOOD = (ROOT / "tests/data/procedures/9.000001.yaml").read_text("utf-8")


def refused(text: str) -> list[str]:
    with pytest.raises(CatalogueError) as refusal:
        parse_document(text)
    return [finding.code for finding in refusal.value.findings]


def test_words_stay_words() -> None:
    assert parse_document("a: no\nb: on\nc: 12:30\nd: 2026-01-01\ne: 1_000\nf: 010\ng: 0x1F\nh: .nan\ni: 1e3") == {
        "a": "no", "b": "on", "c": "12:30", "d": "2026-01-01", "e": "1_000", "f": "010", "g": "0x1F", "h": ".nan",
        "i": "1e3",
    }  # fmt: skip


def test_plain_values() -> None:
    assert parse_document("a: true\nb: false\nc: null\nd: ~\ne:\nf: -5\ng: 2.50\nh: 3.0\ni: '5'\nj: []") == {
        "a": True, "b": False, "c": None, "d": None, "e": None, "f": -5, "g": 2.5, "h": 3, "i": "5", "j": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "type_wrong"),
        ("- a", "type_wrong"),
        ("a: [", "not_yaml"),
        ("a: 1\n\tb: 2", "not_yaml"),
        ("a: 1\na: 2", "key_twice"),
        ("a: {b: 1, b: 2}", "key_twice"),
        ("a: &x [1]\nb: *x", "alias_used"),
        ("a: &x 1", "alias_used"),
        ("b: *x", "alias_used"),
        ("a: !!python/object/apply:os.system [id]", "not_yaml"),
        ("a: !!binary aGk=", "not_yaml"),
        ("a: !!timestamp x", "not_yaml"),
        ("a: !!set {b}", "not_yaml"),
        ("a: !!int abc", "not_yaml"),
        ("a: !!bool abc", "not_yaml"),
        ("a: !!float .nan", "value_wrong"),
        ("1: a", "value_wrong"),
        ("? [1]\n: a", "not_yaml"),
        ('a: "\\0"', "value_wrong"),
        ('a: "\\uD800"', "value_wrong"),
        ("a: \x07", "not_yaml"),
        ("--- {a: 1}\n--- {b: 1}", "not_yaml"),
        ("a: " + "[" * 500_000, "not_yaml"),
        ("\n".join(" " * n + "a:" for n in range(1_000)), "not_yaml"),
    ],
)
def test_what_is_no_plain_document_is_refused(text: str, code: str) -> None:
    assert refused(text) == [code]


def test_a_finding_tells_the_line() -> None:
    with pytest.raises(CatalogueError, match=r'Khóa "a" có hai lần \(dòng 3\)'):
        parse_document("a: 1\nb: 2\na: 3")
    with pytest.raises(CatalogueError, match="line 2"):
        parse_document("a: 1\nb: [")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: Điện".encode("utf-16"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_FILE + 1))
    codes = {
        name: [f.code for f in check_file(tmp_path / name)] for name in ("none.yaml", ".", "latin.yaml", "large.yaml")
    }
    assert codes == {
        "none.yaml": ["file_unreadable"],
        ".": ["file_unreadable"],
        "latin.yaml": ["file_unreadable"],
        "large.yaml": ["file_too_large"],
    }


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_finding(text: str) -> None:
    try:
        document = parse_document(text)
    except CatalogueError:
        return
    assert isinstance(document, dict)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 12), st.text("abc:-[]{}&*!|>'\"#\n\t 09é\x00", max_size=6))
def test_a_good_file_with_a_slip_of_the_pen_is_answered(place: int, cut: int, typed: str) -> None:
    text = GOOD[:place] + typed + GOOD[place + cut :]
    try:
        read_procedure(parse_document(text))
    except CatalogueError as refusal:
        assert refusal.findings  # noqa: PT017 - either outcome is right, an empty refusal is not
