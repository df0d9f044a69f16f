"""An officer's note is internal unless it is told; what the law wants told is told."""

import pytest
from sqlalchemy import select

from kernel.actor import Actor
from tests.db.tracking.conftest import Scene, any_version
from tracking.models import Dossier, TimelineEntry
from tracking.reading.views import Reader
from tracking.service import citizen, officer
from tracking.service.notices import read_notices

NOTE, TOLD = "Nghi giấy tờ giả, gọi công an xác minh", "Đã chuyển thẩm định"


def _reader(scene: Scene) -> Reader:
    scene.work.session.flush()
    return Reader(scene.work.session.connection(), scene.work.vault, "vi")


def _in_process(scene: Scene, applicant: Actor) -> tuple[Dossier, Actor]:
    dossier = scene.submitted(applicant)
    receiver, appraiser = scene.officer("receiver"), scene.officer("appraiser", "leader", "receiver")
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    officer.start_processing(scene.work, appraiser, scene.office, dossier.id, any_version)
    return dossier, appraiser


def _step(scene: Scene, by: Actor, dossier: Dossier, action: str, note: str | None, **told: bool) -> None:
    officer.move_step(scene.work, by, scene.office, dossier.id, any_version, action=action, note=note, **told)


def test_a_note_is_internal_unless_it_is_told(scene: Scene) -> None:
    applicant = scene.citizen()
    dossier, appraiser = _in_process(scene, applicant)
    _step(scene, appraiser, dossier, "advance", NOTE)
    _step(scene, appraiser, dossier, "send_back", TOLD, tell_citizen=True)
    _step(scene, appraiser, dossier, "advance", None, tell_citizen=True)
    reader = _reader(scene)
    own, desk, public = (
        reader.own(applicant, dossier.id),
        reader.desk(appraiser, dossier.id),
        reader.public(dossier.id),
    )
    assert own is not None
    assert desk is not None
    shown = [(row["event"], row["reason"]) for row in own[1]["timeline"] if row["axis"] == "process"]
    assert shown == [("advance", None), ("send_back", TOLD), ("advance", None)]
    assert all("reason_told" not in row for row in own[1]["timeline"])
    known = [(row["reason"], row["reason_told"]) for row in desk[1]["timeline"] if row["axis"] == "process"]
    assert known == [(NOTE, False), (TOLD, True), (None, False)]
    assert NOTE not in repr(public)
    assert TOLD not in repr(public)


@pytest.mark.parametrize("act", ["decline", "supplement", "stop", "refuse_withdrawal", "undo"])
def test_the_reason_of_a_status_is_told(scene: Scene, act: str) -> None:
    applicant = scene.citizen()
    at = (scene.work, scene.officer("receiver", "appraiser", "leader"), scene.office)
    dossier = scene.submitted(applicant) if act == "decline" else _in_process(scene, applicant)[0]
    match act:
        case "decline":
            officer.decline_dossier(*at, dossier.id, any_version, reason=TOLD)
        case "supplement":
            officer.request_supplement(*at, dossier.id, any_version, reason=TOLD)
        case "stop":
            officer.stop_dossier(*at, dossier.id, any_version, reason=TOLD)
        case "refuse_withdrawal":
            citizen.ask_withdrawal(scene.work, applicant, scene.office, dossier.id, reason="Tôi đổi ý")
            officer.settle_withdrawal(*at, dossier.id, any_version, grant=False, reason=TOLD)
        case "undo":
            last = scene.work.session.scalars(select(TimelineEntry).order_by(TimelineEntry.seq.desc())).first()
            assert last is not None
            last.actor_id = at[1].id
            officer.undo_last(*at, dossier.id, any_version, reason=TOLD)
    own = _reader(scene).own(applicant, dossier.id)
    assert own is not None
    assert own[1]["timeline"][-1]["reason"] == TOLD


def test_the_citizens_own_words_stay_theirs(scene: Scene) -> None:
    applicant = scene.citizen()
    dossier = scene.submitted(applicant)
    citizen.ask_withdrawal(scene.work, applicant, scene.office, dossier.id, reason="Tôi nộp nhầm nơi")
    own = _reader(scene).own(applicant, dossier.id)
    assert own is not None
    assert own[1]["timeline"][-1]["reason"] == "Tôi nộp nhầm nơi"


@pytest.mark.parametrize("told", [True, False])
def test_a_notice_says_only_what_is_told(scene: Scene, told: bool) -> None:
    dossier, appraiser = _in_process(scene, scene.citizen())
    officer.request_supplement(scene.work, appraiser, scene.office, dossier.id, any_version, reason=TOLD)
    scene.work.session.flush()
    entry = scene.work.session.scalars(select(TimelineEntry).order_by(TimelineEntry.seq.desc()).limit(1)).one()
    entry.reason_told = told
    scene.work.session.flush()
    (facts,) = read_notices(scene.work, scene.office, [(dossier.id, entry.id)])
    assert facts is not None
    assert facts.reason == (TOLD if told else None)
