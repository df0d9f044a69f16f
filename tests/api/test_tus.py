"""Uploads as tus 1.0.0 says: versions, headers, methods, metadata."""

import pytest

from tests.api.authorisation_support import World
from tests.api.upload_support import PIECE, Phone, photo


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


def test_a_phone_speaks_tus_and_is_answered_in_it(phone: Phone) -> None:
    content = photo()
    options = phone.world.client.options("/v1/uploads", headers={"Tus-Resumable": "0.2.2"})
    assert (options.status_code, options.headers["Tus-Version"]) == (204, "1.0.0")
    assert options.headers["Tus-Extension"] == "creation,termination,expiration"
    assert options.headers["Tus-Max-Size"] == str(20 << 20)
    place = phone.begin(len(content), filename="ảnh.heic".encode(), filetype=b"application/octet-stream")
    for method, path in (("HEAD", place), ("DELETE", place), ("POST", "/v1/uploads")):
        wrong = phone.ask(method, path, Tus_Resumable="0.2.2", Upload_Length="9")
        assert (wrong.status_code, wrong.headers["Tus-Version"], wrong.headers["Tus-Resumable"]) == (
            412,
            "1.0.0",
            "1.0.0",
        )
    located = phone.ask("HEAD", place)
    assert located.headers["Upload-Offset"] == "0"
    assert located.headers["Upload-Length"] == str(len(content))
    assert located.headers["Cache-Control"] == "no-store"
    assert located.headers["Upload-Metadata"].startswith("filename ")
    first = phone.piece(place, content[:10])
    assert first.headers["Upload-Expires"].endswith("GMT")
    for answer in (
        phone.ask("PUT", place),
        phone.ask("GET", "/v1/uploads/nothing"),
        phone.world.client.head(place),
        phone.piece(place, b"x", 10, **{"Upload-Offset": "-1"}),
    ):
        assert answer.status_code >= 400
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert "Upload-Offset" not in answer.headers


def test_who_may_send_no_patch_says_post(phone: Phone) -> None:
    content = photo()
    place = phone.begin(len(content))
    as_post = {**phone.headers, **PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    sent = phone.world.client.post(place, data=content, headers=as_post)
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(len(content)))
    assert phone.read(place)["state"] == "complete"
    assert phone.ask("POST", place, X_HTTP_Method_Override="head").headers["Upload-Offset"] == str(len(content))
    assert phone.ask("POST", place, X_HTTP_Method_Override="PUT").status_code == 405
    assert phone.ask("POST", place, X_HTTP_Method_Override="no method").status_code == 405
    assert phone.ask("GET", place, X_HTTP_Method_Override="DELETE").status_code == 200
    assert phone.ask("POST", place, X_HTTP_Method_Override="DELETE").status_code == 204
    assert phone.ask("GET", place).status_code == 404
    draft = f"/v1/dossiers/{phone.world.ids['draft_id']}"
    assert phone.ask("POST", draft, X_HTTP_Method_Override="DELETE").status_code == 405
    assert phone.ask("GET", draft).status_code == 200


@pytest.mark.parametrize(
    ("metadata", "status"),
    [
        ("filename", 201),
        ("filename ,filetype", 201),
        ("filename YS5qcGc,filetype aW1hZ2UvaGVpZi1zZXF1ZW5jZQ", 201),
        ("filename /////w==", 201),
        ("a b, filename YS5qcGc=", 400),
        ("filename YS5qcGc=,filename Yi5qcGc=", 400),
        (",", 400),
        ("filename !!!", 400),
        ("filename " + "YWFh" * 1200, 400),
    ],
)
def test_metadata_in_any_form(phone: Phone, metadata: str, status: int) -> None:
    answer = phone.ask("POST", "/v1/uploads", Upload_Length="9", Upload_Metadata=metadata)
    assert answer.status_code == status
    if status == 201:
        assert phone.ask("HEAD", answer.headers["Location"]).headers["Upload-Metadata"] == metadata


@pytest.mark.parametrize("declared", [b"application/octet-stream", b"image/heif-sequence", b"image/png", b"", b"*/*"])
def test_a_photo_is_taken_whatever_it_is_called(phone: Phone, declared: bytes) -> None:
    content = photo()
    place = phone.begin(len(content), filetype=declared)
    assert phone.piece(place, content).status_code == 204
    assert phone.read(place)["media_type"] == "image/jpeg"
