"""Cells of one row read into the typed values of a declaration, with a finding for each that cannot be read. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from kernel.texts.folding import fold
from residence.guests import BirthPrecision, Moment, Sex
from residence.reading.catalogues import NotInCatalogue, catalogue, cell_of, find_code, find_nationality
from residence.reading.cells import BadDay, Cell, Day, Unusable, as_text, is_error, read_day, read_time
from residence.reading.meant import settle
from residence.rules.findings import Finding
from residence.rules.judging import unknown_nationality

# Times of day in columns of their own -> the moment that each belongs to.
CLOCKS: Final = {"arrival_clock": "arrival", "departure_clock": "departure"}
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
_COMMUNE: Final = re.compile(r"(\d{6,9})(?:\s*[-–—]\s*.+)?")
_FLAGS: Final = ("one_word_name", "name_confirmed", "document_guessed", "needs_review")
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


def read_entry(cells: Mapping[str, Cell | Unusable], reading: Reading) -> Entry:
    """Reads the cells of one guest, by field name. Empty ones are left out, names unknown are not looked at."""
    entry = Entry()
    values, known = entry.values, reading.known
    for name, cell in cells.items():
        if cell.__class__ is str and (name, cell) in known:
            values[name] = known[name, cell]
        elif cell is not None and cell != "" and name in _READERS:
            _read(entry, name, cell, reading)
    _join_birth(entry)
    _join_clocks(entry)
    _join_address(entry)
    entry.findings += settle(values)
    return entry


def _read(entry: Entry, name: str, cell: Cell | Unusable, reading: Reading) -> None:
    if isinstance(cell, Unusable):
        entry.refuse(cell.rule, name, cell.text or as_text(cell.shown))
        return
    if isinstance(cell, bool) and name not in _FLAGS:
        entry.refuse("value_of_other_kind", name, str(cell).lower())
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
    if text := as_text(cell):
        entry.values[name] = text


def _read_name(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    if isinstance(cell, str) and "\n" in cell:
        # Each line may be a guest of their own.
        entry.values[name] = "\n".join(line for part in cell.splitlines() if (line := as_text(part)))
    else:
        _read_text(entry, name, cell, reading)


def _read_number(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    entry.numeric_number = isinstance(cell, int | float)
    _read_text(entry, name, cell, reading)


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
            near = cell_of(name_of_catalogue, code.near)
            hint = f" Có phải là “{near}”?" if near else ""
            entry.refuse("not_in_catalogue", name, text, example=_example(name_of_catalogue), hint=hint)

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
        entry.refuse("not_in_catalogue", name, text, example=_example("provinces"), hint="")
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
        entry.findings.append(unknown_nationality(text, found))
        entry.unreadable.add(name)
        return
    entry.values[name] = found.code
    if not found.listed:
        entry.findings.append(Finding("nationality_not_in_template", name, found.code))


def _read_flag(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    text = fold(as_text(cell))
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
    else:
        return found.moment
    return None


def _read_clock(entry: Entry, name: str, cell: Cell, _: Reading) -> None:
    """The time of day in a column of its own beside the day."""
    if not (text := as_text(cell)):
        return
    if (clock := read_time(cell)) is not None:
        entry.values[name] = clock
    elif isinstance(day := read_day(cell), Day) and day.moment.clock is not None:
        entry.values[name] = day.moment.clock
    else:
        entry.findings.append(Finding("time_unreadable", CLOCKS[name], text))


def _read_birth(entry: Entry, name: str, cell: Cell, reading: Reading) -> None:
    if not (text := as_text(cell)):
        return
    found = read_day(cell, epoch_1904=reading.epoch_1904)
    if isinstance(found, BadDay):
        entry.refuse(found.rule, name, text)
    else:
        entry.values[name] = found


def _join_birth(entry: Entry) -> None:
    """The date and what of it is known, which may stand in a column of its own."""
    found: Day | None = entry.values.pop("birth_date", None)
    told: BirthPrecision | None = entry.values.pop("birth_precision", None)
    if found is not None:
        precision = found.precision if found.precision is not BirthPrecision.DAY else (told or BirthPrecision.DAY)
        entry.values |= {"birth_date": found.moment.day, "birth_precision": precision}


def _join_clocks(entry: Entry) -> None:
    for name, field_name in CLOCKS.items():
        clock = entry.values.pop(name, None)
        moment: Moment | None = entry.values.get(field_name)
        if clock is not None and moment is not None and moment.clock is None:
            entry.values[field_name] = Moment(moment.day, clock)


def _join_address(entry: Entry) -> None:
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
    **dict.fromkeys(_FLAGS, _read_flag),
    **dict.fromkeys(CLOCKS, _read_clock),
    "full_name": _read_name,
    "birth_date": _read_birth,
    "birth_precision": _read_code("birth_precisions", BirthPrecision),
    "sex": _read_code("sexes", Sex),
    "nationality": _read_nationality,
    "document_kind": _read_code("document_kinds", int),
    "document_number": _read_number,
    "phone": _read_text,
    "residence_kind": _read_code("residence_kinds", int),
    "province_code": _read_province,
    "commune_code": _read_commune,
    "reason": _read_code("reasons", int),
}
