"""Cells of one row read into the typed values of a declaration, with a finding for each that cannot be read. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from residence.catalogues import NotInCatalogue, catalogue, cell_of, find_code, find_nationality
from residence.cells import BadDay, Cell, Day, Formula, as_text, is_error, read_day
from residence.findings import Finding
from residence.guests import VIETNAMESE_NATIONALITY, BirthPrecision, Moment, Sex
from residence.names import from_mrz_letters, is_garbled, is_garbled_name

_LIMITS: Final = {"full_name": 128, "address": 255, "note": 500, "reason_text": 255, "room": 50, "document_number": 50}
_LIMIT: Final = 128
_MOST_KNOWN: Final = 50_000
_REPEATED: Final = frozenset(
    {
        "birth_date",
        "sex",
        "nationality",
        "document_kind",
        "residence_kind",
        "province_code",
        "address",
        "reason",
        "room",
    }
    | {"arrival", "departure", "left", "residence_expiry", "birth_precision", "name_confirmed", "note"}
)
_OLDEST: Final = 120
_SENSIBLE_YEARS: Final = range(2000, 2101)
_COMMUNE: Final = re.compile(r"(\d{6,9})(?:\s*[-–—]\s*.+)?")
_PHONE_SIGNS: Final = re.compile(r"[ .()\-]")
_ZERO_LOST: Final = re.compile(r"[35789]\d{8}")
_TICKED: Final = frozenset({"x", "1", "true", "có", "co", "yes", "y", "v", "✓", "✔"})
_NOT_TICKED: Final = frozenset({"0", "false", "không", "khong", "no", "n"})


@dataclass(slots=True)
class Entry:
    """What a row holds. `values` are fields of `GuestDeclaration`; a field that was given and could not be read is in
    `unreadable` and not in `values`. `numeric_number` tells that the document number stood in a numeric cell."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    numeric_number: bool = False

    def refuse(self, rule: str, name: str, value: str, **params: str | int) -> None:
        self.findings.append(Finding(rule, name, value, params))
        self.unreadable.add(name)


@dataclass(frozen=True, slots=True)
class Reading:
    """`today` in Vietnam; `epoch_1904` for the sheets of old Macs. `known` keeps what cells of this file mean: days,
    kinds and rooms repeat from row to row, and looking up costs a tenth of reading."""

    today: date
    epoch_1904: bool = False
    known: dict[tuple[str, str], Any] = field(default_factory=dict)


_Reader = Callable[[Entry, str, Cell, Reading], None]


def read_entry(cells: Mapping[str, Cell | Formula], reading: Reading) -> Entry:
    """Reads the cells of one guest, by field name. Empty ones are left out, names unknown are not looked at."""
    entry = Entry()
    values, known = entry.values, reading.known
    for name, cell in cells.items():
        if cell.__class__ is str and (name, cell) in known:
            values[name] = known[name, cell]
        elif cell is not None and cell != "" and name in _READERS:
            _read(entry, name, cell, reading)
    _settle_birth(entry)
    _settle_address(entry)
    return entry


def _read(entry: Entry, name: str, cell: Cell | Formula, reading: Reading) -> None:
    if isinstance(cell, Formula):
        entry.refuse("formula", name, cell.text or as_text(cell.shown))
        return
    if isinstance(cell, str) and is_error(cell):
        entry.refuse("cell_error", name, cell)
        return
    before = len(entry.findings)
    _READERS[name](entry, name, cell, reading)
    clean = len(entry.findings) == before and name in entry.values and isinstance(cell, str)
    if clean and name in _REPEATED and len(reading.known) < _MOST_KNOWN:
        reading.known[name, cell] = entry.values[name]  # type: ignore[index]


