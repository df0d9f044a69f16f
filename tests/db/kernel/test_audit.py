"""The chain holds, misses no row, and shows what somebody does who holds the database alone."""

from pathlib import Path

import pytest
from sqlalchemy import event, text

from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.audit.findings import Wrong
from kernel.audit.rows import covered_tables
from kernel.audit.sealing import seal_audit
from kernel.database.sessions import Database
from kernel.ids import new_id
from tests.conftest import VAULT
from tests.support.trail import Trail

_AT_3 = "WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 3)"
_COPY = (
    "INSERT INTO audit_entry (id, actor_kind, action, object_type, details, mac)"
    " SELECT gen_random_uuid(), actor_kind, action, object_type, details, mac FROM audit_entry LIMIT 1"
)


@pytest.fixture
def trail(clean_database: Database, tmp_path: Path) -> Trail:
    return Trail(clean_database, tmp_path)


def test_an_untouched_trail_holds_over_several_runs(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(4)
    report = trail.verify()
    assert (report.findings, report.length, report.anchored, report.waiting) == ([], 7, 7, 0)
    assert report.unanchored_since is None


def test_what_is_not_chained_or_anchored_yet_is_told(trail: Trail) -> None:
    trail.kept(3)
    trail.act(2)
    report = trail.verify()
    assert (report.wrong, report.length, report.waiting) == (0, 3, 2)
    assert [report.waiting_since] == trail.ask("SELECT min(at) FROM audit_entry e JOIN audit_pending ON row_id = e.id")
    with trail.database.transaction() as session:
        assert seal_audit(session, VAULT, first_time=lambda: False) == 2
    report = trail.verify()
    assert (report.wrong, report.length, report.anchored) == (0, 5, 3)
    at_4 = "SELECT at FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 4)"
    assert [report.unanchored_since] == trail.ask(at_4)


@pytest.mark.parametrize(
    ("attack", "code", "position"),
    [
        ("UPDATE audit_entry SET action = 'x' @3", Wrong.ROW_ALTERED, 3),
        ("UPDATE audit_entry SET actor_id = gen_random_uuid() @3", Wrong.ROW_ALTERED, 3),
        ("UPDATE audit_entry SET at = at - interval '1 day' @3", Wrong.ROW_ALTERED, 3),
        ("UPDATE audit_entry SET details = '{}' @3", Wrong.ROW_ALTERED, 3),
        ("UPDATE audit_entry SET mac = 'x' @3", Wrong.ROW_ALTERED, 3),
        ("DELETE FROM audit_entry @3", Wrong.ROW_REMOVED, 3),
        ("DELETE FROM audit_seal WHERE position = 2", Wrong.POSITIONS_MISSING, 2),
        ("DELETE FROM audit_seal WHERE position = 1", Wrong.POSITIONS_MISSING, 1),
        ("UPDATE audit_seal SET hash = 'x' WHERE position = 4", Wrong.ROW_ALTERED, 4),
        ("UPDATE audit_seal SET hash = NULL WHERE position = 4", Wrong.LINK_WITHOUT_KEY, 4),
        ("UPDATE audit_seal SET legacy = true WHERE position = 4", Wrong.ROW_ALTERED, 4),
        ("UPDATE audit_seal SET kind = 'timeline_entry' WHERE position = 4", Wrong.ROW_REMOVED, 4),
        ("UPDATE audit_checkpoint SET signature = 'x'", Wrong.CHECKPOINT_NOT_OURS, 5),
        ("UPDATE audit_checkpoint SET at = at + interval '1 day'", Wrong.CHECKPOINT_NOT_OURS, 5),
        ("UPDATE audit_checkpoint SET position = 4", Wrong.CHECKPOINT_NOT_OURS, 4),
        ("UPDATE audit_checkpoint SET position = 9", Wrong.END_NOT_SIGNED, 5),
        ("DELETE FROM audit_checkpoint", Wrong.END_NOT_SIGNED, 5),
        ("DELETE FROM audit_checkpoint", Wrong.CHECKPOINT_MISSING, 5),
    ],
)
def test_a_change_is_found_where_it_was_made(trail: Trail, attack: str, code: Wrong, position: int) -> None:
    trail.kept(5)
    trail.attack(attack.replace("@3", _AT_3))
    assert (code, position) in {(finding.code, finding.position) for finding in trail.verify().findings}


def test_rows_that_change_places_are_found(trail: Trail) -> None:
    trail.kept(5)
    swap = "UPDATE audit_entry SET id = :new WHERE id = :old"
    second, fourth = trail.ask("SELECT entry_id FROM audit_seal WHERE position IN (2, 4) ORDER BY position")
    spare = new_id()
    for old, new in ((second, spare), (fourth, second), (spare, fourth)):
        trail.attack(swap, old=old, new=new)
    assert [(each.code, each.position) for each in trail.verify().findings] == [
        (Wrong.ROW_ALTERED, 2),
        (Wrong.ROW_ALTERED, 4),
    ]


def test_links_that_change_places_are_found(trail: Trail) -> None:
    trail.kept(5)
    trail.attack(
        "UPDATE audit_seal SET position = CASE position WHEN 2 THEN -4 ELSE -2 END WHERE position IN (2, 4)",
        "UPDATE audit_seal SET position = -position WHERE position < 0",
    )
    assert {each.position for each in trail.verify().findings} >= {2, 4}


def test_a_row_taken_out_of_the_middle_and_the_gap_closed_is_found(trail: Trail) -> None:
    trail.kept(5)
    trail.attack(
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 3)",
        "DELETE FROM audit_seal WHERE position = 3",
        "UPDATE audit_seal SET position = position - 1 WHERE position > 3",
        "UPDATE audit_checkpoint SET position = position - 1",
    )
    assert (Wrong.ROW_ALTERED, 3) in {(each.code, each.position) for each in trail.verify().findings}


