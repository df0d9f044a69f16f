"""A supplement or a fee asked for by mistake: taken back by whoever asked, as if it had never been."""

from datetime import datetime

import pytest
from sqlalchemy import select

from kernel.actor import Actor
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from tests.db.tracking.conftest import Scene, any_version
from tracking import store
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, officer
from tracking.service.change import Because, change_state
from tracking.service.notices import read_notices
from tracking.states import BusinessState, Event

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=VIETNAM)
ROLES = ("receiver", "appraiser", "leader")


def _stands(scene: Scene, state: int) -> tuple[Actor, Dossier, Actor]:
    applicant = scene.citizen()
    dossier, by = scene.submitted(applicant), scene.officer(*ROLES)
    if state > 1:
        officer.accept_dossier(scene.work, by, scene.office, dossier.id, any_version)
    if state > 2:
        officer.start_processing(scene.work, by, scene.office, dossier.id, any_version)
    return applicant, dossier, by


def _ask(scene: Scene, by: Actor, dossier: Dossier, event: Event) -> None:
    if event is Event.REQUEST_SUPPLEMENT:
        officer.request_supplement(scene.work, by, scene.office, dossier.id, any_version, reason="Ảnh mờ")
    else:
        case = store.open_desk_case(scene.work.session, by, dossier.id)
        change_state(scene.work, by, scene.office, case, event, Because("Trần Thị Mẫu", "Lệ phí", told=True))


def _undo(scene: Scene, by: Actor, dossier: Dossier) -> None:
    officer.undo_last(scene.work, by, scene.office, dossier.id, any_version, reason="Nhầm hồ sơ")


@pytest.mark.parametrize("event", [Event.REQUEST_SUPPLEMENT, Event.DEMAND_FEE])
@pytest.mark.parametrize("state", [1, 2, 4])
def test_it_stands_where_it_stood_and_nothing_was_waited_for(scene: Scene, state: int, event: Event) -> None:
    applicant, dossier, by = _stands(scene, state)
    before = (dossier.state, dossier.origin, dossier.step, dossier.due_at, dossier.acceptance_due_at, dossier.order_at)
    scene.later(minutes=30)
    _ask(scene, by, dossier, event)
    assert dossier.state in (BusinessState.SUPPLEMENT, BusinessState.FEE)
    scene.later(minutes=9)
    _undo(scene, by, dossier)
    after = (dossier.state, dossier.origin, dossier.step, dossier.due_at, dossier.acceptance_due_at, dossier.order_at)
    assert after == before
    assert dossier.supplements == 0
    entry = store.last_business_entry(scene.work.session, dossier.id)
    assert entry is not None
    scene.work.session.flush()
    (facts,) = read_notices(scene.work, scene.office, [(dossier.id, entry.id)])
    assert facts is not None
    assert (facts.reason, facts.handler_name) == ("Nhầm hồ sơ", "Trần Thị Mẫu")
    shown = Reader(scene.work.session.connection(), scene.work.vault, "vi").own(applicant, dossier.id)
    assert shown is not None
    assert shown[1]["timeline"][-1]["text"].startswith("Cơ quan rút lại yêu cầu")


def test_the_term_is_as_if_it_had_never_been_asked(scene: Scene) -> None:
    _, dossier, by = _stands(scene, 4)
    _ask(scene, by, dossier, Event.REQUEST_SUPPLEMENT)
    scene.later(minutes=5)
    _undo(scene, by, dossier)
    assert dossier.due_at == THURSDAY
    kinds = [row.kind for row in store.list_clock(scene.work.session, dossier.id)]
    assert kinds == ["start", "pause", "void"]
    # A supplement that is asked for afterwards pauses as usual.
    _ask(scene, by, dossier, Event.REQUEST_SUPPLEMENT)
    assert dossier.supplements == 1
    assert [row.kind for row in store.list_clock(scene.work.session, dossier.id)][-1] == "pause"


def test_a_fee_of_a_finished_dossier_is_taken_back(scene: Scene) -> None:
    dossier, by = scene.finished(scene.citizen()), scene.officer(*ROLES)
    due_at = dossier.due_at
    _ask(scene, by, dossier, Event.DEMAND_FEE)
    _undo(scene, by, dossier)
    assert (dossier.state, dossier.origin, dossier.due_at) == (BusinessState.FINISHED, None, due_at)


def test_only_whoever_asked_and_only_inside_the_window(scene: Scene) -> None:
    _, dossier, by = _stands(scene, 2)
    _ask(scene, by, dossier, Event.REQUEST_SUPPLEMENT)
    with pytest.raises(DomainError, match="nothing_to_undo"):
        _undo(scene, scene.officer(*ROLES, name="Người Khác"), dossier)
    scene.later(minutes=11)
    with pytest.raises(DomainError, match="undo_too_late"):
        _undo(scene, by, dossier)


@pytest.mark.parametrize("answer", ["supplement", "withdrawal"])
def test_what_the_citizen_has_answered_is_not_taken_back(scene: Scene, answer: str) -> None:
    applicant, dossier, by = _stands(scene, 2)
    _ask(scene, by, dossier, Event.REQUEST_SUPPLEMENT)
    if answer == "supplement":
        citizen.answer_supplement(scene.work, applicant, scene.office, dossier.id, note=None)
    else:
        citizen.ask_withdrawal(scene.work, applicant, scene.office, dossier.id, reason="Đổi ý")
    with pytest.raises(DomainError, match="nothing_to_undo"):
        _undo(scene, by, dossier)


def test_it_is_offered_while_it_may_be_there(scene: Scene) -> None:
    _, dossier, by = _stands(scene, 4)
    _ask(scene, by, dossier, Event.REQUEST_SUPPLEMENT)
    scene.work.session.flush()
    desk = Reader(scene.work.session.connection(), scene.work.vault, "vi").desk(by, dossier.id)
    assert desk is not None
    assert "undo" in desk[1]["allowed_actions"]
    _undo(scene, by, dossier)
    scene.work.session.flush()
    last = scene.work.session.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.seq.desc()).limit(1)).one()
    assert (last["event"], last["from"], last["to"]) == ("undo_request_supplement", 5, 4)
