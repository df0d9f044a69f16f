"""The police find guests whatever sign was typed, those declared under older rules after the sweep too."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.vault import Sealed
from residence.guests import Moment
from residence.models import DOCUMENT_INDEX, WORD_INDEX, Declaration, Stay
from residence.reading.name_search import KEYS_VERSION
from residence.service import chain, police, reports
from residence.service.guest_keys import renew_guest_keys
from tests.db.residence.support import Town, foreigner, guest

REASON = "Xác minh theo yêu cầu nghiệp vụ."
NAMES = ("Ðặng Văn Ðức", "H'Hen Niê", "Nguyễn Thị Kim-Ngân")
LATER = Moment(date(2026, 11, 24), time(12))
NUMBERS = ("049090000001", "049090000002", "049090000003")


@pytest.fixture
def guests(town: Town) -> Town:
    told = [guest(number, full_name=name) for number, name in zip(NUMBERS, NAMES, strict=True)]
    told.append(foreigner("K0000001", full_name="MUELLER TEST ANNE MARIE"))
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, told)
    return town


def _found(town: Town, sought: str, by: police.SearchBy = "name") -> list[str]:
    found = police.search_guests(town.work, town.officer, by, sought, REASON)
    return [each.guest.document_number for each in found if each.guest is not None]


def _make_old(town: Town) -> None:
    """Keys as older rules made them: of words as they are written, of numbers as they are typed."""
    session, vault = town.work.session, town.work.vault
    for stay in session.scalars(select(Stay).order_by(Stay.id)).all():
        old = vault.index(WORD_INDEX, "an older word")
        stay.name_words = [int.from_bytes(old[:8], "big", signed=True)]
        stay.document_index = vault.index(DOCUMENT_INDEX, f"older {stay.id}")
        stay.key_version = 0
    session.flush()


SOUGHT: list[Any] = [
    ("dang", NUMBERS[0]),
    ("Đặng Văn Đức", NUMBERS[0]),
    ("ÐẶNG", NUMBERS[0]),
    ("H’Hen", NUMBERS[1]),
    ("HHEN NIE", NUMBERS[1]),
    ("h hen", NUMBERS[1]),
    ("Kim Ngân", NUMBERS[2]),
    ("NGUYEN<<THI<KIM<NGAN", NUMBERS[2]),
    ("Kim–Ngân", NUMBERS[2]),
    ("Müller", "K0000001"),
    ("Anne-Marie", "K0000001"),
]


@pytest.mark.parametrize(("sought", "number"), SOUGHT)
def test_a_guest_is_found_whatever_sign_is_typed(guests: Town, sought: str, number: str) -> None:
    assert _found(guests, sought) == [number]


def test_a_guest_of_before_is_found_after_the_sweep(guests: Town) -> None:
    _make_old(guests)
    assert [_found(guests, sought) for sought, _ in SOUGHT] == [[]] * len(SOUGHT)
    assert renew_guest_keys(guests.work) == 4
    assert [_found(guests, sought) for sought, _ in SOUGHT] == [[number] for _, number in SOUGHT]
    assert [_found(guests, number, "document") for number in NUMBERS] == [[number] for number in NUMBERS]
    assert renew_guest_keys(guests.work) == 0


def test_a_sweep_that_is_killed_goes_on_where_it_was(guests: Town) -> None:
    _make_old(guests)
    session = guests.work.session
    # The transaction of the first piece never commits.
    piece = session.begin_nested()
    assert renew_guest_keys(guests.work) == 4
    piece.rollback()
    session.expire_all()
    assert set(session.scalars(select(Stay.key_version))) == {0}
    assert renew_guest_keys(guests.work) == 4
    assert set(session.scalars(select(Stay.key_version))) == {KEYS_VERSION}


def test_a_correction_is_found_by_its_own_keys(guests: Town) -> None:
    _make_old(guests)
    stay = guests.work.session.scalars(select(Stay).order_by(Stay.id)).first()
    assert stay is not None
    chain.extend_stay(guests.work, guests.owner, guests.desk, guests.lodging.id, stay.id, LATER)
    assert stay.key_version == KEYS_VERSION


def test_two_documents_that_become_one_keep_their_stays(guests: Town) -> None:
    """The later stay keeps its old key: one document is not two stays of a night."""
    session, vault = guests.work.session, guests.work.vault
    first, second = session.scalars(select(Stay).order_by(Stay.id).limit(2)).all()
    row = session.scalars(select(Declaration).where(Declaration.stay_id == second.id)).one()
    same = guest(NUMBERS[0], full_name=NAMES[1]).to_json()
    row.content = vault.seal("declaration.content", row.id, same)
    second.key_version = 0
    session.flush()
    before = second.document_index
    assert renew_guest_keys(guests.work) == 1
    assert second.document_index == before != first.document_index


def test_what_does_not_open_stops_no_sweep(guests: Town) -> None:
    _make_old(guests)
    session = guests.work.session
    row = session.scalars(select(Declaration).order_by(Declaration.id)).first()
    assert row is not None
    row.content = Sealed(bytes(40))
    session.flush()
    assert renew_guest_keys(guests.work) == 4
    assert sum(bool(_found(guests, sought)) for sought in ("dang", "hhen", "ngan", "Müller")) == 3


def test_what_is_erased_is_left_alone(guests: Town) -> None:
    session = guests.work.session
    session.execute(
        text("UPDATE stay SET erased_at = now(), document_index = NULL, name_words = '{}', key_version = 0")
    )
    session.expire_all()
    assert renew_guest_keys(guests.work) == 0
