"""Officers find any dossier of their agencies: open or closed, by whatever a person at the counter can tell."""

from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.actor import Actor
from kernel.audit import AuditEntry
from tests.db.tracking.conftest import GO_NOI, PHONE, Scene, any_version
from tracking.handover import HandOverWay
from tracking.models import PHONE_FIELD, PHONE_INDEX, Dossier
from tracking.reading.views import Reader
from tracking.search.keys import Place
from tracking.search.typed import read_sought
from tracking.service import officer
from tracking.service.search import renew_search_keys, search_dossiers


class Counter:
    """An officer with two dossiers: one open, one handed over."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.receiver = scene.officer("receiver")
        person = scene.citizen("Đặng H'Hen Thử")
        self.closed = scene.finished(person, hkd_tenVN="HỘ KINH DOANH Mì Quảng Bà Thử")
        officer.hand_over_result(
            scene.work, scene.officer("hand_over"), scene.office, self.closed.id, any_version, way=HandOverWay.COUNTER
        )
        self.open = scene.submitted(scene.citizen("Nguyễn Văn Mẫu"), hkd_tenVN="HỘ KINH DOANH Cơm Tấm Cô Mẫu")
        # The phone was the other person's before: the dossier keeps the one it was filed with.
        self.open.notify_phone = scene.work.vault.seal(PHONE_FIELD, self.open.id, PHONE)
        self.open.phone_index = scene.work.vault.index(PHONE_INDEX, PHONE)
        scene.work.session.flush()

    def find(self, typed: str, *, actor: Actor | None = None, **how: Any) -> list[str]:
        work = self.scene.work
        reader = Reader(work.session.connection(), work.vault, "vi")
        asked = {"state": None, "after": None, "limit": 20, **how}
        lines = search_dossiers(work, actor or self.receiver, self.scene.office, reader, read_sought(typed), **asked)
        return [line["id"] for line in lines]


@pytest.fixture
def counter(scene: Scene) -> Counter:
    return Counter(scene)


@pytest.mark.parametrize(
    "typed", ["Đặng", "dang", "ÐẶNG", "hhen", "h'hen thử", "thu dang", "mi quang", "Mì Quảng Bà", "quảng thử"]
)
def test_a_closed_dossier_is_found_by_its_names(counter: Counter, typed: str) -> None:
    assert counter.find(typed) == [str(counter.closed.id)]


def test_every_code_is_found_as_people_type_it(counter: Counter) -> None:
    for dossier in (counter.open, counter.closed):
        code = dossier.code or ""
        _, day, number = code.rsplit("-", 2)
        for typed in (code, code.lower(), code.replace("-", "\u2013"), f"{day}-{number}", f"{day}{number}"):
            assert str(dossier.id) in counter.find(typed), typed
        assert str(dossier.id) in counter.find(number.lstrip("0"))


def test_a_phone_finds_open_ones_before_closed_ones(counter: Counter) -> None:
    assert counter.find("0912 345 678") == [str(counter.open.id), str(counter.closed.id)]
    assert counter.find("0912345679") == []


def test_an_identity_number_finds_its_owners_dossiers(counter: Counter) -> None:
    person = counter.scene.office.people.person_card(counter.scene.work, counter.closed.applicant_id)
    assert person.identity_number is not None
    assert counter.find(person.identity_number) == [str(counter.closed.id)]
    assert counter.find("049299999999") == []


def test_what_is_asked_of_a_status_is_of_that_status(counter: Counter) -> None:
    assert counter.find("0912345678", state=10) == [str(counter.closed.id)]
    assert counter.find("0912345678", state=1) == [str(counter.open.id)]
    assert counter.find("0912345678", state=8) == []


def test_nobody_finds_what_is_anothers(counter: Counter) -> None:
    stranger = counter.scene.officer("receiver", agency=GO_NOI)
    for typed in ("mi quang", "0912345678", counter.closed.code or "", "1"):
        assert counter.find(typed, actor=stranger) == []


def test_a_draft_is_nobodys_business(counter: Counter) -> None:
    counter.scene.draft(counter.scene.citizen("Phan Bản Nháp"))
    counter.scene.work.session.flush()
    assert counter.find("phan nhap") == []


def test_pages_go_from_the_open_ones_into_the_closed_ones(counter: Counter) -> None:
    first = counter.find("0912345678", limit=1)
    assert first == [str(counter.open.id)]
    assert counter.open.order_at is not None
    place = Place(counter.open.order_at.isoformat(), counter.open.id)
    assert counter.find("0912345678", limit=1, after=place) == [str(counter.closed.id)]
    assert counter.find("0912345678", limit=1, after=Place(None, counter.closed.id)) == []


def test_a_common_word_finds_the_latest_closed_ones_a_page_at_a_time(counter: Counter) -> None:
    session = counter.scene.work.session
    session.execute(text("UPDATE dossier SET search_text = ' nguyen thi mau '"))
    session.execute(text("UPDATE dossier SET state = 10 WHERE state = 1"))
    both = [str(counter.open.id), str(counter.closed.id)]
    assert counter.find("nguyen mau") == sorted(both, reverse=True)
    newest = counter.find("nguyen", limit=1)
    assert newest == [max(both)]
    assert counter.find("nguyen", limit=1, after=Place(None, max(counter.open.id, counter.closed.id))) == [min(both)]


def test_a_number_that_ends_no_code_is_looked_for_among_names(scene: Scene) -> None:
    counter = Counter(scene)
    third = scene.submitted(scene.citizen("Trần Văn Số"), hkd_tenVN="HỘ KINH DOANH Quán 7979")
    scene.work.session.flush()
    assert counter.find("7979") == [str(third.id)]


def test_what_was_made_by_older_rules_is_made_anew(counter: Counter) -> None:
    session = counter.scene.work.session
    session.execute(text("UPDATE dossier SET search_text = ' an older key ', phone_index = NULL, search_version = 0"))
    session.expire_all()
    assert counter.find("mi quang") == []
    while renew_search_keys(counter.scene.work, counter.scene.office):
        session.flush()
    assert counter.find("mi quang") == [str(counter.closed.id)]
    assert len(counter.find(PHONE)) == 2
    assert set(session.scalars(select(Dossier.search_version))) == {2}


def test_a_search_leaves_one_audit_row_without_what_was_sought(counter: Counter) -> None:
    counter.find("0912345678")
    (row,) = counter.scene.work.session.scalars(select(AuditEntry).where(AuditEntry.action == "desk.search"))
    assert row.details == {"agency": counter.receiver.agency_code, "by": "phone"}
