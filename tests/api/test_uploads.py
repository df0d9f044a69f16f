"""Uploads over HTTP: what is refused leaves nothing in the store, and no account holds more than its bounds."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from attachments.models import Upload
from attachments.service import pieces as upload_pieces
from attachments.service.uploads import KEPT_UNATTACHED, MAX_OPEN_UPLOADS, expire_uploads
from motcua.processes.loops import keep_house
from tests.api.authorisation_support import World
from tests.api.upload_support import PIECE, Phone, photo, refused
from tracking.models import Dossier
from tracking.service.drafts import MAX_DRAFTS

TEXT = b"This is no photograph. " * 4000


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (TEXT, 415, "file_type_unknown"),
        (b"MZ" + bytes(90_000), 415, "file_type_unknown"),
        (photo()[:-40], 422, "file_damaged"),
        (b"%PDF-1.7 cut off" + bytes(5000), 422, "file_damaged"),
        (
            b"%PDF-1.7\n9 0 obj\n<</Filter /Adobe.PubSec>>\nendobj\ntrailer <</Encrypt 9 0 R>>\n%%EOF",
            422,
            "file_locked",
        ),
        (b"x", 415, "file_type_unknown"),
    ],
)
@pytest.mark.parametrize("calls", [1, 3])
def test_a_refused_file_is_told_with_its_last_piece_and_leaves_nothing(
    phone: Phone, content: bytes, status: int, code: str, calls: int
) -> None:
    before = phone.objects()
    place = phone.begin(len(content), filetype=b"image/jpeg")
    step, offset = -(-len(content) // calls), 0
    answer = None
    while offset < len(content) and (answer is None or answer.status_code == 204):
        answer = phone.piece(place, content[offset : offset + step], offset)
        offset += step
    assert answer is not None
    refused(answer, status, code)
    assert phone.objects() == before
    shown = phone.read(place)
    assert (shown["state"], shown["refusal"]) == ("refused", code)
    # As often as it is sent again, the reason is the answer.
    refused(phone.piece(place, content, 0), status, code)
    assert phone.objects() == before


def test_what_is_refused_on_its_way_leaves_nothing(phone: Phone) -> None:
    content = photo()
    place = phone.begin(len(content))
    assert phone.piece(place, content[:5000]).status_code == 204
    before = phone.objects()
    refused(phone.piece(place, content[:5000], 0), 409, "upload_offset_conflict")
    refused(phone.piece(place, content[5000:] + b"!", 5000), 413, "upload_past_its_size")
    refused(phone.piece(place, content[5000:], 5000, **{"Content-Type": "image/jpeg"}), 415, "unsupported_media_type")
    refused(phone.piece(place, content[5000:], 5000, **{"Tus-Resumable": "0.2.2"}), 412, "tus_version")
    assert phone.objects() == before
    chunks = {
        "wsgi.input": io.BytesIO(content[5000:] + b"!" * (3 << 20)),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
    }
    headers = {**phone.headers, **PIECE, "Upload-Offset": "5000"}
    without_length = phone.world.client.open(place, method="PATCH", headers=headers, environ_overrides=chunks)
    refused(without_length, 413, "upload_past_its_size")
    assert phone.objects() == before
    assert phone.piece(place, content[5000:], 5000).status_code == 204
    refused(phone.piece(place, b"!", len(content)), 409, "upload_closed")
    assert len(phone.objects()) == len(before)


def test_of_pieces_that_race_one_is_kept(phone: Phone) -> None:
    content = photo() + bytes(2 << 20)
    place = phone.begin(len(content))
    before = len(phone.objects())
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: phone.piece(place, content).status_code, range(4)))
    assert answers.count(204) == 1
    assert set(answers) <= {204, 409}
    assert phone.read(place)["state"] == "complete"
    assert len(phone.objects()) == before + 3


def test_a_file_deleted_or_expired_leaves_nothing_not_even_what_a_killed_process_put(phone: Phone) -> None:
    held, before = phone.world.held, phone.objects()
    for end in ("deleted", "expired"):
        place = phone.begin(50_000)
        assert phone.piece(place, photo()[:3000]).status_code == 204
        held.files.put(f"uploads/{place.rsplit('/', 1)[1]}/never-recorded", b"by a process that was killed")
        if end == "deleted":
            assert phone.ask("DELETE", place).status_code == 204
        else:
            with phone.world.work() as work:
                upload = work.session.scalars(select(Upload).where(Upload.received == 3000)).one()
                upload.expires_at = upload.created_at - KEPT_UNATTACHED
            for answer in (phone.piece(place, b"x", 3000), phone.ask("GET", place)):
                refused(answer, 404, "not_found")
            assert phone.ask("HEAD", place).status_code == 404
            keep_house(held)
        assert phone.objects() == before
    with phone.world.work() as work:
        assert expire_uploads(work) == []


def test_an_upload_whose_last_piece_was_recorded_by_a_process_that_died_is_settled_by_who_asks(phone: Phone) -> None:
    content = photo()
    for method, refusal in (("GET", None), ("HEAD", None), ("GET", "file_damaged")):
        sent = content if refusal is None else content[:-40]
        place = phone.begin(len(sent))
        upload_id = place.rsplit("/", 1)[1]
        _record_only(phone, upload_id, sent)
        assert phone.ask(method, place).status_code == 200
        shown = phone.read(place)
        assert (shown["state"], shown["refusal"]) == (("complete" if refusal is None else "refused"), refusal)


def _record_only(phone: Phone, upload_id: str, content: bytes) -> None:
    held = phone.world.held
    with phone.world.work() as work:
        upload = work.session.get_one(Upload, upload_id)
        actor = held.token_reader.read(phone.headers["Authorization"].removeprefix("Bearer "))
        piece = upload_pieces.store_piece(held.files, held.vault, upload.id, 0, content)
        upload_pieces.record_pieces(work, actor, upload.id, [piece])


def test_many_small_pieces_leave_few_objects(phone: Phone) -> None:
    content = photo() + bytes(40_000)
    before = len(phone.objects())
    place = phone.begin(len(content))
    most, offset = 0, 0
    for size in [1] * 60 + [3, 2, 1] * 10 + [100, 99, 98, 97, 96, 50, 25]:
        assert phone.piece(place, content[offset : offset + size], offset).status_code == 204
        offset += size
        most = max(most, len(phone.objects()) - before)
    assert most <= 20
    assert phone.piece(place, content[offset:], offset).status_code == 204
    assert len(phone.objects()) == before + 1
    assert phone.read(place)["state"] == "complete"


def test_an_account_has_so_many_open_uploads_and_drafts_also_in_a_race(phone: Phone) -> None:
    agency = {"procedure_code": "1.001612", "agency_code": phone.world.ids["agency_code"]}

    def begin(_number: int) -> int:
        return phone.ask("POST", "/v1/uploads", Upload_Length="9").status_code

    def draft(number: int) -> int:
        headers = {**phone.headers, "Idempotency-Key": f"draft-{number}"}
        return phone.world.client.post("/v1/dossiers", json=agency, headers=headers).status_code

    with ThreadPoolExecutor(12) as threads:
        begun = list(threads.map(begin, range(MAX_OPEN_UPLOADS + 14)))
        opened = list(threads.map(draft, range(MAX_DRAFTS + 14)))
    assert set(begun) == set(opened) == {201, 409}
    with phone.world.work() as work:
        owner = work.session.scalars(select(Upload.owner_id).limit(1)).one()
        uploads = select(func.count()).select_from(Upload).where(Upload.owner_id == owner, Upload.attached.is_(False))
        drafts = select(func.count()).select_from(Dossier).where(Dossier.applicant_id == owner, Dossier.state == 0)
        assert work.session.scalar(uploads) == MAX_OPEN_UPLOADS
        assert work.session.scalar(drafts) == MAX_DRAFTS


def test_refused_uploads_take_nobodys_place(phone: Phone) -> None:
    for _ in range(MAX_OPEN_UPLOADS + 5):
        assert phone.send(b"no photograph").status_code == 415
    assert phone.send(photo()).status_code == 204
    with phone.world.work() as work:
        kept = select(func.count()).select_from(Upload).where(Upload.state == "refused")
        assert work.session.scalar(kept) == MAX_OPEN_UPLOADS
