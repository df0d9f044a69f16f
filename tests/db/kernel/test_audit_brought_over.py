"""A chain of before, whose links needed no key, is brought over: what stands already is taken in once, and judged."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, text

from kernel.audit import sign_rows_with
from kernel.audit.findings import Wrong
from kernel.database.sessions import Database
from migrations.steps import migrate, step_back
from tests.conftest import VAULT
from tests.support.revisions import database_before, number_before
from tests.support.throwaway import Servers
from tests.support.trail import Trail
from tracking.models import TimelineEntry

_NAME: Final = "keyed_audit_chain"
_ENTRY: Final = text("""
INSERT INTO audit_entry (id, actor_kind, action, object_type, details)
VALUES (gen_random_uuid(), 'system', :action, 'thing', '{"n": 1, "word": "chữ"}') RETURNING *
""")
_SEAL: Final = text(
    "INSERT INTO audit_seal (position, entry_id, xid, seq, hash) VALUES (:position, :id, :xid, :seq, :h)"
)
_CHECKPOINT: Final = text("INSERT INTO audit_checkpoint (position, hash, signature) VALUES (:position, :h, :signature)")
_TIMELINE: Final = text("""
INSERT INTO timeline_entry (id, dossier_id, at, axis, event, actor_kind, details)
VALUES (gen_random_uuid(), gen_random_uuid(), now(), 'business', 'submit', 'citizen', '{}')
""")


def _older_trail(engine: Engine) -> None:
    """Five chained entries with two checkpoints, one entry that waits, and a row of a timeline."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        link = bytes(32)
        for position in range(1, 6):
            row = connection.execute(_ENTRY, {"action": f"test.act_{position}"}).mappings().one()
            link = _older_link(link, row)
            place = {"position": position, "h": link}
            connection.execute(_SEAL, {**place, "id": row["id"], "xid": row["xid"], "seq": row["seq"]})
            if position in (2, 5):
                connection.execute(_CHECKPOINT, {**place, "signature": _older_signature(position, link)})
        connection.execute(_ENTRY, {"action": "test.waits"})
        connection.execute(_TIMELINE)


def _older_link(previous: bytes, row: Any) -> bytes:
    names = ("id", "at", "actor_kind", "actor_id", "session_id", "action", "object_type", "object_id", "details")
    content = [row[name] for name in names]
    said = [
        each if isinstance(each, dict) else each.isoformat() if name == "at" else str(each)
        for name, each in zip(names, content, strict=True)
    ]
    return hashlib.sha256(previous + json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).digest()


def _older_signature(position: int, link: bytes) -> bytes:
    return hmac.digest(VAULT.derive("audit checkpoint"), position.to_bytes(8, "big") + link, hashlib.sha256)


def _trail(url: str, folder: Path) -> Trail:
    database = Database(url)
    sign_rows_with(database.info, VAULT)
    return Trail(database, folder)


@pytest.mark.parametrize(
    ("tampering", "first_wrong", "wrong"),
    [
        (None, None, 0),
        ("UPDATE audit_entry SET action = 'x' WHERE action = 'test.act_3'", 3, 1),
        ("DELETE FROM audit_entry WHERE action = 'test.act_4'", 4, 1),
        ("UPDATE audit_checkpoint SET signature = 'x' WHERE position = 2", 2, 1),
        ("UPDATE audit_seal SET hash = 'x' WHERE position = 3", 3, 2),
    ],
)
def test_what_stands_is_taken_in_and_judged(
    servers: Servers, tmp_path: Path, tampering: str | None, first_wrong: int | None, wrong: int
) -> None:
    assert TimelineEntry.__tablename__ == "timeline_entry"
    with database_before(servers, _NAME) as (url, engine):
        _older_trail(engine)
        if tampering is not None:
            with engine.begin() as connection:
                connection.execute(text(tampering))
        engine.dispose()
        migrate(url)
        trail = _trail(url, tmp_path)
        assert trail.found() == {Wrong.LINK_WITHOUT_KEY}
        for _ in range(3):
            trail.keep()
        report = trail.verify()
        broken = [each for each in report.findings if each.code is Wrong.OLDER_CHAIN_BROKEN]
        assert [(each.position, each.about["count"]) for each in broken] == ([(first_wrong, wrong)] if wrong else [])
        assert len(report.findings) == (0 if wrong == 0 else 2 if "DELETE" in (tampering or "") else 1)
        # Five of before, then the one that waited, the timeline's, and what was written of the upgrade.
        assert (report.length, report.anchored) == (8, 8)
        _tampering_afterwards_is_found(trail)
        trail.database.dispose()


def _tampering_afterwards_is_found(trail: Trail) -> None:
    known = trail.verify().wrong
    trail.attack("UPDATE timeline_entry SET at = at - interval '1 day'")
    report = trail.verify()
    assert report.wrong == known + 1
    assert Wrong.ROW_ALTERED in {finding.code for finding in report.findings}


def test_the_older_program_begins_its_chain_anew_after_a_downgrade(servers: Servers, tmp_path: Path) -> None:
    with database_before(servers, _NAME) as (url, engine):
        _older_trail(engine)
        engine.dispose()
        migrate(url)
        trail = _trail(url, tmp_path)
        trail.kept(2)
        trail.database.dispose()
        step_back(url, number_before(_NAME))
        with engine.connect() as connection:
            (entries,) = connection.execute(text("SELECT count(*) FROM audit_entry WHERE xid > 0")).scalars()
            (seals,) = connection.execute(text("SELECT count(*) FROM audit_seal")).scalars()
        assert (entries, seals) == (9, 0)
