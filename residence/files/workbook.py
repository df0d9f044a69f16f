"""A workbook's parts: its sheets, which of them holds the guests, and what its markup says that no reader tells.

Formulas, merged cells and far-away cells are found by searching the markup, a tenth of the cost of parsing it.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from residence.files.archive import Archive
from residence.files.columns import letter
from residence.files.markup import walk
from residence.files.source import MOST_GUESTS
from residence.files.table import OFFICIAL_SHEET
from residence.rules.findings import FileRefused

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_TYPES: Final = "[Content_Types].xml"
# Beside the guests a sheet has a head and, in forms filled in by hand, notes below.
_MOST_ROWS: Final = MOST_GUESTS + 200
_FILLED: Final = re.compile(rb"[<:](?:v|is)[ >]")
_MAY_BE_ERRORS: Final = (b't="e"', b"t='e'", b't = "e"', b"t ='e'", b't= "e"')
_ERROR: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*?\bt\s*=\s*[\"']e[\"'](?:[^>]*[^/])?)>(?:<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?"
    rb"\s*<(?:\w+:)?v[^>]*>([^<]*)"
)
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)(\d+)")
_MAY_BE_HIDDEN: Final = (b"hidden", b'ht="0', b"ht='0")
_ROW: Final = re.compile(rb"<(?:\w+:)?row(?:\s([^>]*))?>")
_NUMBER: Final = re.compile(rb"\br\s*=\s*[\"'](\d+)")
_UNSEEN: Final = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\bht\s*=\s*[\"']0(?:\.0+)?[\"']")
# Programs that put a prefix before every tag are rare; without one the search is five times faster.
_PREFIXED: Final = (b":c", b":row", b":mergeCell", b":f")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What is searched for in markup. `far_cell` is column BA and beyond or row 20,000 and beyond, `far_row` that row;
    a cell that has a style and no value does no harm, wherever it lies."""

    far_cell: re.Pattern[bytes]
    far_row: re.Pattern[bytes]
    merged: re.Pattern[bytes]
    any_formula: re.Pattern[bytes]
    formula: re.Pattern[bytes]


def _patterns(prefix: bytes, reference: bytes = rb"\s(?:[^>]*?\s)?r\s*=\s*[\"']") -> _Patterns:
    far_row = rb"(?:[2-9]\d{4}|\d{6,})"
    filled = rb"[\"'](?:[^>]*[^/])?>(?!\s*</)"
    # Cells without a value, all of them at once: a part of them would leave one that looks filled.
    empty_cells = rb"(?=(?P<empty>(?:\s*<%bc\b[^>]*?(?:/>|>\s*</%bc>))*))(?P=empty)" % (prefix, prefix)
    return _Patterns(
        re.compile(b"<%bc%b((?:[A-Z]{3,}|[B-Z][A-Z])\\d+|[A-Z]+%b)%b" % (prefix, reference, far_row, filled)),
        re.compile(b"<%brow%b(%b)%b%b\\s*<(?!/)" % (prefix, reference, far_row, filled, empty_cells)),
        re.compile(rb"<%bmergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']" % prefix),
        re.compile(rb"<%bf[\s>/]" % prefix),
        re.compile(rb"<%bc%b([A-Z]+)(\d+)[\"'][^>]*>\s*<%bf(?:\s[^>]*)?(?:/>|>([^<]*))" % (prefix, reference, prefix)),
    )


_COMMON: Final = _patterns(b"", b' r="')
_PLAIN: Final = _patterns(b"")
_ANY_PREFIX: Final = _patterns(rb"(?:\w+:)?")


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells; rows and columns count from 0, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{letter(self.left)}{self.top + 1}:{letter(self.right)}{self.bottom + 1}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet as its markup tells it. `formulas` and `errors` are texts by (row, column), from 0; `hidden` the
    numbers of the rows that nobody sees, from 1."""

    name: str
    merges: tuple[Merge, ...]
    formulas: Mapping[tuple[int, int], str]
    errors: Mapping[tuple[int, int], str]
    hidden: frozenset[int]


@dataclass(frozen=True, slots=True)
class Workbook:
    """`sheets` maps the names of the visible worksheets to their members of the archive, in order."""

    sheets: dict[str, str]
    epoch_1904: bool


def read_workbook(archive: Archive) -> Workbook:
    """Names and places of the worksheets. Raises FileRefused for a workbook with macros or without sheets."""
    if b"macroenabled" in archive.read(_TYPES).lower():
        raise FileRefused("file_macros")
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}
    flags: set[str] = set()

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def part(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            flags.add("1904")
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            target = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            sheets[attributes.get("name", "")] = target

    walk(archive.read(_RELATIONS), relation, _nothing)
    walk(archive.read(_WORKBOOK), part, _nothing)
    stored = {name.lower(): name for name in archive.names()}
    members = {name: _member(targets.get(target, "")) for name, target in sheets.items()}
    found = {name: stored.get(member.lower(), member) for name, member in members.items()}
    worksheets = {name: member for name, member in found.items() if member in archive and "chartsheets/" not in member}
    if not worksheets:
        raise FileRefused("broken", detail="XLSX")
    return Workbook(worksheets, "1904" in flags)


def likely_sheets(workbook: Workbook) -> list[str]:
    """The sheets to try, the authority's own first."""
    return sorted(workbook.sheets, key=lambda name: name != OFFICIAL_SHEET)


