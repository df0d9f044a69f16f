"""The lodging of "our" hotel, its guest, photo and file, the police of its commune, and those of another one."""

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from auth.organisations.service import clients
from auth.service import officers
from kernel.actor import SYSTEM, Actor
from kernel.clock import local
from kernel.work import Work
from residence.batches.check import check_file
from residence.models import Declaration, Lodging
from residence.receipts import receipts
from residence.service import batches, lodgings, photos, police, reports
from residence.service.batches import SentFile
from residence.service.lodgings import NewLodging
from residence.sheets.guests import write_guests
from residence.states import LodgingEvent
from residence.transmission.planner import plan_transmissions
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

if TYPE_CHECKING:
    from tests.api.authorisation_support import World

LODGING_NAME, GUEST_NAME, PASSPORT = "Nhà nghỉ Sao Mai Thử", "TESTOVA GUESTINA", "K7654321"
PHOTO: Final = b"\xff\xd8\xff\xe0 invented"
POLICE, OTHER_POLICE = "H17.CA.20551", "H17.CA.20587"
_SCOPES: Final = ("residence:report", "residence:read")
_RAW: Final = {
    "sendOrganisationPaper": "application/octet-stream",
    "sendBatch": "application/octet-stream",
    "setPhoto": "image/jpeg",
}


def furnish(world: "World", owner: Actor, rival: Actor) -> None:
    """Adds all of that to the world; both hotels stand already."""
    _officers(world)
    with world.work() as work:
        lodging = _lodging(world, work, owner, UUID(world.ids["organisation_id"]), LODGING_NAME, "20551")
    with world.work() as work:
        _fill(world, work, owner, lodging)
    _systems(world, owner, rival)
    world.ids["lodging_id"] = str(lodging.id)
    world.secrets += [LODGING_NAME, GUEST_NAME, PASSPORT, *(world.ids[name] for name in ("lodging_id", "stay_id"))]


def _officers(world: "World") -> None:
    today = local(world.held.clock.now()).date()
    for name, number, shown, agency in (
        ("police", "049186000016", "Lương Thị Trú", POLICE),
        ("other police", "049086000018", "Mai Văn Xa", OTHER_POLICE),
    ):
        with world.work() as work:
            asked = officers.Appointment(number, shown, agency, ("resident_police",), today - timedelta(days=9))
            officers.enter_office(work, SYSTEM, asked)
        world.log_in(name, number, shown, "officer")


def _lodging(world: "World", work: Work, owner: Actor, organisation: UUID, name: str, commune: str) -> Lodging:
    asked = NewLodging(organisation, name, "hotel", "1 đường Thử", commune, "zalo")
    lodging = lodgings.register_lodging(work, owner, world.held.residence, asked)
    officer = world.held.token_reader.read(world.callers["police"].token or "")
    police.decide_lodging(work, officer, lodging.id, LodgingEvent.APPROVE)
    return work.session.get_one(Lodging, lodging.id)


def _fill(world: "World", work: Work, owner: Actor, lodging: Lodging) -> None:
    held, today = world.held, local(work.now()).date()
    guest = foreign_guest(today, PASSPORT, full_name=GUEST_NAME)
    (told,) = reports.report_guests(work, owner, held.residence, lodging.id, [guest])
    key = photos.store_photo(held.files, held.vault, told.stay_id, PHOTO)
    photos.attach_photo(work, owner, held.residence, lodging.id, told.stay_id, key)
    sheet = io.BytesIO()
    write_guests(sheet, [vietnamese_guest(today), vietnamese_guest(today, "12")])
    sent = SentFile("khach.xlsx", sheet.getvalue())
    verdict = check_file(sent.content, work.now())
    batch = batches.record_batch(work, owner, held.residence, lodging.id, sent, verdict)
    batches.keep_content(held.files, held.vault, batch, sent.content)
    world.ids |= {"stay_id": str(told.stay_id), "batch_id": str(batch.id), **_sent(world, work, owner, lodging, today)}


def _sent(world: "World", work: Work, owner: Actor, lodging: Lodging, night: date) -> dict[str, str]:
    """Its way to the authority begins, and a receipt says so."""
    work.session.flush()
    (declaration,) = work.session.scalars(select(Declaration.id))
    told = {"lodging_id": str(lodging.id), "batch_id": None, "declaration_ids": [str(declaration)]}
    plan_transmissions(work.session, told, 50)
    receipt = receipts.issue_receipt(work, owner, world.held.residence, lodging.id, night=night)
    return {"declaration_id": str(declaration), "receipt_id": str(receipt.row.id)}


