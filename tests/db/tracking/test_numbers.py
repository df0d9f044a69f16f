"""Numbers of dossiers: none is given twice, and nobody who files waits for somebody else's commit."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.storage import FolderStore
from kernel.work import Work
from tests.conftest import VAULT
from tests.db.tracking.conftest import DIEN_BAN, GO_NOI, Scene, office_of
from tracking.numbers import DossierNumbers
from tracking.office import Office

DAY = date(2026, 11, 20)


@pytest.fixture
def office(clean_database: Database, clock: SettableClock) -> Office:
    return office_of(clean_database, clock)


def test_numbers_begin_at_one_for_each_agency_and_day(office: Office) -> None:
    given = [
        office.numbers.next(agency, day)
        for agency, day in ((DIEN_BAN, DAY), (DIEN_BAN, DAY), (GO_NOI, DAY), (DIEN_BAN, date(2026, 11, 21)))
    ]
    assert given == [1, 2, 1, 1]


def test_no_number_is_given_twice_to_many_who_ask_at_once(office: Office) -> None:
    with ThreadPoolExecutor(8) as askers:
        given = list(askers.map(lambda _: office.numbers.next(DIEN_BAN, DAY), range(200)))
    assert sorted(given) == list(range(1, 201))


def test_who_files_does_not_wait_for_the_commit_of_another(
    office: Office, clean_database: Database, clock: SettableClock, tmp_path: Path
) -> None:
    with clean_database.transaction() as session:
        scene = Scene(Work(session, VAULT, clock), office, FolderStore(tmp_path), clock)
        thu, mau = scene.citizen("Nguyễn Văn Thử"), scene.citizen("Lê Thị Mẫu")
    with clean_database.transaction() as session:
        first = replace(scene, work=Work(session, VAULT, clock)).submitted(thu)
        with clean_database.transaction() as another:
            second = replace(scene, work=Work(another, VAULT, clock)).submitted(mau, hkd_tenVN="Hộ kinh doanh Quán Mẫu")
    assert (first.code, second.code) == (f"{DIEN_BAN}-261120-0001", f"{DIEN_BAN}-261120-0002")


def test_a_submission_that_fails_leaves_a_gap(office: Office, clean_database: Database) -> None:
    def fail() -> None:
        with clean_database.transaction():
            assert office.numbers.next(DIEN_BAN, DAY) == 1
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert office.numbers.next(DIEN_BAN, DAY) == 2


def test_only_the_commit_of_the_number_does_not_wait_for_the_disk(engine: Engine, office: Office) -> None:
    assert office.numbers.next(DIEN_BAN, DAY) == 1
    shown = text("SHOW synchronous_commit")
    with engine.connect() as connection:
        connection.execute(text("SET synchronous_commit = on"))
        connection.commit()
        assert DossierNumbers(lambda: nullcontext(connection)).next(DIEN_BAN, DAY) == 2
        assert connection.scalar(shown) == "off"
        connection.commit()
        assert connection.scalar(shown) == "on"
