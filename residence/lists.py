"""The lists of codes that a declared guest asks for, as the authority's catalogues have them."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from kernel.texts.code_lists import CodeList, Entry
from kernel.texts.folding import strip_accents
from residence.reading.catalogues import catalogue
from residence.rules.findings import load_table

NATIONALITIES: Final = "nationalities"
GUEST_PROVINCES: Final = "guest-provinces"


@cache
def code_lists() -> tuple[CodeList, ...]:
    """Every list of this domain, in the order in which they are shown."""
    return (
        CodeList(NATIONALITIES, "Quốc tịch", "Nationalities", tuple(_countries())),
        *_labelled(),
        CodeList(
            GUEST_PROVINCES,
            "Tỉnh, thành phố nơi cư trú của khách (mã của cơ quan quản lý cư trú)",
            "Provinces of guests' residence (the authority's own codes)",
            tuple(_provinces()),
        ),
    )


def _countries() -> Iterator[Entry]:
    """The authority's nationalities, and those missing in its template that it takes all the same."""
    table = files("residence").joinpath("data/country_names.csv").read_text(encoding="utf-8")
    return (Entry(row["code"], row["vi"], row["en"]) for row in csv.DictReader(table.splitlines()))


def _labelled() -> Iterator[CodeList]:
    tables: dict[str, dict[str, Any]] = load_table("list_names.yaml")
    for name, table in tables.items():
        yield CodeList(name, table["vi"], table["en"], tuple(_entries(table)))


def _entries(table: dict[str, Any]) -> Iterator[Entry]:
    """Those of a catalogue of the authority with our English beside it, or our own."""
    if "of" in table:
        return (Entry(code, label, table["english"][code]) for code, label in catalogue(table["of"]).items())
    return (Entry(code, label["vi"], label["en"]) for code, label in table["labels"].items())


def _provinces() -> Iterator[Entry]:
    for code, label in catalogue("provinces").items():
        proper = label.removeprefix("TP. ")
        kind = "City" if proper != label else "Province"
        yield Entry(code, label, f"{strip_accents(proper)} {kind}")
