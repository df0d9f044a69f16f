"""A draft that meets a newer version of its procedure follows it, is told what is new, and loses nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from kernel.actor import Actor
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from procedures.loader import read_document
from procedures.publishing import publish_procedure
from tests.db.tracking.conftest import JPEG, Scene, any_version
from tests.unit.procedures.household import FILE
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, draft_forms, drafts, officer
from tracking.service.citizen import Manifest
from tracking.states import BusinessState

# The clock stands at Friday 20/11/2026, 10:00.
MONDAY = date(2026, 11, 23)
FIELD = {"title": "Số nhà kho", "x-title-en": "Warehouses", "type": "integer", "minimum": 0}
Change = Callable[[dict[str, Any]], object]


def publish(scene: Scene, since: date, *changes: Change) -> None:
    document = read_document(FILE)
    for change in changes:
        change(document)
    publish_procedure(scene.work.session, document, since)
    scene.work.session.flush()
    scene.office.catalogue.forget_all()


def new_field(document: dict[str, Any]) -> None:
    document["form"]["properties"]["soKho"] = FIELD
    document["form"]["required"].append("soKho")


def no_english_name(document: dict[str, Any]) -> None:
    del document["form"]["properties"]["hkd_tenEN"]
    for section in document["form"].get("x-sections", ()):
        section["fields"] = [name for name in section["fields"] if name != "hkd_tenEN"]


def sections_follow(document: dict[str, Any]) -> None:
    if "x-sections" in document["form"]:
        document["form"]["x-sections"][-1]["fields"].append("soKho")


def fee_of_50_000(document: dict[str, Any]) -> None:
    document["fees"][0]["amount_vnd"] = 50_000


def submit(scene: Scene, actor: Actor, dossier: Dossier) -> Dossier | DomainError:
    scene.work.session.flush()
    phone = scene.phone_of(actor)
    filed = citizen.submit_dossier(scene.work, actor, scene.office, dossier.id, notify_phone=phone)
    return filed if isinstance(filed, DomainError) else filed.dossier


def told(refusal: object) -> set[tuple[str, str]]:
    assert isinstance(refusal, DomainError)
    assert refusal.code == "procedure_changed"
    return {(field.pointer, field.code) for field in refusal.fields}


def number_of(scene: Scene, dossier: Dossier) -> int:
    return scene.office.catalogue.version(scene.work.session, dossier.version_id).number


def test_a_draft_of_an_old_version_is_filed_under_the_new_one_after_a_look(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor, hkd_tenEN="Quang noodles")
    scene.with_papers(actor, dossier)
    publish(scene, MONDAY, new_field, sections_follow, no_english_name, fee_of_50_000)
    scene.later(days=3)
    assert told(submit(scene, actor, dossier)) == {
        ("/form_values/soKho", "field_added_required"),
        ("/form_values/hkd_tenEN", "field_removed"),
        ("/fees/le_phi_dang_ky", "fee_changed"),
    }
    assert (dossier.state, number_of(scene, dossier), dossier.fee_vnd) == (BusinessState.DRAFT, 2, 50_000)
    typed = draft_forms.read_form(scene.work, dossier)
    assert typed["hkd_tenVN"]
    assert "hkd_tenEN" not in typed
    scene.work.session.flush()
    shown = Reader(scene.work.session.connection(), scene.work.vault, "vi").own(actor, dossier.id)
    assert shown is not None
    assert shown[1]["left_out_values"] == {"/hkd_tenEN": "Quang noodles"}
    with pytest.raises(DomainError) as caught:
        submit(scene, actor, dossier)
    assert [(field.pointer, field.code) for field in caught.value.fields] == [("/form_values/soKho", "required")]
    drafts.save_form(scene.work, actor, scene.office, dossier.id, {**typed, "soKho": 1}, any_version)
    assert submit(scene, actor, dossier) is dossier
    assert (dossier.state, dossier.fee_vnd, dossier.left_out_values) == (BusinessState.SUBMITTED, 50_000, None)


@pytest.mark.parametrize(
    ("filed_at", "version"),
    [
        # Friday in working hours is the old law's; what comes after them is received when the new one is in force.
        (datetime(2026, 11, 20, 16, 59, tzinfo=VIETNAM), 1),
        (datetime(2026, 11, 20, 17, 0, tzinfo=VIETNAM), 2),
        (datetime(2026, 11, 21, 9, 0, tzinfo=VIETNAM), 2),
        (datetime(2026, 11, 22, 23, 59, tzinfo=VIETNAM), 2),
        (datetime(2026, 11, 23, 0, 1, tzinfo=VIETNAM), 2),
        (datetime(2026, 11, 23, 7, 0, tzinfo=VIETNAM), 2),
    ],
)
def test_the_day_of_receipt_counts(scene: Scene, filed_at: datetime, version: int) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    scene.with_papers(actor, dossier)
    publish(scene, MONDAY, fee_of_50_000)
    scene.clock.instant = filed_at
    answer = submit(scene, actor, dossier)
    assert number_of(scene, dossier) == version
    if version == 1:
        assert (dossier.state, dossier.fee_vnd) == (BusinessState.SUBMITTED, 100_000)
    else:
        assert told(answer) == {("/fees/le_phi_dang_ky", "fee_changed")}
        assert submit(scene, actor, dossier) is dossier
        assert dossier.fee_vnd == 50_000


def test_what_is_the_agencys_alone_holds_nobody_up(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    scene.with_papers(actor, dossier)
    publish(scene, MONDAY, lambda document: document.update(acceptance_limit_hours=4))
    scene.later(days=3)
    assert submit(scene, actor, dossier) is dossier
    assert (dossier.state, number_of(scene, dossier)) == (BusinessState.SUBMITTED, 2)


def test_a_save_keeps_what_is_typed_under_either_form(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    publish(scene, MONDAY, new_field, sections_follow, no_english_name)
    scene.later(days=3)
    typed = {**draft_forms.read_form(scene.work, dossier), "soKho": 3, "hkd_tenEN": "Quang", "soLaoDong": 9}
    refusal = drafts.save_form(scene.work, actor, scene.office, dossier.id, typed, any_version)
    assert ("/form_values/soKho", "field_added_required") in told(refusal)
    kept = draft_forms.read_form(scene.work, dossier)
    assert (kept["soKho"], kept["soLaoDong"]) == (3, 9)
    assert drafts.save_form(scene.work, actor, scene.office, dossier.id, kept, any_version) is None


def test_a_save_meant_for_another_state_moves_nothing(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    publish(scene, MONDAY, fee_of_50_000)
    scene.later(days=3)

    def stale(_version: int) -> None:
        raise DomainError("precondition_failed")

    with pytest.raises(DomainError, match="precondition_failed"):
        drafts.save_form(scene.work, actor, scene.office, dossier.id, {"soLaoDong": 7}, stale)
    with pytest.raises(DomainError, match="invalid_fields"):
        drafts.save_form(scene.work, actor, scene.office, dossier.id, {"soLaoDong": float("nan")}, any_version)
    assert number_of(scene, dossier) == 1


def test_papers_of_before_are_free_again_and_those_that_fit_no_more_are_named(scene: Scene) -> None:
    def rename(document: dict[str, Any]) -> None:
        document["papers"][2].update(code="uy_quyen_moi")
        document["papers"][0].update(media_types=["application/pdf"])

    actor = scene.citizen()
    dossier = scene.draft(actor)
    scene.with_papers(actor, dossier)
    proxy = scene.sent(scene.upload(actor, JPEG[:-2] + b"proxy" + JPEG[-2:]))
    drafts.set_paper(scene.work, actor, scene.office, dossier.id, "van_ban_uy_quyen", [proxy])
    publish(scene, MONDAY, rename)
    scene.later(days=3)
    refusal = drafts.set_paper(scene.work, actor, scene.office, dossier.id, "van_ban_uy_quyen", [])
    assert {pointer: code for pointer, code in told(refusal) if code != "field_renamed"} == {
        "/papers/uy_quyen_moi": "paper_added",
        "/papers/van_ban_uy_quyen": "paper_removed",
        "/papers/giay_de_nghi": "paper_rules_changed",
    }
    drafts.set_paper(scene.work, actor, scene.office, dossier.id, "uy_quyen_moi", [proxy])
    with pytest.raises(DomainError) as caught:
        submit(scene, actor, dossier)
    assert [(field.pointer, field.code) for field in caught.value.fields] == [
        ("/papers/giay_de_nghi", "file_type_not_accepted")
    ]


def test_a_draft_is_not_filed_where_the_new_version_is_not_served(scene: Scene) -> None:
    def to_the_city(document: dict[str, Any]) -> None:
        document.update(level="province")
        del document["place_field"]

    actor = scene.citizen()
    dossier = scene.draft(actor)
    scene.with_papers(actor, dossier)
    publish(scene, MONDAY, to_the_city)
    scene.later(days=3)
    assert ("/agency_code", "competence_changed") in told(submit(scene, actor, dossier))
    with pytest.raises(DomainError, match="agency_does_not_serve"):
        submit(scene, actor, dossier)


def test_two_new_versions_are_met_one_after_the_other_or_at_once(scene: Scene) -> None:
    actor = scene.citizen()
    first, second = (scene.draft(actor, hkd_tenEN="Quang noodles") for _ in range(2))
    publish(scene, MONDAY, no_english_name)
    scene.later(days=3)
    drafts.set_paper(scene.work, actor, scene.office, first.id, "giay_de_nghi", [])
    publish(scene, date(2026, 11, 25), fee_of_50_000)
    scene.later(days=2)
    assert told(submit(scene, actor, second)) == {("/fees/le_phi_dang_ky", "fee_changed")}
    # The field is back, and so is what was typed into it.
    assert ("/form_values/hkd_tenEN", "field_added") in told(submit(scene, actor, first))
    assert draft_forms.read_form(scene.work, first)["hkd_tenEN"] == "Quang noodles"
    assert number_of(scene, first) == number_of(scene, second) == 3


def test_a_filed_dossier_keeps_the_version_it_was_received_under(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor, hkd_tenEN="Quang noodles")
    officer.request_supplement(
        scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version, reason="Ảnh mờ"
    )
    publish(scene, MONDAY, new_field, sections_follow, no_english_name, fee_of_50_000)
    scene.later(days=3)
    form = {**draft_forms.read_form(scene.work, dossier), "soLaoDong": 4}
    assert drafts.save_form(scene.work, actor, scene.office, dossier.id, form, any_version) is None
    citizen.answer_supplement(scene.work, actor, scene.office, dossier.id, note=None)
    assert (dossier.state, number_of(scene, dossier), dossier.fee_vnd) == (BusinessState.SUBMITTED, 1, 100_000)


def test_a_list_of_papers_sent_along_changes_nothing_of_it(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    publish(scene, MONDAY, fee_of_50_000)
    scene.later(days=3)
    answer = citizen.submit_dossier(
        scene.work, actor, scene.office, dossier.id, notify_phone="", manifest=Manifest({"giay_de_nghi": ()})
    )
    assert told(answer) == {("/fees/le_phi_dang_ky", "fee_changed")}
