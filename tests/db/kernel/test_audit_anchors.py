"""What lies outside the database shows that the chain's end is gone, and bears being restored from a backup."""

import json
from pathlib import Path

import pytest

from kernel.audit.anchors import Anchor, NotAnAnchor, anchors_of
from kernel.audit.chain import Chain
from kernel.audit.findings import Wrong
from kernel.audit.restoring import NotARestore, accept_restore
from kernel.database.sessions import Database
from kernel.vault import Vault
from tests.support.trail import Trail

_TAIL = (
    "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > :last)",
    "DELETE FROM audit_seal WHERE position > :last",
    "DELETE FROM audit_checkpoint WHERE position > :last",
)


@pytest.fixture
def trail(clean_database: Database, tmp_path: Path) -> Trail:
    return Trail(clean_database, tmp_path)


def _cut(trail: Trail, last: int) -> None:
    trail.attack(*(statement.replace(":last", str(last)) for statement in _TAIL))


def test_an_end_that_was_cut_off_is_missed(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(4)
    _cut(trail, 3)
    (finding,) = trail.verify().findings
    assert (finding.code, finding.position) == (Wrong.ANCHORS_DO_NOT_FIT, 7)
    assert finding.about == {"after": 3, "length": 3, "count": 1, "first": 7, "last": 7}


def test_an_end_that_was_cut_off_is_missed_also_when_the_chain_has_grown_again(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(2)
    _cut(trail, 3)
    trail.kept(9)
    (finding,) = trail.verify().findings
    assert (finding.code, finding.about["after"], finding.about["last"]) == (Wrong.ANCHORS_DO_NOT_FIT, 3, 5)


def test_a_chain_begun_anew_is_found(trail: Trail) -> None:
    trail.kept(5)
    trail.attack("TRUNCATE audit_entry, audit_seal, audit_checkpoint, audit_pending")
    assert trail.found() == {Wrong.ANCHORS_DO_NOT_FIT}
    trail.kept(8)
    assert trail.found() == {Wrong.ANCHORS_DO_NOT_FIT}


def test_links_taken_away_and_made_anew_by_the_sealer_are_found(trail: Trail) -> None:
    trail.kept(5)
    trail.attack(
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 3)",
        "DELETE FROM audit_seal WHERE position >= 3",
        "DELETE FROM audit_checkpoint",
        "INSERT INTO audit_pending (kind, row_id) SELECT 'audit_entry', id FROM audit_entry e"
        " WHERE NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = e.id) ORDER BY seq",
    )
    trail.keep()
    assert trail.found() == {Wrong.ANCHORS_DO_NOT_FIT}


def test_links_without_a_key_are_made_anew_but_do_not_fit(trail: Trail) -> None:
    trail.kept(5)
    trail.attack(
        "UPDATE audit_entry SET action = 'x' WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 3)",
        "UPDATE audit_seal SET hash = NULL WHERE position >= 3",
        "DELETE FROM audit_checkpoint",
    )
    trail.keep()
    trail.keep()
    assert {Wrong.ANCHORS_DO_NOT_FIT, Wrong.ROW_NOT_OURS, Wrong.OLDER_CHAIN_BROKEN} <= trail.found()


def test_a_deleted_anchor_is_missed(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(2)
    trail.objects()[0].unlink()
    (finding,) = trail.verify().findings
    assert (finding.code, finding.position) == (Wrong.ANCHOR_MISSING, 3)


@pytest.mark.parametrize("how", ["altered", "replaced by an older one", "moved", "empty", "bytes"])
def test_an_anchor_that_is_not_as_it_was_is_found(trail: Trail, how: str) -> None:
    trail.kept(3)
    trail.kept(2)
    first, second = trail.objects()
    match how:
        case "altered":
            second.write_text(second.read_text().replace("motcua-audit-2 5", "motcua-audit-2 6"))
        case "replaced by an older one":
            second.write_text(first.read_text())
        case "moved":
            second.rename(second.with_name(second.name.replace("05-", "09-")))
        case "empty":
            second.write_text("")
        case "bytes":
            second.write_bytes(bytes(range(256)))
    assert Wrong.ANCHOR_NOT_OURS in trail.found()


def test_an_anchor_is_never_written_over(trail: Trail) -> None:
    trail.kept(3)
    before = [path.read_bytes() for path in trail.objects()]
    trail.attack("UPDATE audit_checkpoint SET anchored_at = NULL")
    trail.keep()
    assert [path.read_bytes() for path in trail.objects()] == before
    assert trail.found() == set()


def test_an_anchor_that_was_not_written_in_time_is_written_later(trail: Trail) -> None:
    trail.kept(3)
    trail.objects()[0].unlink()
    trail.attack("UPDATE audit_checkpoint SET anchored_at = NULL")
    assert trail.verify().anchored == 0
    trail.keep()
    assert (trail.verify().anchored, trail.found()) == (3, set())


def test_a_checkpoint_that_nobody_signed_is_not_anchored(trail: Trail) -> None:
    trail.kept(3)
    trail.attack("UPDATE audit_checkpoint SET anchored_at = NULL, signature = 'x'")
    trail.objects()[0].unlink()
    trail.kept(1)
    assert [path.name[:18] for path in trail.objects()] == [f"{4:018d}"]


def test_exported_lines_hold_where_database_and_store_were_cut_together(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(4)
    lines = trail.lines()
    trail.objects()[-1].unlink()
    _cut(trail, 3)
    assert trail.found() == set()
    (finding,) = trail.verify(lines).findings
    assert (finding.code, finding.about["last"]) == (Wrong.ANCHORS_DO_NOT_FIT, 7)


def test_lines_of_another_key_or_none_at_all_are_named(trail: Trail) -> None:
    trail.kept(2)
    (line,) = trail.lines()
    other = Chain(Vault({1: bytes(32)}, b"another key of thirty-two octets"))
    found = list(anchors_of(["", "nonsense", line], other))
    assert [(each.where, each.anchor) for each in found] == [("line 2", None), ("line 3", None)]
    assert Wrong.ANCHOR_NOT_OURS in trail.found([line.replace(line[-4:], "0000")])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "motcua-audit-2 0 2026-11-30T00:00:00.000000+00:00 " + "0" * 64 + " " + "0" * 64,
        "motcua-audit-2 1 2026-13-30T00:00:00.000000+00:00 " + "0" * 64 + " " + "0" * 64,
        "motcua-audit-2 1 2026-11-30T00:00:00.000000+00:00 " + "0" * 63 + " " + "0" * 64,
        "motcua-audit-2 ١ 2026-11-30T00:00:00.000000+00:00 " + "0" * 64 + " " + "0" * 64,
    ],
)
def test_what_is_no_anchor_is_refused(line: str) -> None:
    with pytest.raises(NotAnAnchor):
        Anchor.read(line)


def test_an_older_backup_is_told_plainly_and_accepted_by_an_act(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(2)
    _cut(trail, 3)
    report = trail.verify()
    assert {finding.code for finding in report.findings} == {Wrong.ANCHORS_DO_NOT_FIT}
    with trail.database.transaction() as session:
        accept_restore(session, report, "máy chủ hỏng")
    trail.kept(3)
    trail.kept(1)
    report = trail.verify()
    assert report.findings == []
    assert [(each.after, each.until, each.reason) for each in report.restores] == [(3, 5, "máy chủ hỏng")]
    # What is cut off after the act is missed as before.
    _cut(trail, 7)
    assert trail.found() == {Wrong.ANCHORS_DO_NOT_FIT}


def test_only_a_restore_can_be_accepted(trail: Trail) -> None:
    trail.kept(3)
    with trail.database.transaction() as session, pytest.raises(NotARestore):
        accept_restore(session, trail.verify(), "x")
    trail.kept(2)
    _cut(trail, 3)
    trail.attack("UPDATE audit_entry SET action = 'x'")
    with trail.database.transaction() as session, pytest.raises(NotARestore):
        accept_restore(session, trail.verify(), "x")


def test_nobody_without_the_key_accepts_a_restore(trail: Trail) -> None:
    trail.kept(3)
    trail.kept(2)
    _cut(trail, 3)
    trail.attack(
        "INSERT INTO audit_entry (id, actor_kind, action, object_type, details, mac)"
        " SELECT gen_random_uuid(), 'system', 'audit.restore_accepted', 'audit_seal', CAST(:details AS jsonb), mac"
        " FROM audit_entry LIMIT 1",
        details=json.dumps({"after": 3, "until": 5, "at": "2099-01-01T00:00:00+00:00", "reason": "x"}),
    )
    trail.attack(
        "INSERT INTO audit_pending (kind, row_id) SELECT 'audit_entry', id FROM audit_entry ORDER BY seq DESC LIMIT 1",
    )
    trail.keep()
    assert Wrong.ANCHORS_DO_NOT_FIT in trail.found()
