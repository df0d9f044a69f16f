"""A database that lacks a migration under a running web worker: callers are told to come back, readiness says why."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from kernel.database.sessions import Database
from migrations import head_revision
from tests.api.authorisation_support import World

LACKING = (
    ("ALTER TABLE dossier RENAME TO dossier_to_come", "ALTER TABLE dossier_to_come RENAME TO dossier"),
    ("ALTER TABLE dossier RENAME COLUMN order_at TO old", "ALTER TABLE dossier RENAME COLUMN old TO order_at"),
    ("ALTER TABLE agency RENAME TO agency_to_come", "ALTER TABLE agency_to_come RENAME TO agency"),
)


@contextmanager
def altered(database: Database, there: str, back: str, revision: str | None) -> Iterator[None]:
    """The schema as `there` leaves it, said to be of `revision`."""
    set_revision = text("UPDATE alembic_version SET version_num = :revision")
    with database.transaction() as session:
        session.execute(text(there))
        session.execute(set_revision, {"revision": revision or head_revision()})
    try:
        yield
    finally:
        with database.transaction() as session:
            session.execute(text(back))
            session.execute(set_revision, {"revision": head_revision()})


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("there", "back"), LACKING)
def test_a_request_is_told_to_come_back_and_readiness_says_why(
    world: World, clean_database: Database, there: str, back: str, language: str
) -> None:
    headers = {**world.callers["owner"].headers(), "Accept-Language": language}
    with altered(clean_database, there, back, "0001"):
        told = world.client.get("/v1/dossiers", headers=headers)
        assert (told.status_code, told.get_json()["code"]) == (503, "unavailable")
        assert int(told.headers["Retry-After"]) > 0
        assert told.headers["Content-Language"] == language
        ready = world.client.get("/health/ready", headers=headers)
        assert (ready.status_code, ready.get_json()["checks"]["database"]) == (503, "failed")
        assert "motcua migrate" in ready.get_json()["reasons"]["database"]
    assert world.client.get("/v1/dossiers", headers=headers).status_code == 200
    assert world.client.get("/health/ready", headers=headers).get_json()["checks"]["database"] == "ok"


def test_a_statement_of_ours_that_cannot_be_is_no_old_schema(world: World, clean_database: Database) -> None:
    there, back = LACKING[1]
    with altered(clean_database, there, back, None):
        told = world.client.get("/v1/dossiers", headers=world.callers["owner"].headers())
    assert (told.status_code, told.get_json()["code"]) == (500, "internal")
