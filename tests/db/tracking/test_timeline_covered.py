"""The timeline and the clock of a dossier are covered by the audit trail: what is done to them afterwards is found."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.audit.findings import Wrong
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.storage import FolderStore
from kernel.work import Work
from tests.conftest import VAULT
from tests.db.tracking.conftest import Scene, any_version, office_of
from tests.support.trail import Trail
from tracking.service import officer
from tracking.service.notices import record_told

_ACCEPTED = "(SELECT id FROM timeline_entry WHERE event = 'accept')"


@pytest.fixture
def trail(clean_database: Database, tmp_path: Path, clock: SettableClock) -> Trail:
    """A dossier with a life behind it, a transaction an act, all chained and anchored."""
    office = office_of(clean_database, clock)
    with clean_database.transaction() as session:
        scene = Scene(Work(session, VAULT, clock), office, FolderStore(tmp_path), clock)
        dossier = scene.submitted(scene.citizen())
        receiver, appraiser = scene.officer("receiver"), scene.officer("appraiser")
    with clean_database.transaction() as session:
        work = Work(session, VAULT, clock)
        officer.accept_dossier(work, receiver, office, dossier.id, any_version)
        officer.start_processing(work, appraiser, office, dossier.id, any_version)
        officer.move_step(work, appraiser, office, dossier.id, any_version, action="advance", note="Nội bộ")
    with clean_database.transaction() as session:
        record_told(Work(session, VAULT, clock), [_told(dossier.id)])
    trail = Trail(clean_database, tmp_path)
    trail.keep()
    return trail


def _told(dossier_id: UUID) -> dict[str, str]:
    now = "2026-11-20T03:00:00+00:00"
    return {
        "dossier_id": str(dossier_id),
        "delivery_id": str(dossier_id),
        "status": "delivered",
        "channel": "sms",
        "at": now,
    }


def test_an_untouched_life_holds(trail: Trail) -> None:
    report = trail.verify()
    kinds = trail.ask("SELECT DISTINCT kind FROM audit_seal")
    assert (report.findings, report.waiting, set(kinds)) == ([], 0, {"audit_entry", "timeline_entry", "clock_entry"})
    (missing,) = trail.ask("SELECT count(*) FROM timeline_entry WHERE mac IS NULL")
    assert missing == 0


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (f"UPDATE timeline_entry SET at = at - interval '1 day' WHERE id = {_ACCEPTED}", Wrong.ROW_ALTERED),  # noqa: S608
        ("UPDATE timeline_entry SET reason_told = true WHERE reason IS NOT NULL", Wrong.ROW_ALTERED),
        ("UPDATE timeline_entry SET reason = NULL WHERE reason IS NOT NULL", Wrong.ROW_ALTERED),
        ("UPDATE timeline_entry SET actor_name = 'x' WHERE event = 'start'", Wrong.ROW_ALTERED),
        ("UPDATE timeline_entry SET details = '{}' WHERE event = 'accept'", Wrong.ROW_ALTERED),
        ("UPDATE timeline_entry SET to_state = '3' WHERE event = 'accept'", Wrong.ROW_ALTERED),
        ("DELETE FROM timeline_entry WHERE event = 'advance'", Wrong.ROW_REMOVED),
        ("DELETE FROM timeline_entry WHERE event = 'submit'", Wrong.ROW_REMOVED),
        ("UPDATE clock_entry SET at = at + interval '1 day'", Wrong.ROW_ALTERED),
        ("UPDATE clock_entry SET kind = 'pause'", Wrong.ROW_ALTERED),
        ("DELETE FROM clock_entry", Wrong.ROW_REMOVED),
    ],
)
def test_what_is_done_to_a_life_is_found(trail: Trail, attack: str, code: Wrong) -> None:
    (dossier,) = trail.ask("SELECT id FROM dossier")
    trail.attack(attack)
    findings = trail.verify().findings
    assert {finding.code for finding in findings} == {code}
    assert all(finding.about["table"] in ("timeline_entry", "clock_entry") for finding in findings)
    if code is Wrong.ROW_ALTERED:
        assert all(finding.about["dossier_id"] == str(dossier) for finding in findings)
        assert all(finding.at is not None for finding in findings)


def test_rows_that_change_their_order_are_found(trail: Trail) -> None:
    trail.attack(
        "ALTER TABLE timeline_entry ALTER COLUMN seq DROP IDENTITY",
        "UPDATE timeline_entry SET seq = -seq WHERE event IN ('accept', 'start')",
        "ALTER TABLE timeline_entry ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (START WITH 1000)",
    )
    assert len(trail.verify().findings) == 2


@pytest.mark.parametrize("table", ["timeline_entry", "clock_entry"])
@pytest.mark.parametrize("how", ["with the triggers", "without them"])
def test_a_row_put_into_a_life_is_found(trail: Trail, table: str, how: str) -> None:
    given = ("id", "seq")
    names = [
        name
        for name in trail.ask("SELECT column_name FROM information_schema.columns WHERE table_name = :name", name=table)
        if name not in given and name != "cause_id"
    ]
    listed = ", ".join(names)
    copy = f"INSERT INTO {table} (id, {listed}) SELECT gen_random_uuid(), {listed} FROM {table} LIMIT 1"  # noqa: S608
    if how == "without them":
        trail.attack(copy)
    else:
        with trail.database.transaction() as session:
            session.execute(text(copy))
        assert trail.found() == {Wrong.ROW_NOT_OURS}
    trail.keep()
    (finding,) = trail.verify().findings
    expected = Wrong.ROW_OUTSIDE if how == "without them" else Wrong.ROW_NOT_OURS
    assert (finding.code, finding.about["table"]) == (expected, table)
