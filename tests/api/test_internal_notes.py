"""An officer's internal words appear nowhere that a citizen, a partner's key or an anonymous look-up can read.

One dossier goes through a life with marked words at every door; then everybody who is no officer asks everything.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pypdf
import pytest
from sqlalchemy import select, text

from api.contract.openapi import render_detached
from attachments.models import FILE_NAME_FIELD, Upload
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, drain_events
from motcua.wiring.container import event_handlers
from notify.models import BODY_FIELD, VALUES_FIELD, Delivery, Notification
from tests.api.authorisation_requests import every_operation
from tests.api.authorisation_support import OWNER_NAME, OWNER_NUMBER, World
from tests.db.tracking.conftest import Scene
from tracking.models import SECRET_FIELD
from tracking.service.slips import own_slip

INTERNAL: Final = ("NOIBO-BUOC-7F3A", "NOIBO-TRALAI-91CC", "NOIBO-TEPKQ-55D0", "NOIBO-TRACUU-08EE")
TOLD: Final = ("NOIRA-BOSUNG-20AB", "NOIRA-BUOC-B7E1", "NOIRA-RUTLAI-3D44")
OUTSIDE: Final = ("owner", "other citizen", "our hotel's system", "our front desk", "partner", "anonymous")
OPERATIONS: Final = list(every_operation(json.loads(render_detached())))
BY_ID: Final = {each.operation_id: each for each in OPERATIONS}
# What ends the session or the dossier's access that the others are asked with comes last.
_ENDS: Final = ("endSession", "logOut", "endSessions", "revokeOrganisationClient", "revokeAgencyClient")


@dataclass
class Life:
    """A dossier of the owner's, driven over HTTP by its people; `body` is the last answer."""

    world: World
    dossier_id: str

    def act(self, caller: str, name: str, body: dict[str, Any]) -> Any:
        area = "/v1/dossiers" if caller == "owner" else "/v1/desk/dossiers"
        response = self.world.client.post(
            f"{area}/{self.dossier_id}/{name}",
            json=body,
            headers={
                **self.world.callers[caller].headers(),
                "Idempotency-Key": str(new_id()),
                "If-Match": "*",
            },
        )
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()


def _search_for_guests(world: World) -> None:
    """The police say why they look for somebody; the lodging is not to know."""
    response = world.client.post(
        "/v1/police/guest-searches",
        json={"by": "name", "sought": "Nguyễn", "reason": f"Xác minh theo yêu cầu {INTERNAL[3]}"},
        headers={**world.callers["police"].headers(), "Idempotency-Key": str(new_id())},
    )
    assert response.status_code == 200, response.get_data(as_text=True)


def _upload(world: World) -> dict[str, Any]:
    """A result of the officer's, under a name that is nobody else's business."""
    actor = world.held.token_reader.read(world.callers["officer"].token or "")
    with world.work() as work:
        scene = Scene(work, world.held.office, world.held.files, world.held.clock)  # type: ignore[arg-type]
        upload = scene.upload(actor)
        upload.file_name = work.vault.seal(FILE_NAME_FIELD, upload.id, f"{INTERNAL[2]}.jpg")
        return {"upload_id": str(upload.id), "sha256": (upload.sha256 or b"").hex(), "size": upload.size}


@pytest.fixture
def life(world: World) -> Life:
    """Everything an officer can say about a dossier, internal and told, up to the hand-over of its result."""
    owner = world.log_in("owner", OWNER_NUMBER, OWNER_NAME)
    with world.work() as work:
        scene = Scene(work, world.held.office, world.held.files, world.held.clock)  # type: ignore[arg-type]
        dossier = scene.submitted(owner, hkd_tenVN="Hộ kinh doanh Canh Ba")
        work.session.flush()
        assert dossier.lookup_secret is not None
        world.ids |= {"dossier_id": str(dossier.id), "code": dossier.code or ""}
        world.ids["lookup_secret"] = work.vault.open(SECRET_FIELD, dossier.id, dossier.lookup_secret)
    life = Life(world, world.ids["dossier_id"])
    papers = {
        code: [{name: file[name] for name in ("upload_id", "sha256", "size")} for file in files]
        for code, files in _papers(world).items()
    }
    life.act("officer", "supplement-request", {"reason": TOLD[0]})
    life.act("owner", "supplement", {"papers": papers})
    life.act("officer", "acceptance", {})
    life.act("officer", "start", {})
    life.act("officer", "step", {"action": "advance", "note": INTERNAL[0]})
    life.act("officer", "step", {"action": "send_back", "note": INTERNAL[1], "tell_citizen": False})
    life.act("officer", "step", {"action": "advance", "note": TOLD[1], "tell_citizen": True})
    life.act("officer", "results", {"kind": "giay_chung_nhan", "file": _upload(world)})
    life.act("officer", "finish", {})
    life.act("officer", "undo", {"reason": TOLD[2]})
    life.act("officer", "finish", {})
    life.act("officer", "hand-over", {"way": "online"})
    _search_for_guests(world)
    while drain_events(world.held.database, event_handlers(world.held)):
        continue
    return life


