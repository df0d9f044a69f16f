"""`motcua audit` as a person runs it: verify, export, and the acceptance of a restored backup."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.audit.findings import Finding, Wrong
from kernel.audit.keeping import keep_chain
from kernel.database.sessions import Database
from kernel.ids import new_id
from motcua.cli.audit import audit
from motcua.cli.audit_texts import sentence
from motcua.wiring.joins.edge import Container, build_container

_TAIL = (
    "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 2)",
    "DELETE FROM audit_seal WHERE position > 2",
    "DELETE FROM audit_checkpoint WHERE position > 2",
)


@pytest.fixture
def environment(clean_database: Database, database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }


@pytest.fixture
def held(environment: dict[str, str]) -> Iterator[Container]:
    held = build_container(environment)
    yield held
    held.close()


def _act(held: Container, count: int, *, keep: bool = True) -> None:
    for _ in range(count):
        with held.database.transaction() as session:
            write_audit(session, SYSTEM, "test.act", "thing", new_id())
    if keep:
        keep_chain(held.database, held.vault, held.files, time_slice_s=60, told_to_stop=lambda: False)


def _run(environment: dict[str, str], *arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(audit, arguments, env=environment, input=answer, catch_exceptions=False)


def _do(held: Container, *statements: str) -> None:
    with held.database.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def test_a_whole_trail_is_ok_and_says_what_is_not_anchored_yet(environment: dict[str, str], held: Container) -> None:
    _act(held, 3)
    result = _run(environment, "verify")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "OK")
    assert "position 3" in result.output
    assert "Not anchored yet" not in result.output
    _act(held, 2, keep=False)
    result = _run(environment, "verify")
    assert result.exit_code == 0
    assert "Not anchored yet: from" in result.output
    assert "Not in the chain yet: 2 rows" in result.output


def test_what_is_wrong_is_named_in_both_languages_and_by_the_exit_code(
    environment: dict[str, str], held: Container
) -> None:
    _act(held, 3)
    _do(held, "UPDATE audit_entry SET at = at - interval '1 day' WHERE id = (SELECT entry_id FROM audit_seal LIMIT 1)")
    result = _run(environment, "verify")
    assert result.exit_code == 1
    assert "position 1" in result.output
    assert "đã bị sửa" in result.output
    assert "was altered" in result.output


def test_lines_that_were_exported_hold_the_trail_to_what_it_was(
    environment: dict[str, str], held: Container, tmp_path: Path
) -> None:
    _act(held, 2)
    _act(held, 2)
    kept = tmp_path / "kept.txt"
    kept.write_text(_run(environment, "export").output, encoding="utf-8")
    assert _run(environment, "export", "--last").output.splitlines() == kept.read_text().splitlines()[-1:]
    assert _run(environment, "verify", "--anchors", str(kept)).exit_code == 0
    _do(held, *_TAIL)
    for path in (tmp_path / "audit").rglob(f"{4:018d}-*"):
        path.unlink()
    assert _run(environment, "verify").exit_code == 0
    result = _run(environment, "verify", "--anchors", str(kept))
    assert result.exit_code == 1
    assert "older than its anchors" in result.output


def test_a_file_that_holds_no_anchors_is_told(environment: dict[str, str], held: Container, tmp_path: Path) -> None:
    _act(held, 1)
    (tmp_path / "kept.txt").write_text("nothing of the kind\n", encoding="utf-8")
    result = _run(environment, "verify", "--anchors", str(tmp_path / "kept.txt"))
    assert result.exit_code == 1
    assert "line 1" in result.output


def test_a_restored_backup_is_accepted_by_an_act_that_is_told_ever_after(
    environment: dict[str, str], held: Container
) -> None:
    _act(held, 2)
    _act(held, 2)
    _do(held, *_TAIL)
    assert "older than its anchors" in _run(environment, "verify").output
    asked = ("accept-restore", "--reason", "Ổ đĩa hỏng")
    assert _run(environment, *asked, answer="n\n").exit_code == 1
    assert _run(environment, "verify").exit_code == 1
    assert _run(environment, *asked, answer="y\n").exit_code == 0
    _act(held, 1)
    result = _run(environment, "verify")
    assert (result.exit_code, "Ổ đĩa hỏng" in result.output) == (0, True)


def test_nothing_is_accepted_where_no_backup_was_restored(environment: dict[str, str], held: Container) -> None:
    _act(held, 2)
    result = _run(environment, "accept-restore", "--reason", "x", "--yes")
    assert result.exit_code == 1
    assert "not only" in result.output
    assert _run(environment, "accept-restore", "--reason", "  ", "--yes").exit_code == 2


def test_every_finding_has_its_sentence() -> None:
    about = dict.fromkeys(("until", "count", "told_at", "where", "first", "last", "length", "after", "table", "id"), 1)
    for code in Wrong:
        vi, _, en = sentence(Finding(code, 3, None, about)).partition(": ")[2].partition(" / ")
        assert vi
        assert en
