"""Which field a heading, a tag or a key names, however it is written. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from kernel.texts.folding import search_key
from kernel.texts.lookalikes import DASHES
from residence.reading.cells import Cell, Unusable, as_text
from residence.rules.findings import load_table

# The official form has a title, headings, hints and an example before the first guest; a list may have a letterhead.
HEAD_ROWS: Final = 20
# Everything after these in a heading explains it.
_EXPLANATION: Final = re.compile(r"[(*\[<:\n].*", re.DOTALL)
# A heading may have a number before it.
_NUMBERED: Final = re.compile(r"\s*[(\[]?\d{1,2}[)\].:]+\s*(?=\D)")
# Between the languages of a heading.
_LANGUAGES: Final = re.compile(rf"[/|\n()\[\]\-{DASHES}]+")
_SIGNS: Final = re.compile(r"[^a-z0-9#]+")
_EXAMPLE: Final = "[EXAMPLE]"
OUR_EXAMPLE: Final = "[VÍ DỤ]"
_SAMPLES: Final = (_EXAMPLE, "[TEST]", OUR_EXAMPLE)
_HINT: Final = re.compile(r"<.*>|Mẫu dữ liệu", re.IGNORECASE)
# A row that numbers the columns: "(1) (2) (3)", "A B C 1 2".
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\)?\.?")
_FEWEST_NUMBERS: Final = 4
_LONGEST: Final = 200
_PASSPORTS: Final = re.compile(r"hochieu|passport|(?:^|so)(?:hc|pp)$")
_IDENTITIES: Final = re.compile(
    r"cmnd|cmt|cccd|cancuoc|dinhdanh|chungminh|ddcn|^id|idno|idnumber|idcard|identity|nationalid"
)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what people call it: the letter in a spreadsheet, the tag or key elsewhere. `index` counts from 0."""

    field: str
    name: str
    index: int
    heading: str = ""


def letter(index: int) -> str:
    """The spreadsheet's name of a column: 0 -> A, 26 -> AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@lru_cache(4096)
def field_of(heading: str) -> str | None:
    """The field that a heading, tag or key names, or a part of one; None if it is not known.

    A heading in several languages counts where those of its parts that are known name the same.
    """
    heading = _NUMBERED.sub("", heading[:_LONGEST], count=1)
    names = _names()
    whole = names.get(_key(_EXPLANATION.sub("", heading))) or names.get(_key(heading))
    if whole is not None:
        return whole
    parts = [_key(part) for part in _LANGUAGES.split(heading)]
    named = {names[part] for part in parts if part in names}
    return named.pop() if len(named) == 1 else None


def is_ours(heading: str) -> bool:
    """Whether a heading that names no field is known all the same, and needs no word."""
    return _key(heading[:_LONGEST]) in _of_ours()


def kind_by_heading(heading: str) -> int | None:
    """The kind of document (4, a passport; 1, an identity card) whose numbers alone stand under a heading."""
    key = _key(heading[:_LONGEST])
    passport, identity = _PASSPORTS.search(key) is not None, _IDENTITIES.search(key) is not None
    if passport == identity:
        return None
    return 4 if passport else 1


def is_sample(cells: Sequence[Cell | Unusable]) -> bool:
    """An example row, of the authority's form or of our template: marked in its first cells."""
    return any(_shown(cell).startswith(_SAMPLES) for cell in cells[:3])


def is_example_of_form(cells: Sequence[Cell | Unusable]) -> bool:
    return any(_shown(cell).startswith(_EXAMPLE) for cell in cells[:3])


def is_hint(cells: Sequence[Cell | Unusable]) -> bool:
    """A row that explains the columns ("<dd/MM/yyyy>") or numbers them ("(1)", "(2)")."""
    told = [text for cell in cells if (text := _shown(cell))]
    if not told:
        return False
    numbers = sum(_COLUMN_NUMBER.fullmatch(text) is not None for text in told)
    return sum(_HINT.fullmatch(text) is not None for text in told) * 2 > len(told) or (
        numbers == len(told) >= _FEWEST_NUMBERS
    )


def official_order() -> tuple[dict[str, Any], ...]:
    """Every column of our sheet, in order; the first nineteen are the official template's."""
    return tuple(load_table_of_columns())


@cache
def load_table_of_columns() -> list[dict[str, Any]]:
    """`data/columns.yaml`."""
    columns: list[dict[str, Any]] = load_table("columns.yaml")
    return columns


def _shown(cell: Cell | Unusable) -> str:
    return as_text(cell.shown if isinstance(cell, Unusable) else cell)


@cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for column in load_table_of_columns():
        told = [column["title"], column["field"], column.get("xml"), column.get("api"), *column.get("names", [])]
        for name in filter(None, told):
            names.setdefault(_key(_EXPLANATION.sub("", name)), column["field"])
    seen = load_table("headings.yaml")
    for field, more in (*seen["names"].items(), *seen["parts"].items()):
        for name in more:
            names.setdefault(_key(name), field)
    return names


@cache
def _of_ours() -> frozenset[str]:
    return frozenset(_key(name) for name in load_table("headings.yaml")["of_ours"])


@lru_cache(4096)
def _key(heading: str) -> str:
    return _SIGNS.sub("", search_key(heading))
