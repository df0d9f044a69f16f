"""Drafts and submission: nothing incomplete gets through, nothing is lost, nothing is filed twice."""

import pytest
from sqlalchemy import select

from attachments import store as upload_store
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from tests.db.tracking.conftest import JPEG, PHONE, Scene
from tracking.codes import parse_code
from tracking.models import PHONE_FIELD
from tracking.service import citizen, drafts
from tracking.service.citizen import Manifest
from tracking.service.drafts import SentFile
from tracking.states import BusinessState


def _codes(error: DomainError) -> set[tuple[str, str]]:
    return {(field.pointer, field.code) for field in error.fields}


def test_a_submitted_dossier_has_a_code_a_secret_a_phone_and_an_event(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    code = parse_code(dossier.code or "")
    assert dossier.state == BusinessState.SUBMITTED
    assert code is not None
    assert (code.agency, f"{code.day:%y%m%d}", code.counter) == ("H17.20551", "261120", 1)
    assert dossier.lookup_secret is not None
    assert dossier.notify_phone is not None
    assert scene.work.vault.open(PHONE_FIELD, dossier.id, dossier.notify_phone) == PHONE
    assert dossier.fee_vnd == 100_000
    event = scene.work.session.scalars(select(OutboxEvent).where(OutboxEvent.subject_id == dossier.id)).one()
    assert (event.kind, event.payload["from"], event.payload["to"]) == ("dossier.state_changed", 0, 1)


def test_numbers_go_on_within_a_day_and_begin_anew_the_next(scene: Scene) -> None:
    actor = scene.citizen()
    first, second = (scene.submitted(actor, hkd_tenVN=f"HỘ KINH DOANH Số {n}").code or "" for n in (1, 2))
    scene.later(days=1)
    third = scene.submitted(actor, hkd_tenVN="HỘ KINH DOANH Số 3").code or ""
    assert [code[-11:] for code in (first, second, third)] == ["261120-0001", "261120-0002", "261121-0001"]


def test_a_dossier_is_filed_once(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    with pytest.raises(DomainError, match="already_submitted"):
        citizen.submit_dossier(
            scene.work, actor, scene.office, dossier.id, notify_phone=scene.phone_of(actor), manifest=Manifest({})
        )


def test_a_submission_without_its_files_is_refused(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    manifest = scene.with_papers(actor, dossier)
    lost = SentFile(dossier.id, b"\0" * 32, 10)
    code = next(iter(manifest.papers))
    said = Manifest({**manifest.papers, code: (*manifest.papers[code], lost)})
    with pytest.raises(DomainError) as caught:
        citizen.submit_dossier(
            scene.work, actor, scene.office, dossier.id, notify_phone=scene.phone_of(actor), manifest=said
        )
    assert _codes(caught.value) == {(f"/papers/{code}", "file_missing")}


def test_a_submission_without_papers_names_each(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    with pytest.raises(DomainError) as caught:
        citizen.submit_dossier(
            scene.work, actor, scene.office, dossier.id, notify_phone=scene.phone_of(actor), manifest=Manifest({})
        )
    assert {code for _, code in _codes(caught.value)} == {"paper_missing"}


def test_an_incomplete_form_is_kept_as_a_draft_and_not_filed(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor, hkd_tenVN=None)
    manifest = scene.with_papers(actor, dossier)
    with pytest.raises(DomainError) as caught:
        citizen.submit_dossier(
            scene.work, actor, scene.office, dossier.id, notify_phone=scene.phone_of(actor), manifest=manifest
        )
    assert ("/form_values/hkd_tenVN", "required") in _codes(caught.value)
    assert dossier.state == BusinessState.DRAFT


def test_a_phone_that_was_not_proved_is_refused(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    manifest = scene.with_papers(actor, dossier)
    with pytest.raises(DomainError) as caught:
        citizen.submit_dossier(
            scene.work, actor, scene.office, dossier.id, notify_phone="+84987654321", manifest=manifest
        )
    assert _codes(caught.value) == {("/notify_phone", "phone_not_proved")}


@pytest.mark.parametrize("spelling", ["HỘ KINH DOANH Mì Quảng Bà Thử", "hộ kinh doanh  MÌ QUẢNG bà thử"])
def test_a_name_taken_in_the_commune_is_refused(scene: Scene, spelling: str) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN="HỘ KINH DOANH Mì Quảng Bà Thử")
    with pytest.raises(DomainError) as caught:
        scene.submitted(scene.citizen("Lê Thị Thử"), hkd_tenVN=spelling)
    assert _codes(caught.value) == {("/form_values/hkd_tenVN", "name_taken")}


def test_a_stranger_sees_nothing(scene: Scene) -> None:
    dossier = scene.draft(scene.citizen())
    stranger = scene.citizen("Lê Thị Thử")
    with pytest.raises(DomainError, match="not_found"):
        drafts.save_form(scene.work, stranger, scene.office, dossier.id, {}, lambda _version: None)


def test_another_persons_upload_cannot_be_used(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    foreign = scene.sent(scene.upload(scene.citizen("Lê Thị Thử")))
    code = scene.office.catalogue.version(scene.work.session, dossier.version_id).procedure.papers[0].code
    with pytest.raises(DomainError, match="not_found"):
        drafts.set_paper(scene.work, actor, scene.office, dossier.id, code, [foreign])


@pytest.mark.parametrize(
    ("content", "declared", "refusal"),
    [
        (b"MZ not a picture", "image/jpeg", "file_type_unknown"),
        (b"This is no photograph. " * 400, None, "file_type_unknown"),
        (JPEG[:-2], "image/jpeg", "file_damaged"),
        (b"%PDF-1.7 x", None, "file_damaged"),
    ],
)
def test_a_file_its_bytes_do_not_bear_out_is_refused(
    scene: Scene, content: bytes, declared: str | None, refusal: str
) -> None:
    actor = scene.citizen()
    upload = scene.upload(actor, content, declared)
    assert (upload.state, upload.refusal) == ("refused", refusal)
    dossier = scene.draft(actor)
    code = scene.office.catalogue.version(scene.work.session, dossier.version_id).procedure.papers[0].code
    with pytest.raises(DomainError) as caught:
        drafts.set_paper(scene.work, actor, scene.office, dossier.id, code, [scene.sent(upload)])
    assert _codes(caught.value) == {("/files/0", refusal)}


def test_a_discarded_draft_frees_its_files(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.draft(actor)
    manifest = scene.with_papers(actor, dossier)
    drafts.discard_draft(scene.work, actor, dossier.id)
    scene.work.session.flush()
    for files in manifest.papers.values():
        assert upload_store.find_upload(scene.work.session, actor.person_id, files[0].upload_id).attached is False
