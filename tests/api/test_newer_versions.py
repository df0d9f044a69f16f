"""A newer version of a procedure as the phone meets it: one refusal that moves the draft, then the way is open."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from kernel.clock import local
from kernel.ids import new_id
from procedures.loader import read_document
from procedures.publishing import publish_procedure
from tests.api.authorisation_support import World
from tests.unit.procedures.household import FILE

FIELD = {"title": "Số nhà kho", "x-title-en": "Warehouses", "type": "integer"}


@pytest.fixture
def newer(world: World) -> World:
    """The fee has halved, and the form asks one thing more."""
    document = read_document(FILE)
    document["fees"][0]["amount_vnd"] = 50_000
    document["form"]["properties"]["soKho"] = FIELD
    for section in document["form"].get("x-sections", ())[-1:]:
        section["fields"].append("soKho")
    with world.held.database.transaction() as session:
        publish_procedure(session, document, local(world.held.clock.now()).date())
    world.held.office.catalogue.forget_all()
    return world


def ask(world: World, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
    sent = {**world.callers["owner"].headers(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return world.client.open(path, method=method, json=body, headers=sent)


def test_a_submission_moves_the_draft_and_says_what_is_new(newer: World) -> None:
    draft, key = f"/v1/dossiers/{newer.ids['draft_id']}", str(new_id())
    before = ask(newer, "GET", draft)
    refused = ask(
        newer,
        "POST",
        f"{draft}/submission",
        {"notify_phone": "+84900000000"},
        Idempotency_Key=key,
        Accept_Language="vi",
    )
    told = refused.get_json()
    assert (refused.status_code, told["code"], told["before"], told["version"]) == (409, "procedure_changed", 1, 2)
    assert {(each["pointer"], each["code"], each["message"]) for each in told["errors"]} == {
        ("/form_values/soKho", "field_added", "Mục mới: Số nhà kho."),
        (
            "/fees/le_phi_dang_ky",
            "fee_changed",
            "Khoản thu Lệ phí đăng ký hộ kinh doanh: 50.000 đồng (trước đây 100.000 đồng).",
        ),
    }
    # Whoever did not hear the answer hears it again, and files nothing unseen.
    again = ask(newer, "POST", f"{draft}/submission", {"notify_phone": "+84900000000"}, Idempotency_Key=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (409, "true")
    after = ask(newer, "GET", draft)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.get_json()["procedure"]["version"] == 2
    assert after.get_json()["form_values"] == before.get_json()["form_values"]
    looked = ask(newer, "POST", f"{draft}/submission", {"notify_phone": "+84900000000"}, Idempotency_Key=str(new_id()))
    assert looked.get_json()["code"] != "procedure_changed"


def test_a_save_is_kept_and_told(newer: World) -> None:
    draft = f"/v1/dossiers/{newer.ids['draft_id']}"
    read = ask(newer, "GET", draft)
    values = {**read.get_json()["form_values"], "soKho": 2}
    refused = ask(newer, "PUT", f"{draft}/form", {"form_values": values}, If_Match=read.headers["ETag"])
    assert (refused.status_code, refused.get_json()["code"]) == (409, "procedure_changed")
    assert ask(newer, "GET", draft).get_json()["form_values"]["soKho"] == 2


def test_the_form_of_any_version_can_be_read(newer: World) -> None:
    path = "/v1/procedures/1.001612"
    found = {version: ask(newer, "GET", f"{path}?version={version}") for version in (1, 2)}
    assert ["soKho" in answer.get_json()["form"]["properties"] for answer in found.values()] == [False, True]
    assert ask(newer, "GET", path).get_json()["version"] == 2
    assert found[1].headers["ETag"] != found[2].headers["ETag"]
    missing = ask(newer, "GET", f"{path}?version=3")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "procedure_unknown")
    assert ask(newer, "GET", f"{path}?version=0").status_code == 422
    assert ask(newer, "GET", f"{path}?version=99999999999999999999").status_code == 422
