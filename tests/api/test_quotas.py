"""What one account or organisation may hold is bounded, also when a crowd asks at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from auth.organisations.service import clients, members, organisations
from auth.organisations.service.clients import NewClient
from auth.organisations.service.members import NewMember
from kernel.actor import Actor
from kernel.clock import local
from kernel.errors import DomainError
from kernel.work import Work
from residence.service import batches, lodgings, photos
from residence.service.lodgings import NewLodging
from tests.api.authorisation_lodging import PHOTO
from tests.api.authorisation_support import World
from tests.api.residence_support import Evening

Try = Callable[[World, Work, Actor, int], object]
_CROWD = 8


def _key(world: World, work: Work, owner: Actor, number: int) -> object:
    asked = NewClient(f"Máy {number}", ("organisation:read",), work.now() + timedelta(days=9))
    return clients.create_organisation_client(work, owner, UUID(world.ids["organisation_id"]), asked)


def _member(world: World, work: Work, owner: Actor, number: int) -> object:
    asked = NewMember(f"0491900{number:05d}", "Lễ tân Thử", "staff", (), local(work.now()).date())
    return members.add_member(work, owner, UUID(world.ids["organisation_id"]), asked)


def _organisation(_world: World, work: Work, owner: Actor, number: int) -> object:
    return organisations.register_organisation(
        work, owner, kind="hotel", name="Nhà nghỉ Thử", number=f"40099{number:05d}", display_name="Người Thử"
    )


def _lodging(world: World, work: Work, owner: Actor, number: int) -> object:
    asked = NewLodging(
        organisation_id=UUID(world.ids["organisation_id"]),
        name=f"Cơ sở {number}",
        kind="hotel",
        address="1 Đường Thử",
        commune_code="20551",
        reminder_channel="sms",
    )
    return lodgings.register_lodging(work, owner, world.held.residence, asked)


@pytest.mark.parametrize(
    ("module", "bound", "attempt", "refusal"),
    [
        (clients, "MOST_CLIENTS", _key, "too_many_clients"),
        (members, "MOST_MEMBERS", _member, "too_many_members"),
        (organisations, "MOST_ORGANISATIONS", _organisation, "too_many_organisations"),
        (lodgings, "MOST_LODGINGS", _lodging, "too_many_lodgings"),
    ],
)
def test_a_crowd_passes_no_bound(
    world: World, monkeypatch: pytest.MonkeyPatch, module: object, bound: str, attempt: Try, refusal: str
) -> None:
    owner = world.held.token_reader.read(world.callers["owner"].token or "")
    most = 4
    monkeypatch.setattr(module, bound, most)

    def one(number: int) -> str:
        try:
            with world.work() as work:
                attempt(world, work, owner, number)
        except DomainError as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(_CROWD) as threads:
        crowd = list(threads.map(one, range(_CROWD)))
    # Some were there before; how many is the world's affair, but the next one is refused.
    assert set(crowd) == {"made", refusal}
    assert one(99) == refusal
    monkeypatch.setattr(module, bound, most + 1)
    assert (one(100), one(101)) == ("made", refusal)


def test_a_lodging_keeps_so_many_files_and_photos(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_FILES", 2)
    numbers = [f"0490900000{number}" for number in range(10, 13)]
    sheets = [evening.sheet(number) for number in numbers]
    answers = [evening.send(sheet) for sheet in sheets]
    assert "too_many_batches" in {answer.get_json().get("code") for answer in answers}
    assert evening.send(sheets[0]).status_code == answers[0].status_code
    monkeypatch.setattr(batches, "MOST_FILES", 1000)
    monkeypatch.setattr(batches, "MOST_HELD", 100)
    assert evening.send(evening.sheet("049090000019")).get_json()["code"] == "too_many_batches"

    told = evening.report(*(evening.guest(f"K000002{number}") for number in range(3))).get_json()["items"]
    monkeypatch.setattr(photos, "MOST_PHOTOS", 2)
    stays = [f"{evening.lodging}/stays/{each['stay_id']}/photo" for each in told]

    def put(path: str) -> str:
        answer = evening.ask("PUT", path, data=PHOTO, content_type="image/jpeg")
        return "kept" if answer.status_code == 204 else str(answer.get_json()["code"])

    before = len(evening.world.held.files.list("residence/photos"))
    with ThreadPoolExecutor(3) as threads:
        kept = list(threads.map(put, stays))
    assert "too_many_photos" in kept
    assert len(evening.world.held.files.list("residence/photos")) == before + kept.count("kept")
    # One that replaces another takes no further room.
    if "kept" in kept:
        assert put(stays[kept.index("kept")]) == "kept"


def test_a_list_that_cannot_be_read_leaves_no_bytes(evening: Evening) -> None:
    before = evening.world.held.files.list("residence")
    batch = evening.send(b"\x89PNG\r\n invented").get_json()
    assert batch["state"] == "refused"
    assert evening.world.held.files.list("residence") == before
    sheet = evening.ask("GET", f"{evening.lodging}/batches/{batch['id']}/error-sheet")
    assert sheet.get_json()["code"] == "nothing_to_correct"
