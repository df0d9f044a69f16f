"""From the bytes of a file to a verdict: which guests can be accepted, what is wrong with the others. Pure but for the
file itself; needs no account and no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from kernel.clock import local
from residence.batches.shifted import find_shift, given_text
from residence.files.columns import kind_by_heading
from residence.files.detect import octets_unpacked, open_file
from residence.files.source import MOST_BYTES, Row, Source
from residence.guests import MOST_AT_ONCE, VIETNAMESE_NATIONALITY, GuestDeclaration
from residence.reading.cells import Cell, Unusable, read_time
from residence.reading.day_order import DayOrder
from residence.reading.entry import CLOCKS, Entry, Reading, read_entry
from residence.rules.documents import kind_by_number
from residence.rules.findings import FileRefused, Finding, Language
from residence.rules.judgement import Context, is_foreign
from residence.rules.judging import check_values

# MOST_AT_ONCE guests take half of this as a workbook unpacked, less as any other kind.
_MOST_OCTETS_AT_ONCE: Final = 1 << 19
_SWAPPED: Final = "day_and_month_swapped"
_DAYS: Final = ("birth_date", "arrival", "departure", "left", "residence_expiry")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A guest that can be declared; `row` is where it stood."""

    row: int
    declaration: GuestDeclaration


@dataclass(frozen=True, slots=True)
class Note:
    """A finding and its place. `row` is 0 where it concerns the whole file, `column` None where no single one."""

    row: int
    column: str | None
    finding: Finding

    def as_dict(self, language: Language = "vi") -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "field": self.finding.field,
            "value": self.finding.value,
            "code": self.finding.code,
            "reason": self.finding.reason(language),
        }


@dataclass(slots=True)
class Verdict:
    """What became of a file. `kind` is xlsx, csv, xml or json, empty where it could not be told; `rows` counts guests.

    `refused` says that nothing of the file can be used. `returned` are the rejected rows as they were given, as text by
    field, for the sheet that goes back; `fields` are the file's fields in its order. Holds personal data.
    """

    kind: str = ""
    rows: int = 0
    refused: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    rejected: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    fields: tuple[str, ...] = ()
    returned: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def as_dict(self, language: Language = "vi") -> dict[str, Any]:
        """What `motcua residence check --json` prints."""
        return {
            "rows": self.rows,
            "accepted": len(self.accepted),
            "rejected": [note.as_dict(language) for note in self.rejected],
            "warnings": [note.as_dict(language) for note in self.warnings],
        }


def check_file(source: bytes | BinaryIO | Path, now: datetime) -> Verdict:
    """The verdict over a file of guests at the instant `now` (aware). Never raises for what a file holds.

    A stream is read at most one byte past the largest file taken. OSError where a path cannot be read.
    """
    try:
        return Judging(_bytes(source), now).whole()
    except FileRefused as refusal:
        return refused(refusal.finding)


def check_short(content: bytes, now: datetime) -> Verdict | None:
    """The verdict over a file that a request can wait for, up to MOST_AT_ONCE guests; None for a longer one."""
    if octets_unpacked(content) > _MOST_OCTETS_AT_ONCE:
        return None
    try:
        judging = Judging(content, now)
        return judging.whole() if judging.total <= MOST_AT_ONCE else None
    except FileRefused as refusal:
        return refused(refusal.finding)


def refused(finding: Finding) -> Verdict:
    """The verdict over a file of which nothing can be used."""
    return Verdict(refused=True, rejected=[Note(0, None, finding)])


def _bytes(source: bytes | BinaryIO | Path) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    return source.read(MOST_BYTES + 1)


class Judging:
    """One file as it is judged, some rows at a time. `total` and `judged` count its rows.

    It is read to its end at once: that takes a quarter of the time, and tells how many rows there are. Raises
    FileRefused.
    """

    def __init__(self, content: bytes, now: datetime) -> None:
        source = open_file(content)
        rows = list(source.rows())
        if not rows:
            hidden = next((remark for remark in source.remarks if remark.rule == "rows_hidden"), None)
            raise FileRefused("only_hidden", rows=hidden.params["rows"]) if hidden else FileRefused("no_guests")
        self.total = len(rows)
        self._rows = iter(rows)
        self._judge = _Judge(source, now)

    @property
    def judged(self) -> int:
        return self._judge.verdict.rows

    def take(self, rows: int) -> bool:
        """Judges so many more of its rows. Whether any are left."""
        for row in islice(self._rows, rows):
            self._judge.take(row)
        return self.judged < self.total

    def verdict(self) -> Verdict:
        """Once every row has been taken: what only the whole file tells is added."""
        self._judge.warn_of_swapped_days()
        self._judge.warn_of_the_file()
        return self._judge.verdict

    def whole(self) -> Verdict:
        self.take(self.total)
        return self.verdict()