def inspect_sheet(archive: Archive, workbook: Workbook, name: str) -> Sheet:
    """What the markup of a sheet says. Stops early, with FileRefused, where rows are too many or cells too far away."""
    markup = _bounded(archive, workbook.sheets[name])
    patterns = _patterns_for(markup)
    for pattern in (patterns.far_cell, patterns.far_row):
        if far := pattern.search(markup):
            raise FileRefused("cells_far_away", value=far[1].decode())
    merges = tuple(
        Merge(int(top) - 1, column_index(left), int(bottom) - 1, column_index(right))
        for left, top, right, bottom in patterns.merged.findall(markup)
    )
    formulas: dict[tuple[int, int], str] = {}
    if found := patterns.any_formula.findall(markup):
        formulas = {
            (int(row) - 1, column_index(column)): _formula_text(text)
            for column, row, text in patterns.formula.findall(markup)
        }
        if len(formulas) != len(found):
            raise FileRefused("broken", detail="XLSX")
    return Sheet(name, merges, formulas, _errors(markup), _hidden_rows(markup))


def _errors(markup: bytes) -> dict[tuple[int, int], str]:
    """Cells that hold an error as their value, which readers give as empty."""
    if not any(mark in markup for mark in _MAY_BE_ERRORS):
        return {}
    return {
        (int(place[2]) - 1, column_index(place[1])): html.unescape(value.decode("utf-8", "replace"))
        for attributes, value in _ERROR.findall(markup)
        if (place := _PLACE.search(attributes))
    }


def _hidden_rows(markup: bytes) -> frozenset[int]:
    """Rows hidden by hand, by a filter or by a height of nothing."""
    if not any(mark in markup for mark in _MAY_BE_HIDDEN):
        return frozenset()
    hidden: set[int] = set()
    number = 0
    for attributes in _ROW.findall(markup):
        told = _NUMBER.search(attributes)
        number = int(told[1]) if told else number + 1
        if _UNSEEN.search(attributes):
            hidden.add(number)
    return frozenset(hidden)


def _formula_text(text: bytes) -> str:
    """A formula as people type it; one that is shared with another cell stands there."""
    return "=" + html.unescape(text.decode("utf-8", "replace"))


def _patterns_for(markup: bytes) -> _Patterns:
    if any(sign in markup for sign in _PREFIXED):
        return _ANY_PREFIX
    cells_alike = markup.count(b'<c r="') >= markup.count(b"</c>")
    rows_alike = markup.count(b'<row r="') >= markup.count(b"</row>")
    return _COMMON if cells_alike and rows_alike else _PLAIN


def column_index(letters: bytes) -> int:
    """A -> 0, AA -> 26."""
    index = 0
    for sign in letters:
        index = index * 26 + sign - 64
    return index - 1


def _bounded(archive: Archive, member: str) -> bytes:
    """The markup of a sheet, given up as soon as it holds more filled rows than a list may."""
    whole = bytearray()
    rest = b""
    filled = 0
    for chunk in archive.chunks(member):
        whole += chunk
        *rows, rest = (rest + chunk).split(b"row>")
        filled += sum(1 for row in rows if _FILLED.search(row))
        if filled > _MOST_ROWS:
            raise FileRefused("too_many_rows", most=MOST_GUESTS)
    return bytes(whole)


def _member(target: str) -> str:
    target = target.replace("\\", "/").removeprefix("./")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _nothing(*_: object) -> None:
    """Text inside these elements says nothing."""
