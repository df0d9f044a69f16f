"""Rows that the audit trail covers are written with their digest, whichever way they are written."""

import re

from kernel.audit.rows import covered_tables
from motcua.wiring.parts import tables
from tests.architecture.sources import product

_INSERTS = re.compile(r"INSERT INTO (\w+)\s*\(([^)]*)\)", re.IGNORECASE)
_UNSIGNED = re.compile(r"\b(?:insert|add|append_row)\([^()]*\b(AuditEntry|TimelineEntry|ClockRow)\b")


def test_a_statement_that_writes_a_covered_row_writes_its_digest() -> None:
    assert tables()
    covered = covered_tables()
    without = [
        (source.path, table)
        for source in product()
        if not source.path.startswith("migrations/")
        for table, columns in _INSERTS.findall(source.text)
        if table in covered and "mac" not in re.findall(r"\w+", columns)
    ]
    assert without == []
    # They are appended by `append_signed`.
    assert [source.path for source in product() if _UNSIGNED.search(source.text)] == []
