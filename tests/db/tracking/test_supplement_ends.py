"""A request for a supplement has a term; the citizen is reminded once, and it ends once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from kernel.actor import Actor
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from procedures.supplement import AtEnd, SupplementRule
from tests.db.tracking.conftest import Scene, any_version
from tracking import store
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, officer
from tracking.service.notices import read_notices
from tracking.service.supplements import ENDED, REMINDER, read_ended, watch_supplements
from tracking.states import BusinessState

# Asked on Friday 20/11/2026 for three days: the last is Thursday 26/11, over a weekend and the holiday of 24/11.
REMINDED = datetime(2026, 11, 23, 7, 0, tzinfo=VIETNAM)
ENDS = datetime(2026, 11, 26, 23, 59, 59, tzinfo=VIETNAM)


def ask(scene: Scene, *, days: int | None = 3, accepted: bool = True) -> tuple[Actor, Dossier, Actor]:
    applicant, by = scene.citizen(), scene.officer("receiver", "appraiser", "leader")
    dossier = scene.submitted(applicant)
    if accepted:
        officer.accept_dossier(scene.work, by, scene.office, dossier.id, any_version)
    officer.request_supplement(scene.work, by, scene.office, dossier.id, any_version, reason="Ảnh mờ", days=days)
    return applicant, dossier, by


def sweep_at(scene: Scene, moment: datetime) -> list[str]:
    """Three sweeps at a moment; the business and process events that the last dossier's timeline holds now."""
    scene.clock.instant = moment
    for _ in range(3):
        watch_supplements(scene.work, scene.office)
        scene.work.session.flush()
    dossier = scene.work.session.scalars(select(Dossier).order_by(Dossier.id.desc()).limit(1)).one()
    rows = store.list_timeline(scene.work.session, dossier.id)
    return [row.event for row in rows if row.axis in ("business", "process")]


def told(scene: Scene, kind: str) -> Sequence[dict[str, Any]]:
    return scene.work.session.scalars(select(OutboxEvent.payload).where(OutboxEvent.kind == kind)).all()


def test_the_term_is_told_with_the_request(scene: Scene) -> None:
    applicant, dossier, _ = ask(scene)
    assert dossier.supplement_due_at == ENDS
    entry = store.last_business_entry(scene.work.session, dossier.id)
    assert entry is not None
    scene.work.session.flush()
    (facts,) = read_notices(scene.work, scene.office, [(dossier.id, entry.id)])
    assert facts is not None
    assert (facts.supplement_due_at, facts.is_waiting) == (ENDS, True)
    shown = Reader(scene.work.session.connection(), scene.work.vault, "vi").own(applicant, dossier.id)
    assert shown is not None
    assert shown[1]["supplement_due_at"] == "2026-11-26T23:59:59+07:00"
    assert shown[1]["timeline"][-1]["text"] == "Yêu cầu bổ sung giấy tờ, hạn đến hết ngày 26/11/2026."


def test_the_citizen_is_reminded_once(scene: Scene) -> None:
    _, dossier, _ = ask(scene)
    asked = ["submit", "accept", "request_supplement"]
    assert sweep_at(scene, REMINDED) == asked
    assert sweep_at(scene, REMINDED.replace(minute=1)) == [*asked, "supplement_reminder"]
    assert sweep_at(scene, ENDS) == [*asked, "supplement_reminder"]
    assert len(told(scene, REMINDER)) == 1
    assert (dossier.state, told(scene, ENDED)) == (BusinessState.SUPPLEMENT, [])
    last = store.list_timeline(scene.work.session, dossier.id)[-1]
    (facts,) = read_notices(scene.work, scene.office, [(dossier.id, last.id)])
    assert facts is not None
    assert (facts.status, facts.supplement_due_at) == ("Yêu cầu bổ sung giấy tờ", ENDS)


