"""The audit trail of a running system: whole after what people did, and not whole once its database was touched."""

import subprocess
import sys

from sqlalchemy import create_engine, text

from journey.handset import wait
from motcua.local.stack import ROOT
from tests.support.system import PATIENCE_S, System

_MOVE = "UPDATE timeline_entry SET at = at {} interval '1 day' WHERE event = 'accept' AND dossier_id = :dossier"


def _verify(system: System) -> tuple[int, str]:
    command = [sys.executable, "-m", "motcua", "audit", "verify"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(system.stack.environment), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _anchored(system: System) -> bool:
    engine = create_engine(system.stack.environment["MOTCUA_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            waiting = "SELECT EXISTS (SELECT FROM audit_pending) OR EXISTS (SELECT FROM audit_checkpoint"
            return not connection.scalar(text(f"{waiting} WHERE anchored_at IS NULL)"))
    finally:
        engine.dispose()


def _move(system: System, dossier_id: str, sign: str) -> None:
    engine = create_engine(system.stack.environment["MOTCUA_DATABASE_URL"])
    try:
        with engine.begin() as connection:
            assert connection.execute(text(_MOVE.format(sign)), {"dossier": dossier_id}).rowcount == 1
    finally:
        engine.dispose()


def test_a_timeline_that_was_moved_by_a_day_is_found(system: System) -> None:
    dossier = system.filed("mau")
    system.office().receiver.accept(dossier["id"])
    system.told("mau", dossier["id"], 2)
    wait(lambda: _anchored(system), "the anchors of all that happened", PATIENCE_S)
    code, said = _verify(system)
    assert (code, said.splitlines()[-1]) == (0, "OK"), said
    _move(system, dossier["id"], "-")
    try:
        code, said = _verify(system)
        assert code == 1, said
        assert dossier["id"] in said
        assert "timeline_entry" in said
    finally:
        _move(system, dossier["id"], "+")
    assert _verify(system)[0] == 0
