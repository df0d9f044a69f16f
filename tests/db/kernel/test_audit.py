"""The chain holds, is commit-safe, and shows every kind of tampering."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.actor import SYSTEM
from kernel.audit import seal_audit, verify_audit, write_audit
from kernel.db import Database
from kernel.ids import new_id
from kernel.vault import Vault

VAULT = Vault({1: bytes(32)}, bytes(32))


def _write(session: Session, count: int = 1) -> None:
    for n in range(count):
        write_audit(session, SYSTEM, "test.act", "thing", new_id(), n=n)


def _sealed(database: Database, count: int = 5) -> None:
    for _ in range(count):
        with database.transaction() as session:
            _write(session)
    _seal(database, count)


def _seal(database: Database, count: int) -> None:
    # Of tests beside this one a transaction may be open, and nothing is sealed that one of before it could still join.
    sealed, ends = 0, time.monotonic() + 60
    while sealed < count and time.monotonic() < ends:
        with database.transaction() as session:
            sealed += seal_audit(session, VAULT)
    assert sealed == count


def _findings(database: Database) -> list[str]:
    with database.transaction() as session:
        return verify_audit(session, VAULT)


def test_an_untouched_chain_holds_over_several_seals(clean_database: Database) -> None:
    _sealed(clean_database, 3)
    _sealed(clean_database, 4)
    assert _findings(clean_database) == []


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        (
            "UPDATE audit_entry SET action = 'x' WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 3)",
            "3",
        ),
        ("DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 2)", "2"),
        ("DELETE FROM audit_seal WHERE position = 2", "2"),
        ("DELETE FROM audit_seal WHERE position = 5", "5"),
        ("UPDATE audit_checkpoint SET signature = 'x'", "signature"),
    ],
)
def test_tampering_is_found(clean_database: Database, tampering: str, finding: str) -> None:
    _sealed(clean_database)
    with clean_database.transaction() as session:
        session.execute(text(tampering))
    assert any(finding in line for line in _findings(clean_database))


def test_a_row_that_commits_late_is_not_passed_over(clean_database: Database) -> None:
    with clean_database.transaction() as slow:
        _write(slow)
        with clean_database.transaction() as fast:
            _write(fast)
        with clean_database.transaction() as sealer:
            assert seal_audit(sealer, VAULT) == 0
    _seal(clean_database, 2)
    assert _findings(clean_database) == []