@pytest.mark.parametrize("accepted", [True, False])
def test_without_an_answer_the_dossier_is_stopped_once(scene: Scene, accepted: bool) -> None:
    _, dossier, by = ask(scene, accepted=accepted)
    found = sweep_at(scene, ENDS.replace(day=27))
    assert found[-2:] == ["request_supplement", "end_supplement"]
    assert (dossier.state, dossier.origin, dossier.supplement_due_at) == (BusinessState.STOPPED, None, None)
    (ended,) = told(scene, ENDED)
    assert (ended["dossier_id"], ended["stopped"]) == (str(dossier.id), True)
    word = read_ended(scene.work, scene.office, dossier.id)
    assert (word.code, word.handler_id) == (dossier.code, by.officer_id)
    entry = store.last_business_entry(scene.work.session, dossier.id)
    assert entry is not None
    assert (entry.actor_kind, entry.actor_name) == ("system", None)
    (facts,) = read_notices(scene.work, scene.office, [(dossier.id, entry.id)])
    assert facts is not None
    assert (facts.status, facts.supplement_due_at, facts.handler_name) == ("Dừng xử lý", ENDS, "Trần Thị Mẫu")
    # Its name is free again.
    again = scene.submitted(scene.citizen("Lê Thị Thử"))
    assert again.state == BusinessState.SUBMITTED


def test_an_answer_ends_the_waiting(scene: Scene) -> None:
    applicant, dossier, _ = ask(scene)
    sweep_at(scene, ENDS)
    citizen.answer_supplement(scene.work, applicant, scene.office, dossier.id, note=None)
    assert (dossier.supplement_due_at, dossier.supplement_look_at) == (None, None)
    assert "end_supplement" not in sweep_at(scene, ENDS.replace(month=12))
    assert dossier.state == BusinessState.ACCEPTED


def test_a_late_answer_counts_until_the_sweep_has_acted(scene: Scene) -> None:
    applicant, dossier, _ = ask(scene)
    scene.clock.instant = ENDS.replace(day=27)
    citizen.answer_supplement(scene.work, applicant, scene.office, dossier.id, note=None)
    assert dossier.state == BusinessState.ACCEPTED


def test_what_was_taken_back_is_not_ended(scene: Scene) -> None:
    _, dossier, by = ask(scene)
    officer.undo_last(scene.work, by, scene.office, dossier.id, any_version, reason="Nhầm")
    assert "end_supplement" not in sweep_at(scene, ENDS.replace(month=12))
    assert dossier.state == BusinessState.ACCEPTED


def test_the_term_does_not_run_while_a_withdrawal_is_considered(scene: Scene) -> None:
    applicant, dossier, by = ask(scene)
    citizen.ask_withdrawal(scene.work, applicant, scene.office, dossier.id, reason="Đổi ý")
    assert "end_supplement" not in sweep_at(scene, datetime(2026, 12, 1, 10, 0, tzinfo=VIETNAM))
    officer.settle_withdrawal(
        scene.work, by, scene.office, dossier.id, any_version, grant=False, reason="Đã có kết quả"
    )
    assert dossier.supplement_due_at == datetime(2026, 12, 4, 23, 59, 59, tzinfo=VIETNAM)


def test_a_procedure_or_a_setting_may_leave_the_end_to_officers(scene: Scene) -> None:
    rule = SupplementRule(3, 10, AtEnd.TELL)
    scene.office = replace(scene.office, settings=replace(scene.office.settings, supplement=rule))
    _, dossier, _ = ask(scene, days=None)
    assert sweep_at(scene, ENDS.replace(day=27))[-1] == "supplement_overdue"
    assert sweep_at(scene, ENDS.replace(day=28))[-2:] == ["request_supplement", "supplement_overdue"]
    assert dossier.state == BusinessState.SUPPLEMENT
    assert [each["stopped"] for each in told(scene, ENDED)] == [False]


@pytest.mark.parametrize("days", [61, 365])
def test_no_more_days_than_the_procedure_allows(scene: Scene, days: int) -> None:
    with pytest.raises(DomainError) as caught:
        ask(scene, days=days)
    assert [(field.pointer, field.code, field.params["max"]) for field in caught.value.fields] == [
        ("/days", "range_between", 60)
    ]


def test_requests_from_before_get_a_term_from_the_sweep(scene: Scene) -> None:
    _, dossier, _ = ask(scene)
    dossier.supplement_days = dossier.supplement_due_at = None
    dossier.supplement_look_at = scene.work.now()
    scene.later(minutes=1)
    assert watch_supplements(scene.work, scene.office) == 1
    # Fifteen working days from now, by the settings.
    assert dossier.supplement_due_at == datetime(2026, 12, 14, 23, 59, 59, tzinfo=VIETNAM)
    assert watch_supplements(scene.work, scene.office) == 0
