"""Whoever looks after keys is told by message what becomes of them, by the same drain that plans all others."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from auth.models import PHONE_FIELD, Phone
from auth.organisations.service import clients, members, organisations
from auth.organisations.service.succession import Fate
from auth.service.register import enter_person
from kernel.actor import Actor, ActorKind
from kernel.clock import local
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.outbox import drain_events
from kernel.work import Work
from motcua.wiring.container import event_handlers
from motcua.wiring.joins.edge import Container, build_container
from notify.models import BODY_FIELD

_CHIEF, _CLERK = ("049090000001", "Nguyễn Văn Thử"), ("049190000001", "Trần Thị Mẫu")


@pytest.fixture
def held(clean_database: Database, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Container]:
    assert clean_database is not None
    values = {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }
    container = build_container(values)
    yield container
    container.close()


def _person(work: Work, who: tuple[str, str]) -> Actor:
    person = enter_person(work, *who, level=2)
    row = new_id()
    phone = work.vault.seal(PHONE_FIELD, row, "+84905000001")
    index = work.vault.index(PHONE_FIELD, f"{who[0]}")
    work.session.add(Phone(id=row, person_id=person.id, number=phone, number_index=index, verified_at=work.now()))
    work.session.flush()
    return Actor(ActorKind.CITIZEN, person_id=person.id, identity_level=2)


def _told(held: Container) -> dict[tuple[str, str], str]:
    """(template, channel) -> what the newest message says."""
    while drain_events(held.database, event_handlers(held)):
        continue
    with held.database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT n.kind, d.channel, d.id, d.body FROM delivery d JOIN notification n ON n.id = d.notification_id"
                " ORDER BY d.id"
            )
        )
        return {(row.kind, row.channel): held.vault.open(BODY_FIELD, row.id, row.body) for row in rows}


@pytest.mark.parametrize("how", ["end", "take_over"])
def test_the_representative_is_told(held: Container, how: str) -> None:
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        chief, clerk = _person(work, _CHIEF), _person(work, _CLERK)
        hotel = organisations.register_organisation(
            work, chief, kind="hotel", name="Khách sạn Thử", number="4001234567", display_name="Chủ"
        )
        today = local(work.now()).date()
        hired = members.NewMember(_CLERK[0], "Lễ tân", "staff", ("manage_clients",), today)
        member = members.add_member(work, chief, hotel.id, hired)
        asked = clients.NewClient("Phần mềm quầy", ("organisation:read",), work.now() + timedelta(days=30))
        clients.create_organisation_client(work, clerk, hotel.id, asked)
        own = next(each for each in members.list_members(work, chief, hotel.id) if each.person_id == chief.person_id)
        fate = Fate("end") if how == "end" else Fate("take_over", own.id)
        members.end_member(work, chief, hotel.id, member.id, fate)
    told = _told(held)
    if how == "end":
        assert "Khach san Thu: Khoa ket noi Phan mem quay da ngung" in told["clients.ended", "sms"]
        assert "Phần mềm quầy" in told["clients.ended", "inbox"]
    else:
        assert set(told) == {("clients.taken_over", "inbox")}
        assert "Chủ chịu trách nhiệm về khóa Phần mềm quầy" in told["clients.taken_over", "inbox"]
