"""What a row of cells is found to be, for the tests of the rules."""

from datetime import datetime
from typing import Any

from residence.reading.entry import Reading, read_entry
from residence.rules.findings import Finding
from residence.rules.judgement import Context
from residence.rules.judging import check_values
from tests.unit.residence.declared import NOW, TODAY, a_foreign_row, a_row


def findings_of(cells: dict[str, Any], now: datetime = NOW, *, confirmed: bool = True) -> list[Finding]:
    entry = read_entry(cells, Reading(TODAY))
    if confirmed:
        entry.values.setdefault("name_confirmed", True)
    context = Context(now, TODAY, unreadable=entry.unreadable, numeric_number=entry.numeric_number)
    return entry.findings + check_values(entry.values, context)


def codes(cells: dict[str, Any], now: datetime = NOW, *, confirmed: bool = True) -> set[tuple[str, str | None]]:
    return {(finding.code, finding.field) for finding in findings_of(cells, now, confirmed=confirmed)}


def told(*found: str, **changes: Any) -> None:
    """A good Vietnamese guest with these changes has exactly these findings, as "CODE field"."""
    assert {f"{code} {field}" for code, field in codes(a_row(**changes))} == set(found)


def told_of_foreigner(*found: str, confirmed: bool = True, **changes: Any) -> None:
    cells = a_foreign_row(**changes)
    assert {f"{code} {field}" for code, field in codes(cells, confirmed=confirmed)} == set(found)
