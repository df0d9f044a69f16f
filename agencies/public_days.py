"""Vietnam's public days off and the Saturdays worked for them, from the `holidays` library.

To answer for one country the library loads the rules of 250, which costs every web worker 12 MB and half a second of
its first acceptance. So the years that dossiers live in are asked beforehand: `python -m agencies.public_days` writes
them to data/public_days.csv, and a test fails when the library says otherwise. Other years are asked for as they come.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.texts.bilingual import Text

FILE: Final = Path(__file__).parent / "data" / "public_days.csv"
YEARS: Final = range(2020, 2036)
_OFF, _WORKING = "off", "working"


@dataclass(frozen=True, slots=True)
class PublicDays:
    """One year: the days off with their names, and the weekend days on which offices work."""

    off: dict[date, Text]
    made_up: frozenset[date]


@lru_cache(maxsize=64)
def public_days(year: int) -> PublicDays:
    """None are off in years that the library does not know (before 1953, after 2100)."""
    return _table()[year] if year in YEARS else ask_library(year)


def ask_library(year: int) -> PublicDays:
    import holidays

    vi = holidays.country_holidays("VN", years=[year], language="vi")
    en = holidays.country_holidays("VN", years=[year], language="en_US")
    made_up = frozenset(day for day in vi.weekend_workdays if day.year == year)
    return PublicDays({day: Text(name, en[day]) for day, name in sorted(vi.items())}, made_up)


@lru_cache(maxsize=1)
def _table() -> dict[int, PublicDays]:
    off: dict[int, dict[date, Text]] = {year: {} for year in YEARS}
    made_up: dict[int, set[date]] = {year: set() for year in YEARS}
    with FILE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            day = date.fromisoformat(row["date"])
            if row["kind"] == _WORKING:
                made_up[day.year].add(day)
            else:
                off[day.year][day] = Text(row["name_vi"], row["name_en"])
    return {year: PublicDays(off[year], frozenset(made_up[year])) for year in YEARS}


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for year in YEARS:
        days = ask_library(year)
        lines = [(day.isoformat(), _OFF, name.vi, name.en) for day, name in days.off.items()]
        lines += [(day.isoformat(), _WORKING, "", "") for day in days.made_up]
        yield from sorted(lines)


def write() -> None:
    """Asks the library for every year of the table anew."""
    with FILE.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("date", "kind", "name_vi", "name_en"))
        writer.writerows(_rows())


if __name__ == "__main__":
    write()