def test_a_row_put_into_the_middle_is_found(trail: Trail) -> None:
    trail.kept(5)
    trail.attack(
        _COPY,
        "UPDATE audit_seal SET position = -position - 1 WHERE position >= 3",
        "UPDATE audit_seal SET position = -position WHERE position < 0",
        "INSERT INTO audit_seal (position, kind, entry_id, hash) SELECT 3, 'audit_entry', e.id, s.hash"
        " FROM audit_entry e, audit_seal s WHERE s.position = 2"
        " AND NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = e.id)",
    )
    assert (Wrong.ROW_ALTERED, 3) in {(each.code, each.position) for each in trail.verify().findings}


@pytest.mark.parametrize("waits", [True, False])
def test_a_row_of_somebody_elses_making_is_found_before_and_after_it_is_chained(trail: Trail, waits: bool) -> None:
    trail.kept(3)
    with trail.database.transaction() as session:
        session.execute(text(_COPY))
    if not waits:
        trail.keep()
    assert [each.code for each in trail.verify().findings] == [Wrong.ROW_NOT_OURS]


def test_a_row_passed_off_as_older_than_digests_is_found(trail: Trail) -> None:
    trail.kept(3)
    with trail.database.transaction() as session:
        session.execute(text(_COPY.replace("details, mac", "details")))
        session.execute(text("UPDATE audit_pending SET legacy = true"))
    assert trail.found() == {Wrong.ROW_NOT_OURS}
    trail.keep()
    assert trail.found() == {Wrong.ROW_NOT_OURS}


def test_a_row_changed_or_removed_before_it_is_chained_is_found(trail: Trail) -> None:
    trail.kept(3)
    trail.act(2)
    first, second = trail.ask("SELECT row_id FROM audit_pending ORDER BY seq")
    trail.attack("UPDATE audit_entry SET action = 'x' WHERE id = :id", id=first)
    trail.attack("DELETE FROM audit_entry WHERE id = :id", id=second)
    assert trail.found() == {Wrong.ROW_NOT_OURS, Wrong.ROW_REMOVED_BEFORE_CHAINED}
    trail.keep()
    assert [(each.code, each.position) for each in trail.verify().findings] == [
        (Wrong.ROW_NOT_OURS, 4),
        (Wrong.ROW_REMOVED_BEFORE_CHAINED, 5),
    ]


def test_a_row_kept_from_the_sealer_is_found(trail: Trail) -> None:
    trail.kept(3)
    trail.act(2)
    hidden, _ = trail.ask("SELECT row_id FROM audit_pending ORDER BY seq")
    trail.attack("DELETE FROM audit_pending WHERE row_id = :id", id=hidden)
    trail.keep()
    (finding,) = trail.verify().findings
    assert (finding.code, finding.about["id"]) == (Wrong.ROW_OUTSIDE, str(hidden))


def test_a_row_that_is_chained_is_not_chained_again(trail: Trail) -> None:
    trail.kept(3)
    trail.attack("INSERT INTO audit_pending (kind, row_id) SELECT kind, entry_id FROM audit_seal, (VALUES (1), (2)) v")
    trail.kept(1)
    report = trail.verify()
    assert (report.findings, report.length) == ([], 4)


def test_a_row_that_commits_late_is_not_passed_over(trail: Trail) -> None:
    with trail.database.transaction() as slow:
        write_audit(slow, SYSTEM, "test.act", "thing", new_id())
        trail.kept(1)
        assert trail.verify().length == 1
    trail.keep()
    report = trail.verify()
    assert (report.findings, report.length) == ([], 2)


def test_a_session_without_a_key_writes_nothing(trail: Trail) -> None:
    trail.database.info.clear()
    with pytest.raises(RuntimeError, match="no key"):
        trail.act()
    assert trail.ask("SELECT id FROM audit_entry") == []


def test_a_chunk_takes_the_same_few_statements_however_large_it_is(trail: Trail) -> None:
    counted = []
    event.listen(trail.database.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    taken = []
    for count in (2, 40):
        trail.act(count)
        counted.clear()
        with trail.database.transaction() as session:
            seal_audit(session, VAULT, first_time=lambda: True)
        taken.append(len(counted))
    assert taken[0] == taken[1] <= 8


def test_every_covered_table_tells_the_sealer_of_its_rows(trail: Trail) -> None:
    told = "SELECT CAST(CAST(tgrelid AS regclass) AS text) FROM pg_trigger WHERE tgname = 'audit_pending'"
    assert set(trail.ask(f"{told} AND tgenabled = 'O'")) == set(covered_tables())
    for table in covered_tables().values():
        assert {"id", "at", "seq", "mac"} <= set(table.columns.keys())
