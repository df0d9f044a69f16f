"""A backup of a system at work, restored elsewhere: log-in, dossier and result are there, byte for byte."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from journey.account import LoginRefused
from journey.casework import walk_to_finish
from journey.household import AGENCY, PROCEDURE
from journey.phone import look_up
from journey.uploads import upload
from journey.wire import Refused
from kernel.configuration.settings import DATABASE_URL, FILES_URL, MASTER_KEY, Environment
from kernel.storage import open_store
from motcua.backup.archive import DATABASE, Manifest, parts
from motcua.backup.database import restore
from motcua.backup.errors import BackupError
from motcua.backup.making import make_backup
from motcua.backup.place import Place
from motcua.backup.restoring import restore_backup
from motcua.local.loopback import request
from tests.support.system import System, papers, running_system
from tests.support.throwaway import Servers


@dataclass(frozen=True)
class Kept:
    """What was there when the backup was made."""

    file: Path
    manifest: Manifest
    key: str
    dossier: Any
    secret: str
    result: bytes


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    file = tmp_path_factory.mktemp("backup") / "một cửa.backup"
    with running_system() as system:
        filed = system.filed("thu")
        office = system.office()
        office.receiver.accept(filed["id"])
        walk_to_finish(office, filed["id"])
        office.leader.hand_over(filed["id"])
        phone = system.citizen("thu")
        told = system.told("thu", filed["id"], 5)
        result = phone.file(filed["id"], told["results"][0]["id"]).body
        env = Environment(system.stack.environment)
        place = Place(DATABASE_URL.read(env), open_store(FILES_URL.read(env)), MASTER_KEY.read(env))
        with _working(system):
            manifest = make_backup(place, file, lambda _size: None)
        yield Kept(
            file,
            manifest,
            system.stack.environment["MOTCUA_MASTER_KEY"],
            phone.dossier(filed["id"]),
            filed["lookup_secret"],
            result,
        )


@contextmanager
def _working(system: System) -> Iterator[None]:
    """People file papers all the while."""
    over, done = threading.Event(), list[str]()
    phone = system.newcomer("gia")

    def work() -> None:
        while not over.is_set():
            done.append(phone.open_draft(PROCEDURE, AGENCY)["id"])
            upload(phone, papers()[len(done) % 2])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
        assert done


def _holds_what_was_kept(system: System, kept: Kept) -> None:
    phone = system.newcomer("thu")
    shown = phone.dossier(kept.dossier["id"])
    assert shown == kept.dossier
    assert phone.file(shown["id"], shown["results"][0]["id"]).body == kept.result
    for paper in shown["papers"]:
        assert phone.file(shown["id"], paper["id"]).body in [each.content for each in papers()]
    assert look_up(system.wire(), shown["code"], kept.secret)["status"]["code"] == 10
    # And it goes on from there.
    assert system.newcomer("vidu").open_draft(PROCEDURE, AGENCY)["id"]


def _restored(folder: Path, said: dict[str, str], kept: Kept) -> None:
    heard: list[str] = []
    found = restore_backup(
        folder, kept.file, said, replace=False, say=heard.append, told=lambda _stage: lambda _size: None
    )
    assert found == kept.manifest


def test_a_backup_goes_into_an_empty_state_folder(kept: Kept) -> None:
    with running_system(lambda folder, said: _restored(folder, said, kept), MASTER_KEY=kept.key) as system:
        _holds_what_was_kept(system, kept)


def test_a_backup_goes_into_servers_that_are_there(kept: Kept, servers: Servers, tmp_path: Path) -> None:
    name = f"{servers.prefix}_restored"
    servers.order(f'CREATE DATABASE "{name}"')
    with running_system(
        lambda folder, said: _restored(folder, said, kept),
        MASTER_KEY=kept.key,
        DATABASE_URL=servers.database_url("restored"),
        FILES_URL=tmp_path.as_uri(),
    ) as system:
        _holds_what_was_kept(system, kept)


def test_a_system_whose_database_is_replaced_under_it_goes_on_with_the_new_one(kept: Kept, tmp_path: Path) -> None:
    with running_system(MASTER_KEY=kept.key) as system:
        # Its own keys, catalogue and log-ins are in use when they vanish.
        system.newcomer("thu")
        files = open_store(system.stack.environment["MOTCUA_FILES_URL"])
        dumped = tmp_path / DATABASE
        for name, content, _size in parts(kept.file, kept.manifest):
            if name == DATABASE:
                dumped.write_bytes(content.read())
            else:
                files.put(name.removeprefix("files/"), content.read())
        over, seen = threading.Event(), list[int]()
        asking = threading.Thread(target=_ask, args=(system, kept, over, seen))
        asking.start()
        try:
            _replace(system.stack.environment["MOTCUA_DATABASE_URL"], dumped)
            time.sleep(3)
        finally:
            over.set()
            asking.join()
        assert set(seen) <= {200, 401, 404, 429, 503}
        assert seen[-1] != 503
        status, said = request("GET", f"{system.api_url}/health/ready")
        assert (status, b'"keys":"ok"' in said) == (200, True)
        _holds_what_was_kept(system, kept)


def _replace(database_url: str, dumped: Path) -> None:
    """As somebody does by hand while everything runs: the locks of a busy database may take several tries."""
    for _ in range(30):
        try:
            return restore(database_url, dumped)
        except BackupError:
            time.sleep(0.5)
    raise AssertionError("the database could not be replaced")


def _ask(system: System, kept: Kept, over: threading.Event, seen: list[int]) -> None:
    """Log-ins and what follows them without a pause, and a few look-ups, whatever they are answered."""
    wire = system.wire()
    # More would be too many tries of one caller.
    few = iter(range(4))

    def look() -> object:
        return look_up(wire, kept.dossier["code"], kept.secret) if next(few, None) is not None else None

    while not over.is_set():
        for call in (lambda: system.newcomer("mau").open_draft(PROCEDURE, AGENCY), look):
            try:
                call()
                seen.append(200)
            except Refused as refused:
                seen.append(refused.answer.status)
            except LoginRefused:
                seen.append(401)
            time.sleep(0.2)
