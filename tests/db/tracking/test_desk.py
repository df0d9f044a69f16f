"""The officer's way, and that every step of it leaves its traces."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from kernel.audit import AuditEntry
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from tests.db.tracking.conftest import GO_NOI, PHONE, Scene, any_version
from tracking import store
from tracking.handover import HandOver, HandOverWay
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, notices, officer, results
from tracking.service.citizen import Manifest
from tracking.service.drafts import SentFile
from tracking.states import BusinessState as S

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=VIETNAM).astimezone(UTC)


def _accept(scene: Scene, dossier: Dossier) -> None:
    officer.accept_dossier(scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version)


def _manifest(scene: Scene, dossier: Dossier) -> Manifest:
    papers: dict[str, tuple[SentFile, ...]] = {}
    for file, upload in store.list_files(scene.work.session, dossier.id, "paper"):
        papers[file.code] = (*papers.get(file.code, ()), scene.sent(upload))
    return Manifest(papers)


def test_accepted_friday_ten_o_clock_due_thursday_over_weekend_and_holiday(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    _accept(scene, dossier)
    assert dossier.state == S.ACCEPTED
    assert dossier.due_at == THURSDAY
    assert dossier.handler_name == "Trần Thị Mẫu"


def test_a_supplement_pauses_the_clock(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    _accept(scene, dossier)
    scene.later(hours=4)
    officer.request_supplement(
        scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version, reason="Ảnh mờ"
    )
    assert (dossier.state, dossier.origin, dossier.due_at) == (S.SUPPLEMENT, 2, None)
    scene.later(hours=2)
    citizen.answer_supplement(
        scene.work, actor, scene.office, dossier.id, note="Đã chụp lại", manifest=_manifest(scene, dossier)
    )
    assert (dossier.state, dossier.origin) == (S.ACCEPTED, None)
    # Two working hours later: 10:00 to 11:30, and after the noon break until 14:00.
    assert dossier.due_at == datetime(2026, 11, 26, 14, 0, tzinfo=VIETNAM)


def test_more_supplement_requests_than_allowed_are_refused(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    limit = scene.office.catalogue.version(scene.work.session, dossier.version_id).procedure.max_supplements
    receiver = scene.officer("receiver")
    for _ in range(limit):
        officer.request_supplement(scene.work, receiver, scene.office, dossier.id, any_version, reason="Ảnh mờ")
        citizen.answer_supplement(
            scene.work, actor, scene.office, dossier.id, note=None, manifest=_manifest(scene, dossier)
        )
    with pytest.raises(DomainError, match="supplement_limit"):
        officer.request_supplement(scene.work, receiver, scene.office, dossier.id, any_version, reason="Ảnh mờ")


def test_the_whole_way_to_the_result(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.finished(actor)
    assert (dossier.state, dossier.hand_over) == (S.FINISHED, HandOver.READY)
    file, _ = store.list_files(scene.work.session, dossier.id, "result")[0]
    with pytest.raises(DomainError, match="not_found"):
        results.own_file(scene.work, actor, dossier.id, file.id)
    hand_over = scene.officer("hand_over")
    officer.hand_over_result(scene.work, hand_over, scene.office, dossier.id, any_version, way=HandOverWay.ONLINE)
    assert (dossier.state, dossier.hand_over) == (S.HANDED_OVER, HandOver.HANDED_OVER)
    assert results.own_file(scene.work, actor, dossier.id, file.id).media_type == "image/jpeg"
    changes = [
        (entry.from_state, entry.to_state)
        for entry in store.list_timeline(scene.work.session, dossier.id)
        if entry.axis == "business"
    ]
    assert changes == [("0", "1"), ("1", "2"), ("2", "4"), ("4", "9"), ("9", "10")]
    events = scene.work.session.scalars(
        select(OutboxEvent.payload).where(OutboxEvent.subject_id == dossier.id).order_by(OutboxEvent.seq)
    )
    assert [payload["to"] for payload in events] == [1, 2, 4, 9, 10]


def test_a_step_belongs_to_its_role(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    _accept(scene, dossier)
    appraiser = scene.officer("appraiser")
    officer.start_processing(scene.work, appraiser, scene.office, dossier.id, any_version)
    with pytest.raises(DomainError, match="step_role_missing"):
        officer.move_step(
            scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version, action="advance", note=None
        )
    with pytest.raises(DomainError, match=r"step_role_missing|step_action_unknown"):
        officer.finish_dossier(scene.work, appraiser, scene.office, dossier.id, any_version)


def test_nothing_is_finished_without_a_result(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    _accept(scene, dossier)
    appraiser, leader = scene.officer("appraiser"), scene.officer("leader")
    officer.start_processing(scene.work, appraiser, scene.office, dossier.id, any_version)
    officer.move_step(scene.work, appraiser, scene.office, dossier.id, any_version, action="advance", note=None)
    with pytest.raises(DomainError, match="result_missing"):
        officer.finish_dossier(scene.work, leader, scene.office, dossier.id, any_version)


def test_another_communes_officer_sees_nothing(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    stranger = scene.officer("receiver", agency=GO_NOI)
    with pytest.raises(DomainError, match="not_found"):
        officer.accept_dossier(scene.work, stranger, scene.office, dossier.id, any_version)
    reader = Reader(scene.work.session.connection(), scene.work.vault, "vi")
    assert reader.desk(stranger, dossier.id) is None
    assert reader.inbox(stranger, state=None, after=None, limit=10) == []


def test_an_officer_of_the_city_sees_its_communes(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    scene.work.session.flush()
    reader = Reader(scene.work.session.connection(), scene.work.vault, "vi")
    assert reader.desk(scene.officer("receiver", agency="H17"), dossier.id) is not None


def test_a_draft_is_on_no_desk(scene: Scene) -> None:
    dossier = scene.draft(scene.citizen())
    reader = Reader(scene.work.session.connection(), scene.work.vault, "vi")
    assert reader.desk(scene.officer("receiver"), dossier.id) is None


def test_a_role_that_may_not_accept_is_told_so(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    with pytest.raises(DomainError, match="role_missing"):
        officer.accept_dossier(scene.work, scene.officer("leader"), scene.office, dossier.id, any_version)


def test_a_declined_dossier_frees_its_name(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen(), hkd_tenVN="HỘ KINH DOANH Trà Đá")
    officer.decline_dossier(
        scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version, reason="Sai thẩm quyền"
    )
    assert dossier.state == S.DECLINED
    assert scene.submitted(scene.citizen("Lê Thị Thử"), hkd_tenVN="HỘ KINH DOANH Trà Đá").state == S.SUBMITTED


def test_a_withdrawal_is_settled_either_way(scene: Scene) -> None:
    actor, receiver = scene.citizen(), scene.officer("receiver")
    dossier = scene.submitted(actor)
    citizen.ask_withdrawal(scene.work, actor, scene.office, dossier.id, reason="Đổi ý")
    officer.settle_withdrawal(
        scene.work, receiver, scene.office, dossier.id, any_version, grant=False, reason="Đã có kết quả"
    )
    assert dossier.state == S.SUBMITTED
    citizen.ask_withdrawal(scene.work, actor, scene.office, dossier.id, reason="Vẫn muốn rút")
    officer.settle_withdrawal(scene.work, receiver, scene.office, dossier.id, any_version, grant=True, reason=None)
    assert dossier.state == S.STOPPED


def test_an_action_the_state_does_not_allow_names_those_that_do(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    with pytest.raises(DomainError, match="action_not_allowed") as caught:
        officer.hand_over_result(
            scene.work, scene.officer("hand_over"), scene.office, dossier.id, any_version, way=HandOverWay.POST
        )
    assert caught.value.params["allowed_from"] == [9]


def test_accepting_twice_changes_nothing(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    _accept(scene, dossier)
    version = dossier.version
    officer.accept_dossier(
        scene.work, scene.officer("receiver", name="Người Khác"), scene.office, dossier.id, any_version
    )
    assert (dossier.version, dossier.handler_name) == (version, "Trần Thị Mẫu")


def test_an_officer_takes_the_last_action_back_within_the_window(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    receiver = scene.officer("receiver")
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    scene.later(minutes=5)
    officer.undo_last(scene.work, receiver, scene.office, dossier.id, any_version, reason="Nhầm hồ sơ")
    assert (dossier.state, dossier.due_at, dossier.accepted_at) == (S.SUBMITTED, None, None)
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    with pytest.raises(DomainError, match="nothing_to_undo"):
        officer.undo_last(
            scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version, reason="Không phải tôi"
        )
    scene.later(minutes=11)
    with pytest.raises(DomainError, match="undo_too_late"):
        officer.undo_last(scene.work, receiver, scene.office, dossier.id, any_version, reason="Muộn")


def test_the_inbox_is_ordered_by_what_is_due_first(scene: Scene) -> None:
    actor, receiver = scene.citizen(), scene.officer("receiver")
    first, second, third = (scene.submitted(actor, hkd_tenVN=f"HỘ KINH DOANH {n}") for n in range(3))
    officer.accept_dossier(scene.work, receiver, scene.office, second.id, any_version)
    scene.work.session.flush()
    reader = Reader(scene.work.session.connection(), scene.work.vault, "vi")
    lines = reader.inbox(receiver, state=None, after=None, limit=10)
    assert [line["id"] for line in lines] == [str(first.id), str(third.id), str(second.id)]
    assert [line["order_at"] for line in lines] == sorted(line["order_at"] for line in lines)
    place = (lines[0]["order_at"], first.id)
    assert [line["id"] for line in reader.inbox(receiver, state=None, after=place, limit=1)] == [str(third.id)]


def test_a_receipt_tells_the_timeline_once(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    payload = {
        "dossier_id": str(dossier.id),
        "delivery_id": "0195f1a2-7c3d-7e4f-8a5b-0123456789ab",
        "channel": "sms",
        "status": "delivered",
        "at": "2026-11-20T03:00:05+00:00",
    }
    before = (dossier.version, dossier.seen_version)
    for _ in range(2):
        notices.record_told(scene.work, [payload, payload])
    scene.work.session.refresh(dossier)
    told = [row for row in store.list_timeline(scene.work.session, dossier.id) if row.axis == "notice"]
    assert [row.event for row in told] == ["delivered"]
    assert (dossier.version, dossier.seen_version) == (before[0], before[1] + 1)


def test_a_notice_carries_what_the_law_wants(scene: Scene) -> None:
    dossier = scene.submitted(scene.citizen())
    _accept(scene, dossier)
    entry = store.last_business_entry(scene.work.session, dossier.id)
    assert entry is not None
    scene.work.session.flush()
    (facts,) = notices.read_notices(scene.work, scene.office, [(dossier.id, entry.id)])
    assert facts is not None
    assert (facts.phone, facts.code, facts.handler_name) == (PHONE, dossier.code, "Trần Thị Mẫu")
    assert (facts.agency, facts.due_at) == ("Ủy ban nhân dân phường Điện Bàn", THURSDAY)


def test_every_act_leaves_an_audit_row(scene: Scene) -> None:
    dossier = scene.finished(scene.citizen())
    actions = scene.work.session.scalars(
        select(AuditEntry.action).where(AuditEntry.object_id == dossier.id).order_by(AuditEntry.seq)
    ).all()
    for act in ("open_draft", "submit", "accept", "start", "attach_result", "advance", "finish"):
        assert f"dossier.{act}" in actions
    nameless = select(func.count()).select_from(AuditEntry).where(AuditEntry.actor_id.is_(None))
    assert scene.work.session.scalar(nameless) == 0
