"""A long file ends as a short one does: whatever is in it, its verdict, guests, errors and receipt are the same."""

import io
import zipfile
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import date, time

import pytest

from kernel.errors import DomainError
from residence.guests import GuestDeclaration, Moment
from residence.service import reports
from tests.db.residence.long_files import Committed, sheet, some
from tests.db.residence.support import foreigner, guest
from tests.unit.residence.lists import HEADINGS, a_guest, listed

BAD = "12"
NUMBERS = tuple(f"{49_090_000_000 + each:012d}" for each in range(1, 8))


def night_after_night(place: int) -> GuestDeclaration:
    return guest(f"04909000001{place}", arrival=Moment(date(2026, 11, 20 - place % 3), time(9)))


def with_a_foot() -> bytes:
    rows = [[*a_guest(1), "x"], [*a_guest(2), ""], ["", "Tổng cộng: 2"]]
    return listed(rows, [*HEADINGS, "Ghi chú lạ"])


def days_of_two_kinds() -> bytes:
    """A list whose days past the twelfth are month before day: every doubtful one is suspected, by the whole file."""
    rows = [a_guest(each, arrival=f"11/{day}/2026") for each, day in enumerate((18, 19, 20), 1)]
    return listed([*rows, a_guest(4, arrival="11/10/2026"), a_guest(5, arrival="10/11/2026")])


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", bytes(8 << 20))
    return out.getvalue()


def locked() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")


# What is sent, and the codes that it is there for.
FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "good and bad rows": (lambda: sheet(guest(), guest(BAD), foreigner(), *map(guest, NUMBERS[2:5])), {"E13"}),
    "a guest twice, far apart": (lambda: sheet(*map(guest, (*NUMBERS, NUMBERS[0]))), {"E14"}),
    "several nights": (lambda: sheet(*map(night_after_night, range(8))), {"W04"}),
    "who has left": (lambda: sheet(guest(left=Moment(date(2026, 11, 20), time(10))), foreigner()), set()),
    "no good row": (lambda: sheet(guest(BAD), guest("13"), guest("14"), guest("15")), {"E13"}),
    "days of two kinds": (days_of_two_kinds, {"E20", "W04", "W16"}),
    "foot and unused columns": (with_a_foot, {"W10", "W21", "W23"}),
    "no guest": (lambda: listed([]), {"F14"}),
    "no list": (lambda: b"%PDF-1.4 invented", {"F02"}),
    "broken": (lambda: some(3)[:-40], {"F11"}),
    "a bomb": (bomb, {"F04"}),
    "a password": (locked, {"F10"}),
}


@pytest.mark.parametrize("accept", [False, True], ids=["checked", "accepted"])
@pytest.mark.parametrize("name", FILES)
def test_both_ways_end_alike(committed: Committed, name: str, accept: bool) -> None:
    make, codes = FILES[name]
    content, place = make(), committed.town
    ended = []
    for by, lodging, long in ((place.owner, place.lodging.id, False), (place.rival, place.other_lodging.id, True)):
        with committed.work() as work:
            reports.report_guests(work, by, place.desk, lodging, [guest(NUMBERS[1])])
        # Of a file without one good row a request says so, and leaves it checked.
        with suppress(DomainError) if name == "no good row" and not long else nullcontext():
            committed.send(content, accept=accept, by=by, lodging=lodging, long=long)
        committed.worker()
        batch_id = committed.send(content, accept=False, by=by, lodging=lodging, long=long)
        ended.append(committed.outcome(batch_id, by, lodging))
    assert ended[0] == ended[1]
    assert {note.finding.code for note in ended[1]["findings"]} == codes