def _read_text(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    text = as_text(cell)
    limit = _LIMITS.get(name, _LIMIT)
    if len(text) > limit:
        entry.refuse("too_long", name, text, limit=limit)
    elif is_garbled(text):
        entry.refuse("garbled", name, text)
    elif text:
        entry.values[name] = text


def _read_name(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    text = from_mrz_letters(as_text(cell))
    if is_garbled_name(text):
        entry.refuse("garbled", name, text)
    else:
        _read_text(entry, name, text, reading)


def _read_number(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    entry.numeric_number = isinstance(cell, int | float)
    _read_text(entry, name, as_text(cell).upper(), reading)


def _read_phone(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    text = _PHONE_SIGNS.sub("", as_text(cell))
    if _ZERO_LOST.fullmatch(text):
        entry.findings.append(Finding("phone_zero_restored", name, text, {"restored": "0" + text}))
        text = "0" + text
    _read_text(entry, name, text, reading)


def _read_code(name_of_catalogue: str, make: Callable[[str], Any]) -> _Reader:
    def read(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
        text = as_text(cell)
        if not text:
            return
        code = find_code(name_of_catalogue, text)
        if isinstance(code, str):
            entry.values[name] = make(code)
        elif code.other:
            entry.refuse("label_of_another_code", name, text, other=code.other)
        else:
            entry.refuse("not_in_catalogue", name, text, example=_example(name_of_catalogue))

    return read


def _example(name: str) -> str:
    return cell_of(name, next(iter(catalogue(name))))


def _read_province(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    text = as_text(cell)
    code = find_code("provinces", text)
    if isinstance(code, str):
        entry.values[name] = code
    elif code.other:
        entry.refuse("label_of_another_code", name, text, other=code.other)
    elif any(sign.isdigit() for sign in text):
        entry.refuse("not_in_catalogue", name, text, example=_example("provinces"))
    elif text:
        entry.findings.append(Finding("province_not_known", name, text))
        entry.values["_province"] = text


def _read_commune(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    text = as_text(cell)
    if match := _COMMUNE.fullmatch(text):
        entry.values[name] = match[1]
    else:
        _read_text(entry, name, text, reading)
        if name in entry.values:
            entry.values["_commune"] = entry.values.pop(name)


def _read_nationality(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    text = as_text(cell)
    if not text:
        return
    found = find_nationality(text)
    if isinstance(found, NotInCatalogue):
        hint = f" Có phải là {found.other}?" if found.other else ""
        entry.refuse("nationality_malformed", name, text, hint=hint)
        return
    entry.values[name] = found.code
    if not found.listed:
        entry.findings.append(Finding("nationality_not_in_template", name, found.code))


def _read_flag(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    text = as_text(cell).casefold()
    if text in _TICKED or cell is False or text in _NOT_TICKED:
        entry.values[name] = text in _TICKED
    elif text:
        entry.refuse("flag_unclear", name, text)


def _read_date(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    if (moment := _moment(entry, name, cell, reading)) is not None:
        entry.values[name] = moment.day


def _read_moment(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    if (moment := _moment(entry, name, cell, reading)) is not None:
        entry.values[name] = moment


def _moment(entry: Entry, name: str, cell: Cell, reading: Reading) -> Moment | None:
    if not (text := as_text(cell)):
        return None
    found = read_day(cell, epoch_1904=reading.epoch_1904)
    if isinstance(found, BadDay):
        entry.refuse(found.rule, name, text)
    elif found.precision is not BirthPrecision.DAY:
        entry.refuse("date_unreadable", name, text)
    elif found.moment.day.year not in _SENSIBLE_YEARS:
        early = found.moment.day.year < _SENSIBLE_YEARS.start
        entry.refuse("date_from_1900" if early else "date_unreadable", name, text)
    else:
        return found.moment
    return None


def _read_birth(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    if not (text := as_text(cell)):
        return
    found = read_day(cell, epoch_1904=reading.epoch_1904)
    if isinstance(found, BadDay):
        entry.refuse(found.rule, name, text)
    elif found.moment.day.year < reading.today.year - _OLDEST:
        entry.refuse("date_from_1900", name, text)
    else:
        entry.values[name] = found


def _settle_birth(entry: Entry) -> None:
    """The date and what of it is known, which may stand in a column of its own."""
    found: Day | None = entry.values.pop("birth_date", None)
    told: BirthPrecision | None = entry.values.pop("birth_precision", None)
    if found is None:
        return
    precision = found.precision if found.precision is not BirthPrecision.DAY else (told or BirthPrecision.DAY)
    if precision is not BirthPrecision.DAY and entry.values.get("nationality") == VIETNAMESE_NATIONALITY:
        entry.refuse("birth_date_incomplete", "birth_date", _as_told(found, precision))
        return
    day = found.moment.day
    if precision is not BirthPrecision.DAY:
        day = day.replace(day=1, month=day.month if precision is BirthPrecision.MONTH else 1)
    entry.values |= {"birth_date": day, "birth_precision": precision}


def _as_told(found: Day, precision: BirthPrecision) -> str:
    day = found.moment.day
    return f"{day.month:02}/{day.year}" if precision is BirthPrecision.MONTH else str(day.year)


def _settle_address(entry: Entry) -> None:
    values = entry.values
    parts = [values.pop(name) for name in ("_commune", "_province") if name in values]
    if parts:
        values["address"] = ", ".join([*([values["address"]] if "address" in values else []), *parts])


_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(
        ("document_name", "address", "room", "reason_text", "note", "passport_kind", "entry_document_kind"), _read_text
    ),
    **dict.fromkeys(("entry_document_number", "entry_document_issuer", "entry_gate", "entry_purpose"), _read_text),
    **dict.fromkeys(("residence_expiry", "passport_expiry", "entry_document_expiry"), _read_date),
    **dict.fromkeys(("entry_document_issued", "entry_date"), _read_date),
    **dict.fromkeys(("arrival", "departure", "left"), _read_moment),
    **dict.fromkeys(("one_word_name", "name_confirmed", "document_guessed", "needs_review"), _read_flag),
    "full_name": _read_name,
    "birth_date": _read_birth,
    "birth_precision": _read_code("birth_precisions", BirthPrecision),
    "sex": _read_code("sexes", Sex),
    "nationality": _read_nationality,
    "document_kind": _read_code("document_kinds", int),
    "document_number": _read_number,
    "phone": _read_phone,
    "residence_kind": _read_code("residence_kinds", int),
    "province_code": _read_province,
    "commune_code": _read_commune,
    "reason": _read_code("reasons", int),
}