class _Judge:
    """Takes the rows of one file one by one."""

    def __init__(self, source: Source, now: datetime) -> None:
        by_place = sorted(source.columns.values(), key=lambda column: column.index)
        self.verdict = Verdict(source.kind, fields=tuple(column.field for column in by_place))
        self._source = source
        self._places = by_place
        self._now = now
        self._reading = Reading(local(now).date(), source.epoch_1904)
        # Where a file has no column to confirm names, the person who made the list answers for them.
        self._confirmed = "name_confirmed" not in source.columns
        self._first_rows: dict[tuple[str, date], int] = {}
        self._orders = {name: DayOrder() for name in _DAYS if name in source.columns}
        # Where a file has no column for it, the number and the heading above it tell the kind of document.
        self._guesses_kind = "document_kind" not in source.columns and not source.foreign
        self._guessed = False

    def take(self, row: Row) -> None:
        self.verdict.rows += 1
        if row.refusal is not None:
            self._settle(row, [row.refusal], None)
            return
        for name, order in self._orders.items():
            order.take(row.number, row.cells.get(name))
        entry = read_entry(row.cells, self._reading)
        if self._guesses_kind:
            self._guess_kind(entry, row)
        context = Context(self._now, self._reading.today, self._source.foreign, entry.unreadable, entry.numeric_number)
        if self._confirmed and is_foreign(entry.values, context):
            entry.values["name_confirmed"] = True
        findings = entry.findings + check_values(entry.values, context)
        if any(finding.blocking for finding in findings):
            shifted = find_shift(row.cells, self._places, self._reading)
            if shifted is not None:
                findings = [shifted]
        findings += self._duplicate(entry, row.number)
        self._settle(row, findings, entry)

    def warn_of_swapped_days(self) -> None:
        """Says of days that may be read month for day, which only the whole file tells."""
        told = {(note.row, note.finding.field) for note in self.verdict.warnings if note.finding.rule == _SWAPPED}
        american = any(order.american for order in self._orders.values())
        for name, order in self._orders.items():
            for number, shown in order.suspects(american_file=american):
                if (number, name) not in told:
                    place = self._source.columns[name].name
                    self.verdict.warnings.append(Note(number, place, Finding(_SWAPPED, name, shown)))

    def warn_of_the_file(self) -> None:
        """Says what of the file was not used, and what was guessed for all of it."""
        remarks = [*self._source.remarks, *([Finding("kind_by_number", "document_kind")] if self._guessed else [])]
        self.verdict.warnings[:0] = [Note(0, None, remark) for remark in remarks]

    def _guess_kind(self, entry: Entry, row: Row) -> None:
        number = entry.values.get("document_number")
        if number is None or entry.values.get("nationality") != VIETNAMESE_NATIONALITY:
            return
        column = row.number_column or self._source.columns.get("document_number")
        kind = kind_by_number(number, kind_by_heading(column.heading) if column else None)
        if kind is not None:
            entry.values["document_kind"] = kind
            self._guessed = True

    def _duplicate(self, entry: Entry, number: int) -> Iterator[Finding]:
        document, arrival = entry.values.get("document_number"), entry.values.get("arrival")
        if document is None or arrival is None:
            return
        first = self._first_rows.setdefault((document, arrival.day), number)
        if first != number:
            yield Finding("duplicate_in_batch", "document_number", document, {"first": first})

    def _settle(self, row: Row, findings: list[Finding], entry: Entry | None) -> None:
        blocked = False
        for finding in findings:
            blocked = blocked or finding.blocking
            column = self._source.columns.get(finding.field or "")
            if finding.field == "document_number" and row.number_column is not None:
                column = row.number_column
            value = finding.value or (given_text(row.cells, finding.field) if finding.blocking else "")
            told = finding if value == finding.value else _with_value(finding, value)
            note = Note(row.number, column.name if column else None, told)
            (self.verdict.rejected if finding.blocking else self.verdict.warnings).append(note)
        if blocked or entry is None:
            self.verdict.returned[row.number] = _returned(row.cells)
        else:
            self.verdict.accepted.append(Accepted(row.number, GuestDeclaration(**entry.values)))


def _with_value(finding: Finding, value: str) -> Finding:
    return Finding(finding.rule, finding.field, value, finding.params)


def _returned(cells: Mapping[str, Cell | Unusable]) -> dict[str, str]:
    """A row as it was given, by field; a time that stood in a column of its own behind its day."""
    given = {name: given_text(cells, name) for name in cells}
    for clock, moment in CLOCKS.items():
        if told := given.pop(clock, ""):
            cell = cells[clock]
            read = None if isinstance(cell, Unusable) else read_time(cell)
            given[moment] = f"{given.get(moment, '')} {f'{read:%H:%M}' if read else told}".strip()
    return given
