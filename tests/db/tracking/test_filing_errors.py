"""What is wrong with a submission comes all at once, and one list of papers is enough."""

import json
from typing import Any

import pytest

from kernel.actor import Actor
from kernel.errors import DomainError
from tests.db.tracking.conftest import Scene, any_version
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, draft_forms, drafts, officer
from tracking.service.citizen import Manifest
from tracking.states import BusinessState

NAME = "HỘ KINH DOANH Mì Quảng Bà Thử"


def _refused(
    scene: Scene, actor: Actor, dossier: Dossier, phone: str, manifest: Manifest | None = None
) -> set[tuple[str, str]]:
    with pytest.raises(DomainError, match="invalid_fields") as caught:
        citizen.submit_dossier(scene.work, actor, scene.office, dossier.id, notify_phone=phone, manifest=manifest)
    return {(field.pointer, field.code) for field in caught.value.fields}


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("+84987654321", "phone_not_proved"),
        ("", "required"),
        ("0912 34", "phone_invalid"),
        ("0235 386 1234", "phone_landline"),
    ],
)
def test_a_wrong_phone_hides_nothing_else(scene: Scene, phone: str, code: str) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN=NAME)
    actor = scene.citizen("Lê Thị Thử")
    dossier = scene.draft(actor, hkd_tenVN=NAME, vonKinhDoanh=None)
    found = _refused(scene, actor, dossier, phone)
    assert ("/form_values/vonKinhDoanh", "required") in found
    assert ("/form_values/hkd_tenVN", "name_taken") in found
    assert ("/papers/giay_de_nghi", "paper_missing") in found
    assert [each for pointer, each in found if pointer == "/notify_phone"] == [code]


def test_an_empty_form_names_the_papers_too(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    drafts.save_form(scene.work, actor, scene.office, dossier.id, {}, any_version)
    found = _refused(scene, actor, dossier, "+84987654321")
    assert {("/papers/giay_de_nghi", "paper_missing"), ("/notify_phone", "phone_not_proved")} <= found
    assert ("/form_values/hkd_tenVN", "required") in found


@pytest.mark.parametrize("values", [{"hkd_tenVN": "HỘ KINH DOANH"}, {"hkd_tenVN": None}])
def test_a_name_wrong_by_itself_is_held_by_nobody(scene: Scene, values: dict[str, Any]) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    form = {**draft_forms.read_form(scene.work, dossier), **values}
    scene.with_papers(actor, dossier)
    dossier.form_values = scene.work.vault.seal("dossier.form_values", dossier.id, _json(form))
    found = _refused(scene, actor, dossier, scene.phone_of(actor))
    assert {pointer for pointer, _ in found} == {"/form_values/hkd_tenVN"}


def test_the_papers_that_were_set_are_enough(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    scene.with_papers(actor, dossier)
    citizen.submit_dossier(scene.work, actor, scene.office, dossier.id, notify_phone=scene.phone_of(actor))
    assert dossier.state == BusinessState.SUBMITTED
    receiver = scene.officer("receiver")
    officer.request_supplement(scene.work, receiver, scene.office, dossier.id, any_version, reason="Ảnh mờ")
    citizen.answer_supplement(scene.work, actor, scene.office, dossier.id, note=None)
    assert dossier.state == BusinessState.SUBMITTED


def test_a_list_that_is_sent_must_be_what_is_there(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    manifest = scene.with_papers(actor, dossier)
    assert _refused(scene, actor, dossier, scene.phone_of(actor), Manifest({})) == {
        ("/papers/giay_de_nghi", "file_not_in_manifest")
    }
    moved = Manifest({"van_ban_uy_quyen": manifest.papers["giay_de_nghi"]})
    assert _refused(scene, actor, dossier, scene.phone_of(actor), moved) == {
        ("/papers/giay_de_nghi", "file_not_in_manifest"),
        ("/papers/van_ban_uy_quyen", "file_missing"),
    }


def test_a_hand_over_is_told_once(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.finished(actor)
    scene.work.session.flush()
    found = Reader(scene.work.session.connection(), scene.work.vault, "vi").own(actor, dossier.id)
    assert found is not None
    assert [row["event"] for row in found[1]["timeline"]] == ["submit", "accept", "start", "advance", "finish"]
    assert found[1]["hand_over"]["state"] == "ready"


def _json(form: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in form.items() if value is not None}, ensure_ascii=False)
