"""A night at a glance, photos, and what is forgotten when."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.storage import FileStore, open_store
from residence.batches.check import check_file
from residence.clock import Exposure
from residence.ledger_models import Transmission, TransmissionItem
from residence.models import Batch, Declaration, Stay
from residence.service import batches, chain, nights, photos, police, reports
from residence.service.batch_findings import findings_of
from residence.service.nights import Night
from residence.service.retention import forget_old
from residence.settings import ResidenceSettings
from residence.transmission.states import ItemState
from tests.db.residence.support import Town, foreigner, guest
from tests.db.residence.test_batches import accept, send, sheet

NIGHT = date(2026, 11, 20)
PHOTO = b"\xff\xd8\xff\xe0 invented"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return open_store(tmp_path.as_uri())


def _night(town: Town) -> Night:
    return nights.read_night(town.work, town.owner, town.desk, town.lodging.id, NIGHT)


def _report(town: Town, *numbers: str) -> list[UUID]:
    told = reports.report_guests(
        town.work, town.owner, town.desk, town.lodging.id, [guest(number) for number in numbers]
    )
    return [each.stay_id for each in told]


def _travel(town: Town, stays: Sequence[UUID], state: ItemState) -> None:
    """As the drain leaves the declarations of these stays."""
    found = town.work.session.scalars(select(Declaration).where(Declaration.stay_id.in_(stays))).all()
    sent = Transmission(
        lodging_id=town.lodging.id, kind="vietnamese", night=NIGHT, arrived_on=NIGHT, declared=len(found)
    )
    town.work.session.add(sent)
    town.work.session.flush()
    for position, link in enumerate(found, 1):
        town.work.session.add(
            TransmissionItem(transmission_id=sent.id, position=position, declaration_id=link.id, state=state.value)
        )
    town.work.session.flush()


def test_an_empty_night_is_open_then_missing_unless_said(town: Town) -> None:
    assert _night(town).state == "open"
    town.clock.instant = datetime(2026, 11, 20, 23, tzinfo=VIETNAM).astimezone(UTC)
    assert _night(town).state == "missing"
    reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT)
    night = _night(town)
    assert (night.state, night.nil, night.staying) == ("nil", True, 0)


def test_what_became_of_each_arrival_is_counted(town: Town) -> None:
    stays = _report(town, *(f"04909000000{number}" for number in range(1, 8)))
    for place, state in enumerate(
        (ItemState.TRANSMITTED, ItemState.CONFIRMED, ItemState.IN_DOUBT, ItemState.REFUSED, ItemState.SENT)
    ):
        _travel(town, [stays[place]], state)
    chain.annul_stay(town.work, town.owner, town.desk, town.lodging.id, stays[6], note="Khai nhầm.")
    night = _night(town)
    assert night.counts._asdict() == {
        "declared": 6,
        "late": 0,
        "on_the_way": 2,
        "transmitted": 1,
        "confirmed": 1,
        "in_doubt": 1,
        "refused": 1,
        "no_account": 0,
    }
    assert (night.state, night.staying, night.exposure) == ("filed", 6, None)


def test_guests_of_an_earlier_night_stay_and_are_no_arrivals(town: Town) -> None:
    _report(town, "049090000001")
    seen = nights.read_night(town.work, town.owner, town.desk, town.lodging.id, NIGHT + timedelta(days=1))
    assert (seen.state, seen.staying, seen.counts.declared) == ("filed", 1, 0)


@pytest.mark.parametrize(("kind", "times"), [("hotel", 2), ("household_business", 1)])
def test_late_guests_and_rejected_rows_show_what_they_may_cost(
    town: Town, files: FileStore, kind: str, times: int
) -> None:
    organisation, owner = town.organise(f"Chủ {kind}", kind)
    town.owner, town.lodging = owner, town.open(owner, organisation)
    town.clock.instant = datetime(2026, 11, 20, 23, 30, tzinfo=VIETNAM).astimezone(UTC)
    accept(town, files, send(town, files, sheet(*(guest(f"04909000000{number}") for number in range(3)), guest("12"))))
    night = _night(town)
    assert (night.counts.late, night.rejected) == (3, 1)
    assert night.exposure == Exposure(4, 4_000_000 * times, 8_000_000 * times)


def test_rejected_rows_are_settled_by_hand_too(town: Town, files: FileStore) -> None:
    broken = [guest("12", full_name="Trần Thị Mẫu"), guest("049090000002", full_name="Ví"), guest("13")]
    accept(town, files, send(town, files, sheet(guest("049090000001"), *broken)))
    # The third rejected one is called like a guest of the same file: whoever was in it settles nothing by name.
    assert _night(town).rejected == 3
    declare = partial(reports.report_guests, town.work, town.owner, town.desk, town.lodging.id)
    declare([guest("049090000003", full_name="Trần Thị Mẫu")])
    assert _night(town).rejected == 2
    [told] = declare([guest("049090000002", full_name="Lê Ví")])
    assert _night(town).rejected == 1
    chain.annul_stay(town.work, town.owner, town.desk, town.lodging.id, told.stay_id, note="Khai nhầm.")
    assert _night(town).rejected == 2


def test_a_guest_twice_in_a_file_is_settled_by_the_first(town: Town, files: FileStore) -> None:
    accept(town, files, send(town, files, sheet(guest("049090000001"), guest("049090000001"))))
    assert _night(town).rejected == 0


def test_only_the_lodging_sees_its_night(town: Town) -> None:
    with pytest.raises(DomainError, match="not_found"):
        nights.read_night(town.work, town.rival, town.desk, town.lodging.id, NIGHT)
    clerk, _ = town.member(town.organisation, "Người dọn phòng")
    with pytest.raises(DomainError, match="mandate_missing"):
        nights.read_night(town.work, clerk, town.desk, town.lodging.id, NIGHT)


def _photograph(town: Town, files: FileStore, stay: UUID) -> str | None:
    key = photos.store_photo(files, town.work.vault, stay, PHOTO)
    return photos.attach_photo(town.work, town.owner, town.desk, town.lodging.id, stay, key)


def test_a_photo_is_sealed_and_the_lodgings_own(town: Town, files: FileStore, tmp_path: Path) -> None:
    (stay,) = _report(town, "049090000001")
    assert _photograph(town, files, stay) is None
    assert PHOTO not in next(path for path in tmp_path.rglob("*") if path.is_file()).read_bytes()
    read = photos.read_photo
    assert read(town.work, town.owner, town.desk, files, town.lodging.id, stay) == PHOTO
    with pytest.raises(DomainError, match="not_found"):
        read(town.work, town.rival, town.desk, files, town.lodging.id, stay)
    before = _photograph(town, files, stay)
    assert before is not None
    assert photos.remove_photo(town.work, town.owner, town.desk, town.lodging.id, stay) != before
    with pytest.raises(DomainError, match="not_found"):
        read(town.work, town.owner, town.desk, files, town.lodging.id, stay)


@pytest.mark.parametrize(
    ("content", "code"), [(b"GIF89a", "photo_not_jpeg"), (PHOTO + bytes(photos.MAX_PHOTO), "photo_too_large")]
)
def test_only_a_jpeg_of_some_size_is_a_photo(content: bytes, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        photos.require_photo(content)


def test_a_photo_goes_before_the_stay_and_the_stay_before_its_count(town: Town, files: FileStore) -> None:
    settings = ResidenceSettings()
    (stay_id,) = _report(town, "049090000001")
    _photograph(town, files, stay_id)
    stay = town.work.session.scalars(select(Stay)).one()
    key = stay.photo_key
    town.clock.advance(settings.photos_kept)
    assert forget_old(town.work, settings) == []
    town.clock.advance(timedelta(seconds=1))
    assert forget_old(town.work, settings) == [key]
    assert stay.photo_key is None
    assert stay.erased_at is None
    town.clock.instant = stay.departure + settings.stays_kept + timedelta(seconds=1)
    forget_old(town.work, settings)
    town.work.session.flush()
    assert (stay.document_index, stay.name_words, stay.room) == (None, [], "")
    (link,) = chain.read_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id).links
    assert (link.kind, link.guest, link.by) == ("arrival", None, "Chủ Khách sạn Thử")
    told = police.read_statistics(town.work, town.officer, NIGHT, NIGHT)
    assert [tuple(row) for row in told.arrivals] == [(NIGHT, "VNM", 1)]
    with pytest.raises(DomainError, match="stay_erased"):
        chain.annul_stay(town.work, town.owner, town.desk, town.lodging.id, stay_id, note="Quá muộn.")


def test_a_file_goes_with_its_findings_and_what_it_declared_stays(town: Town, files: FileStore) -> None:
    settings = ResidenceSettings()
    batch = accept(town, files, send(town, files, sheet(guest(), guest("12"))))
    forgotten = send(town, files, sheet(foreigner()))
    town.clock.advance(settings.files_kept + timedelta(seconds=1))
    assert sorted(forget_old(town.work, settings)) == sorted([batch.file_key, forgotten.file_key])
    town.work.session.flush()
    assert [each.id for each in town.work.session.scalars(select(Batch))] == [batch.id]
    assert (batch.accepted, findings_of(town.work, batch), batches.file_name_of(town.work, batch)) == (
        1,
        [],
        "",
    )
    # The file that was never accepted may begin anew.
    verdict = check_file(sheet(foreigner()).content, town.work.now())
    assert verdict.rows == 1
    assert send(town, files, sheet(foreigner())).id != forgotten.id