def _papers(world: World) -> dict[str, list[dict[str, Any]]]:
    shown = BY_ID["readDossier"].ask(world, world.callers["owner"]).get_json()
    papers: dict[str, list[dict[str, Any]]] = {}
    for file in shown["papers"]:
        papers.setdefault(file["code"], []).append(file)
    return papers


def _ask_all(world: World, caller: str) -> dict[str, str]:
    """What every operation answers to one caller, body and headers, by operation id."""
    said = {}
    for each in sorted(OPERATIONS, key=lambda each: each.operation_id in _ENDS):
        response = each.ask(world, world.callers[caller])
        said[each.operation_id] = _text(response)
    return said


def _text(response: Any) -> str:
    """Everything a reader sees: JSON without escapes, the words of a PDF and of a workbook, else the bytes."""
    return f"{_shown(response)} {sorted(response.headers)}"


def _shown(response: Any) -> str:
    data = response.get_data()
    if data.startswith(b"%PDF-"):
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    body = response.get_json(silent=True)
    return data.decode("latin-1") if body is None else json.dumps(body, ensure_ascii=False)


def _found(said: dict[str, str], words: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(name, word) for name, answer in said.items() for word in words if word in answer}


@pytest.mark.parametrize("caller", OUTSIDE)
def test_nobody_outside_reads_an_internal_word(life: Life, caller: str) -> None:
    said = _ask_all(life.world, caller)
    assert _found(said, INTERNAL) == set()
    if caller == "owner":
        # The words that the law wants told are there, so the search is not blind.
        assert {word for _, word in _found(said, TOLD)} == set(TOLD)
        assert life.world.ids["code"] in said["readSlip"]


def test_the_desk_shows_which_is_which(life: Life) -> None:
    shown = BY_ID["readDeskDossier"].ask(life.world, life.world.callers["officer"]).get_json()
    words = {row["reason"]: row["reason_told"] for row in shown["timeline"] if row["reason"]}
    assert words == {**dict.fromkeys(INTERNAL[:2], False), **dict.fromkeys(TOLD, True)}
    assert [file["file_name"] for file in shown["results"]] == [f"{INTERNAL[2]}.jpg"]


def test_the_holder_of_the_slip_reads_no_words_at_all(life: Life) -> None:
    body = {"code": life.world.ids["code"], "secret": life.world.ids["lookup_secret"]}
    response = life.world.client.post("/v1/lookups", json=body)
    assert response.status_code == 200
    assert [word for word in (*INTERNAL, *TOLD) if word in _text(response)] == []


def test_the_result_goes_by_the_name_it_is_downloaded_by(life: Life) -> None:
    shown = BY_ID["readDossier"].ask(life.world, life.world.callers["owner"]).get_json()
    (result,) = shown["results"]
    assert result["file_name"] == f"{life.world.ids['code']}-giay_chung_nhan.jpg"


def test_no_message_slip_or_event_carries_an_internal_word(life: Life) -> None:
    held = life.world.held
    owner = held.token_reader.read(life.world.callers["owner"].token or "")
    with life.world.work() as work:
        slip = repr(own_slip(work, owner, held.office, UUID(life.dossier_id)))
        rows = work.session.scalars(select(Delivery)).all()
        bodies = [work.vault.open(BODY_FIELD, row.id, row.body) for row in rows if row.body is not None]
        values = [
            work.vault.open(VALUES_FIELD, row.id, row.facts)
            for row in work.session.scalars(select(Notification))
            if row.facts is not None
        ]
        events = [json.dumps(event.payload) for event in work.session.scalars(select(OutboxEvent))]
        audit = [str(row) for row in work.session.execute(text("SELECT details FROM audit_entry"))]
        names = [
            work.vault.open(FILE_NAME_FIELD, row.id, row.file_name) for row in work.session.scalars(select(Upload))
        ]
    everything = [slip, *bodies, *values, *events, *audit]
    assert [word for word in INTERNAL for said in everything if word in said] == []
    assert any(TOLD[0] in body for body in bodies)
    assert f"{INTERNAL[2]}.jpg" in names