def _systems(world: "World", owner: Actor, rival: Actor) -> None:
    """The keys of both hotels for their software; ours reads and reports, and so does the rival's."""
    ends = world.held.clock.now() + timedelta(days=9)
    for name, actor, organisation in (
        ("our front desk", owner, world.ids["organisation_id"]),
        ("other hotel's front desk", rival, world.ids["other_organisation_id"]),
    ):
        with world.work() as work:
            key = clients.NewClient("Phần mềm lễ tân", _SCOPES, ends)
            issued = clients.create_organisation_client(work, actor, UUID(organisation), key)
        world.callers[name] = type(world.callers["owner"])(name, issued.key)


def raw_body(operation_id: str) -> dict[str, Any]:
    """What goes with a request whose body is not JSON."""
    if operation_id not in _RAW:
        return {}
    content = {"setPhoto": PHOTO, "sendOrganisationPaper": PHOTO}.get(operation_id, b"[]")
    return {"data": content, "content_type": _RAW[operation_id]}


def query(operation_id: str, world: "World") -> dict[str, str]:
    today = local(world.held.clock.now()).date().isoformat()
    # Unsaid, the night is still yesterday's until 08:00.
    wanted = {
        "readStatistics": {"first": today, "last": today},
        "listPoliceGuests": {"night": today},
        "sendOrganisationPaper": {"agency_code": world.ids["agency_code"]},
    }
    return wanted.get(operation_id, {})


def lodging_bodies(world: "World") -> dict[str, Any]:
    today = local(world.held.clock.now()).date()
    guest = {
        "full_name": "TESTOV GUEST",
        "birth_date": "1990-03-08",
        "sex": "M",
        "nationality": "FRA",
        "document_number": "K0000009",
        "arrival": today.isoformat(),
        "departure": (today + timedelta(days=1)).isoformat(),
        "residence_expiry": (today + timedelta(days=20)).isoformat(),
        "name_confirmed": True,
    }
    later = today + timedelta(days=5)
    return {**_of_lodgings(world), **_of_stays(guest, later), **_of_police(), **_of_the_authority(world, today)}


def _of_the_authority(world: "World", night: date) -> dict[str, Any]:
    return {
        "issueReceipt": {"night": night.isoformat()},
        "verifyReceipt": {"code": "BN-2222222222", "signature": "AAAA-AAAA-AAAA-AAAA"},
        "settleUndelivered": {"declaration_ids": [world.ids["declaration_id"]], "resolution": "there"},
    }


def _of_lodgings(world: "World") -> dict[str, Any]:
    lodging = {"name": "Nhà nghỉ Mới", "kind": "homestay", "address": "2 đường Thử", "commune_code": "20551"}
    return {
        "registerLodging": {**lodging, "organisation_id": world.ids["organisation_id"]},
        "changeLodging": {"reminder_channel": "sms"},
        "resubmitLodging": {},
        "closeLodging": {},
        "setRooms": {"rooms": [{"name": "101", "beds": 2}]},
        "setStaff": {"member_ids": []},
        "reportNil": {},
    }


def _of_stays(guest: dict[str, Any], later: Any) -> dict[str, Any]:
    return {
        "readDocument": {"source": "qr", "text": "049090000001||Nguyễn Văn Thử|02091990|Nam|Điện Bàn|01012022"},
        "reportGuests": {"guests": [guest]},
        "extendStay": {"departure": later.isoformat()},
        "leaveEarly": {"left": guest["arrival"]},
        "correctStay": {"guest": guest},
        "annulStay": {"note": "Khai nhầm."},
        "findGuest": {"document_number": PASSPORT},
        "acceptBatch": {},
    }


def _of_police() -> dict[str, Any]:
    return {
        "approveLodging": {},
        "refuseLodging": {"reason": "Thiếu giấy phép."},
        "suspendLodging": {"reason": "Tạm đình chỉ."},
        "resumeLodging": {},
        "searchGuests": {"by": "document", "sought": PASSPORT, "reason": "Kiểm tra theo yêu cầu nghiệp vụ."},
    }
