"""What one cell of a file says: text, or a day with or without a time, in every way receptionists write it. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from kernel.clock import VIETNAM
from residence.guests import BirthPrecision, Moment
from residence.reading.day_words import plain_day, read_clock

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell whose value cannot be taken: it computes what it shows, is in error, or is no single value. `text` is the
    formula or what stands there, `rule` the rule broken."""

    shown: Cell = ""
    text: str = ""
    rule: str = "formula"


@dataclass(frozen=True, slots=True)
class Day:
    """A day as far as a cell tells it."""

    moment: Moment
    precision: BirthPrecision = BirthPrecision.DAY


@dataclass(frozen=True, slots=True)
class BadDay:
    """A cell that tells no day. `rule` is the rule broken."""

    rule: str


_UNREADABLE: Final = BadDay("date_unreadable")
_LACKING: Final = {"year_short": BadDay("date_year_short"), "no_day": BadDay("time_without_day")}
_TIME: Final = r"(?P<h>\d{1,2})[:h](?P<min>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?"
_DAY_FIRST: Final = re.compile(rf"(?P<d>\d{{1,2}})([/.\-])(?P<m>\d{{1,2}})\2(?P<y>\d{{4}})(?:[ ,T]+{_TIME})?")
_YEAR_FIRST: Final = re.compile(
    rf"(?P<y>\d{{4}})([/.\-])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}})(?:[ ,T]+{_TIME}\s*(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?"
)
_TIME_FIRST: Final = re.compile(rf"{_TIME}[ ,]+(?P<d>\d{{1,2}})([/.\-])(?P<m>\d{{1,2}})\5(?P<y>\d{{4}})")
_MONTH: Final = re.compile(r"(?P<m>\d{1,2})[/.\-](?P<y>\d{4})")
_YEAR: Final = re.compile(r"(?P<y>\d{4})")
# Seconds of a file that says 00:00:00 mean that no time was told, as the lodging API writes days.
_MIDNIGHT: Final = time()
# Excel counts a 29/02/1900 that never was, so its first sixty days are not what they seem.
_EPOCH_1900: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_FIRST_SOUND_SERIAL: Final = 61
_LAST_SERIAL: Final = 80_000
_YEAR_TYPED: Final = range(1900, 2101)
# Of Excel, of LibreOffice (Err:502, "#TÊN?" in Vietnamese), and of a column too narrow for what it holds.
_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|EXTERNAL!"
    r"|GETTING_DATA|TÊN\?|GIÁ TRỊ!|PYTHON!|ERROR!).*|Err:\d{3}|#{3,}",
    re.IGNORECASE | re.DOTALL,
)


def as_text(cell: Cell) -> str:
    """What the cell shows, NFC, without outer and double spaces. A day is d/m/Y, a whole number has no point."""
    if isinstance(cell, str):
        return _tidy(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        clock = f" {cell:%H:%M}" if cell.time() != _MIDNIGHT else ""
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}{clock}"
    if isinstance(cell, date):
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}"
    return str(cell)


def is_error(text: str) -> bool:
    """Whether a cell shows a spreadsheet's error."""
    return text[:1] in "#eE" and _ERROR.fullmatch(text.strip()) is not None


def read_time(cell: Cell) -> time | None:
    """The time of day that a cell alone tells; None for anything else."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(cell, timedelta) and timedelta() <= cell < timedelta(days=1):
        return (datetime.combine(_EPOCH_1904, _MIDNIGHT) + cell).time().replace(second=0, microsecond=0)
    if isinstance(cell, float) and 0 <= cell < 1:
        return _of_minutes(round(cell * 24 * 60))
    clock = read_clock(cell) if isinstance(cell, str) else None
    return time(clock.hour, clock.minute) if clock else None


def _of_minutes(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def read_day(cell: Cell, *, epoch_1904: bool = False) -> Day | BadDay:
    """The day a non-empty cell tells. A number is the spreadsheet's count of days, four digits alone are a year."""
    if isinstance(cell, str):
        return _day_of_text(_tidy(cell))
    if isinstance(cell, datetime):
        aware = cell.astimezone(VIETNAM) if cell.tzinfo else cell
        clock = aware.time().replace(second=0, microsecond=0, tzinfo=None)
        return Day(Moment(aware.date(), clock if clock != _MIDNIGHT else None))
    if isinstance(cell, date):
        return Day(Moment(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _day_of_number(float(cell), epoch_1904=epoch_1904)
    # A time of day alone is what a spreadsheet makes of the number 0.
    return BadDay("date_from_1900" if isinstance(cell, time | timedelta) else "date_unreadable")


def _day_of_number(number: float, *, epoch_1904: bool) -> Day | BadDay:
    if number in _YEAR_TYPED:
        return Day(Moment(date(int(number), 1, 1)), BirthPrecision.YEAR)
    first = 0 if epoch_1904 else _FIRST_SOUND_SERIAL
    if not first <= number < _LAST_SERIAL:
        return BadDay("date_from_1900" if 0 <= number < _FIRST_SOUND_SERIAL else "date_unreadable")
    day = (_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + timedelta(days=int(number))
    minutes = round((number % 1) * 24 * 60)
    clock = (datetime.combine(day, _MIDNIGHT) + timedelta(minutes=minutes)) if minutes else None
    return Day(Moment(clock.date(), clock.time()) if clock else Moment(day))


@lru_cache(16384)
def _day_of_text(text: str) -> Day | BadDay:
    found = _day_of_figures(text)
    if found != _UNREADABLE:
        return found
    plain = plain_day(text)
    if plain is None or plain == text:
        return found
    return _LACKING.get(plain) or _day_of_figures(plain)


def _day_of_figures(text: str) -> Day | BadDay:
    for pattern in (_DAY_FIRST, _YEAR_FIRST, _TIME_FIRST):
        if match := pattern.fullmatch(text):
            return _full_day(match)
    if match := _YEAR.fullmatch(text):
        return _part_of_day(int(match["y"]), 1, BirthPrecision.YEAR)
    if match := _MONTH.fullmatch(text):
        return _part_of_day(int(match["y"]), int(match["m"]), BirthPrecision.MONTH)
    return _UNREADABLE


def _full_day(match: re.Match[str]) -> Day | BadDay:
    told = match.groupdict()
    try:
        day = date(int(told["y"]), int(told["m"]), int(told["d"]))
        clock = time(int(told["h"]), int(told["min"])) if told["h"] else None
    except ValueError:
        # The year 1900 with day or month 0 is how a spreadsheet shows the number 0.
        return BadDay("date_from_1900" if told["y"] == "1900" and "0" in _stripped(told) else "date_not_in_calendar")
    if clock is not None and told.get("zone"):
        return _day_elsewhere(f"{day}T{clock:%H:%M}{told['zone']}")
    whole_day = clock == _MIDNIGHT and int(told["s"] or 0) == 0
    return Day(Moment(day, None if whole_day else clock))


def _day_elsewhere(text: str) -> Day | BadDay:
    try:
        local = datetime.fromisoformat(text).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return BadDay("date_unreadable")
    return Day(Moment(local.date(), local.time()))


def _stripped(told: dict[str, str]) -> set[str]:
    return {str(int(told["d"])), str(int(told["m"]))}


def _part_of_day(year: int, month: int, precision: BirthPrecision) -> Day | BadDay:
    try:
        return Day(Moment(date(year, month, 1)), precision)
    except ValueError:
        return BadDay("date_not_in_calendar")


@lru_cache(32768)
def _tidy(text: str) -> str:
    if text.isascii():
        return text.strip() if "  " not in text and text.isprintable() else " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).split())
