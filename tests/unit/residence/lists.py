"""Lists of guests as receptions keep them, as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

HEADINGS = [
    *("STT", "Họ tên", "Ngày sinh", "Giới tính", "Quốc tịch", "Loại giấy tờ", "Số giấy tờ"),
    *("Ngày đến", "Ngày đi", "Phòng", "Lý do"),
]
_FIELDS = (
    "number",
    "name",
    "birth",
    "sex",
    "nationality",
    "kind",
    "document",
    "arrival",
    "departure",
    "room",
    "reason",
)


def a_guest(number: int = 1, **changes: str) -> list[str]:
    """A row under `HEADINGS`; guests of different numbers differ in their document."""
    told = {
        "number": str(number),
        "name": "Nguyễn Văn Thử",
        "birth": "22/09/1990",
        "sex": "Nam",
        "nationality": "VNM",
        "kind": "1",
        "document": f"0490900{number:05}",
        "arrival": "22/11/2026",
        "departure": "24/11/2026",
        "room": "101",
        "reason": "2",
    }
    assert changes.keys() <= set(_FIELDS)
    return [*(told | changes).values()]


def listed(rows: Iterable[Sequence[object]], headings: Sequence[str] = HEADINGS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()
