"""The heading row of a table, and what its columns mean together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from residence.files.columns import HEAD_ROWS, Column, field_of, is_ours, letter
from residence.reading.cells import Cell, Unusable, as_text
from residence.reading.entry import CLOCKS
from residence.rules.findings import FileRefused, field_labels

_FEWEST: Final = 4
_REQUIRED: Final = ("full_name", "birth_date", "sex", "nationality", "document_number", "arrival", "departure")
# Of these a file may have two; the first counts and the others are told as unused.
_TWICE: Final = frozenset(
    {"phone", "address", "note", "reason", "reason_text", "document_name", "residence_kind", "number", "province_code"}
    | {"commune_code", "document_kind", "room", *CLOCKS, "last_name", "middle_name", "first_name"}
)
NAME_PARTS: Final = ("last_name", "middle_name", "first_name")
_SHOWN_HEADINGS: Final = 20
_SHOWN_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Heading:
    """`row` is the row of the headings as the spreadsheet numbers it; `unused` are columns whose heading is unknown.

    Several columns may be of `document_number`, where each kind has its own, and parts of a name or a time beside a
    day are columns of `last_name`, `arrival_clock` and the like.
    """

    row: int
    columns: tuple[Column, ...]
    unused: tuple[Column, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether this is the authority's own list of foreigners, which has no kind of document and no reason."""
        held = {column.field for column in self.columns}
        return not {"document_kind", "reason"} & held and {"birth_precision", "residence_expiry"} & held != set()


def find_heading(rows: Iterable[tuple[int, Sequence[Cell | Unusable]]]) -> Heading:
    """The heading row among the first rows. Raises FileRefused: none, columns missing or twice."""
    best: Heading | None = None
    for number, cells in rows:
        if number > HEAD_ROWS:
            break
        found = _read(number, cells)
        if best is None or len(found.columns) > len(best.columns):
            best = found
    if best is None or len(best.columns) < _FEWEST or not _names_a_guest(best):
        raise FileRefused("no_header", limit=HEAD_ROWS)
    return _sound(best)


def shown_headings(columns: Iterable[Column]) -> str:
    """Headings as a sentence names them: “Giá phòng” (H), “Đặt cọc” (I)."""
    told = [f"“{' '.join(column.heading.split())[:_SHOWN_LENGTH]}” ({column.name})" for column in columns]
    more = len(told) - _SHOWN_HEADINGS
    return ", ".join(told[:_SHOWN_HEADINGS]) + (f" và {more} cột nữa" if more > 0 else "")


def _read(number: int, cells: Sequence[Cell | Unusable]) -> Heading:
    columns: list[Column] = []
    unused: list[Column] = []
    for index, cell in enumerate(cells):
        if not isinstance(cell, str) or not cell.strip():
            continue
        field = field_of(cell)
        if field is not None:
            columns.append(Column(field, letter(index), index, as_text(cell)))
        elif not is_ours(cell):
            unused.append(Column("", letter(index), index, as_text(cell)))
    return Heading(number, tuple(columns), tuple(unused))


def _names_a_guest(heading: Heading) -> bool:
    held = {column.field for column in heading.columns}
    return bool({"full_name", "first_name"} & held) and bool({"birth_date", "document_number"} & held)


def _sound(heading: Heading) -> Heading:
    columns = _in_context(_entry_documents(heading.columns))
    seen: dict[str, Column] = {}
    kept: list[Column] = []
    unused = list(heading.unused)
    for column in columns:
        first = seen.setdefault(column.field, column)
        if first is column or column.field == "document_number":
            kept.append(column)
        elif column.field in _TWICE:
            unused.append(column)
        else:
            where = f"{first.name}, {column.name}"
            raise FileRefused("columns_twice", field=column.field, value=where)
    held = set(seen) | ({"full_name"} if "first_name" in seen else set())
    missing = [field_labels()[name]["vi"] for name in _REQUIRED if name not in held]
    if missing:
        if unused:
            raise FileRefused("columns_missing_others", missing=", ".join(missing), others=shown_headings(unused))
        raise FileRefused("columns_missing", missing=", ".join(missing))
    return Heading(heading.row, tuple(kept), tuple(sorted(unused, key=lambda column: column.index)))


def _in_context(columns: Sequence[Column]) -> list[Column]:
    """Headings that mean one thing or another by what stands beside them."""
    found = list(columns)
    held = [column.field for column in found]

    def means(index: int, field: str) -> None:
        found[index] = replace(found[index], field=field)
        held[index] = field

    # "Đến ngày" ends a stay after "Từ ngày" and begins it before "Đi ngày".
    if "arrival" not in held and held.count("departure") > 1:
        means(held.index("departure"), "arrival")
    # "Ngày trả phòng" alone is the day on which the guest is to leave.
    if "departure" not in held and "left" in held:
        means(held.index("left"), "departure")
    for clock, moment in CLOCKS.items():
        if clock in held and moment not in held:
            means(held.index(clock), moment)
    if "first_name" in held and "last_name" not in held and "full_name" not in held:
        means(held.index("first_name"), "full_name")
    if "full_name" in held:
        return [column for column in found if column.field not in NAME_PARTS]
    return found


def _entry_documents(columns: Sequence[Column]) -> list[Column]:
    """On form NA17 the passport's number comes first and "Số giấy tờ" is that of the visa."""
    numbers = [column for column in columns if column.field == "document_number"]
    if len(numbers) != 2 or not any(column.field == "entry_document_kind" for column in columns):
        return list(columns)
    second = replace(numbers[1], field="entry_document_number")
    return [second if column is numbers[1] else column for column in columns]
