"""Which files a request judges, and that judging some rows at a time comes to the verdict over the whole."""

import io
import os
import zipfile

import pytest

from residence.batches.check import Judging, check_file, check_short
from residence.guests import MOST_AT_ONCE
from tests.unit.residence.declared import NOW
from tests.unit.residence.lists import a_guest, listed

# The same guest far apart, days that only the whole file tells, and rows that are refused.
ROWS = [
    *(a_guest(each, arrival=f"11/{day}/2026") for each, day in enumerate((18, 19, 20), 1)),
    *(a_guest(each, arrival="11/10/2026") for each in (4, 5, 6, 7, 8, 4, 9)),
    a_guest(10, arrival="11/10/2026", document="12"),
]


@pytest.mark.parametrize("step", [1, 2, 5, len(ROWS)])
def test_some_rows_at_a_time_come_to_the_same_verdict(step: int) -> None:
    content = listed(ROWS)
    judging, told = Judging(content, NOW), []
    while judging.take(step):
        told.append((judging.judged, judging.total))
    assert told == [(each, len(ROWS)) for each in range(step, len(ROWS), step)]
    found = judging.verdict()
    assert found == check_file(content, NOW)
    assert {note.finding.code for note in found.warnings} >= {"W16"}
    assert [note.finding.code for note in found.rejected].count("E14") == 1


def test_the_number_of_guests_decides() -> None:
    short = listed(a_guest(each) for each in range(1, MOST_AT_ONCE + 1))
    assert check_short(short, NOW) == check_file(short, NOW)
    assert check_short(listed(a_guest(each) for each in range(1, MOST_AT_ONCE + 2)), NOW) is None


def test_what_there_is_to_read_decides_before_anything_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", os.urandom(1000) * 600)
    assert len(out.getvalue()) < 300_000
    assert check_short(out.getvalue(), NOW) is None
    assert check_short(b'[{"full_name": "' + b"x" * 600_000, NOW) is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04 broken", listed([])])
def test_what_is_refused_unread_is_refused_at_once(content: bytes) -> None:
    found = check_short(content, NOW)
    assert found is not None
    assert found.refused
    assert found == check_file(content, NOW)
