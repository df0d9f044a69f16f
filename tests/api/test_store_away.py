"""A file store that does not answer: files are refused for now, readiness tells, and all else goes on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.app import create_app
from outbound.direct.files import open_bounded
from tests.api.residence_support import Evening
from tests.support.s3 import S3, s3_server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def test_files_are_refused_for_now_while_the_store_is_away(evening: Evening, s3: S3) -> None:
    world, files = evening.world, open_bounded(s3.url)
    world.client = create_app(replace(world.held, files=files)).test_client()

    kept = evening.send(evening.sheet("049090000011", "12"))
    assert kept.status_code == 200
    assert world.client.get("/health/ready").get_json() == {
        "status": "ok",
        "checks": {"database": "ok", "keys": "ok", "valkey": "ok", "files": "ok"},
    }
    s3.end()
    refused = evening.send(evening.sheet("049090000013", "12"))
    assert (refused.status_code, refused.get_json()["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    accepted = evening.ask("POST", f"{evening.lodging}/batches/{kept.get_json()['id']}/acceptance", json={})
    assert accepted.status_code in (200, 503)
    assert evening.ask("GET", evening.lodging).status_code == 200
    told = world.client.get("/health/ready", headers={"Accept-Language": "en"})
    assert told.status_code == 200
    assert (told.get_json()["status"], told.get_json()["checks"]["files"]) == ("degraded", "failed")
    assert told.get_json()["reasons"] == {"files": "The file store at MOTCUA_FILES_URL fails: no answer"}
