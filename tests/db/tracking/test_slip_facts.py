"""What a slip tells at each turn of a dossier, and who may read it."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from kernel.audit import AuditEntry
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from tests.db.tracking.conftest import Scene, any_version
from tracking import store
from tracking.handover import HandOverWay
from tracking.models import SECRET_FIELD
from tracking.service import drafts, officer
from tracking.service.slips import own_slip
from tracking.slip import SlipPaper, render_slip

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=VIETNAM).astimezone(UTC)


def test_there_is_no_slip_before_the_acceptance(scene: Scene) -> None:
    actor = scene.citizen()
    for dossier in (scene.draft(actor), scene.submitted(actor)):
        with pytest.raises(DomainError, match="slip_not_yet"):
            own_slip(scene.work, actor, scene.office, dossier.id)
    assert "dossier.read_slip" not in set(scene.work.session.scalars(select(AuditEntry.action)))


def test_the_slip_of_an_accepted_dossier(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    scene.later(minutes=30)
    officer.accept_dossier(
        scene.work, scene.officer("receiver", name="Võ Thị Tiếp"), scene.office, dossier.id, any_version
    )
    facts = own_slip(scene.work, actor, scene.office, dossier.id)
    procedure = scene.office.catalogue.version(scene.work.session, dossier.version_id).procedure
    counts = Counter(file.code for file, _ in store.list_files(scene.work.session, dossier.id, "paper"))
    assert dossier.lookup_secret is not None
    assert facts.code == dossier.code
    assert facts.secret == scene.work.vault.open(SECRET_FIELD, dossier.id, dossier.lookup_secret)
    assert facts.agency == "Ủy ban nhân dân phường Điện Bàn"
    assert facts.agency_parent == "Ủy ban nhân dân thành phố Đà Nẵng"
    assert facts.officer == "Võ Thị Tiếp"
    assert facts.applicant == "Nguyễn Văn Thử"
    assert facts.identity_number is not None
    assert facts.identity_number.startswith("•••••••••")
    assert facts.phone == "+84••••••678"
    assert facts.papers == tuple(
        SlipPaper(paper.name.vi, counts[paper.code]) for paper in procedure.papers if paper.code in counts
    )
    assert (facts.submitted_at, facts.accepted_at) == (dossier.submitted_at, dossier.accepted_at)
    assert facts.term == "3 ngày làm việc"
    assert facts.fee_vnd == 100_000
    assert facts.return_way == "Tải về trong ứng dụng, hoặc nhận tại bộ phận một cửa"
    assert render_slip(facts, "https://motcua.example/verify").startswith(b"%PDF-")


def test_the_due_time_goes_while_the_clock_is_paused(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    receiver = scene.officer("receiver")
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    assert own_slip(scene.work, actor, scene.office, dossier.id).due_at == THURSDAY
    officer.request_supplement(scene.work, receiver, scene.office, dossier.id, any_version, reason="Ảnh mờ")
    assert own_slip(scene.work, actor, scene.office, dossier.id).due_at is None


def test_every_file_of_a_paper_is_counted(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    receiver = scene.officer("receiver")
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    officer.request_supplement(scene.work, receiver, scene.office, dossier.id, any_version, reason="Ảnh mờ")
    before = own_slip(scene.work, actor, scene.office, dossier.id).papers
    file, upload = store.list_files(scene.work.session, dossier.id, "paper")[0]
    other = scene.upload(actor, b"\xff\xd8\xff\xe0 another page \xff\xd9")
    drafts.set_paper(scene.work, actor, scene.office, dossier.id, file.code, [scene.sent(upload), scene.sent(other)])
    after = own_slip(scene.work, actor, scene.office, dossier.id).papers
    assert sum(paper.files for paper in after) == sum(paper.files for paper in before) + 1


def test_the_slip_names_who_accepted_and_later_the_way_of_the_result(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    officer.accept_dossier(
        scene.work, scene.officer("receiver", name="Võ Thị Tiếp"), scene.office, dossier.id, any_version
    )
    officer.start_processing(
        scene.work, scene.officer("appraiser", name="Đặng Văn Thẩm"), scene.office, dossier.id, any_version
    )
    assert own_slip(scene.work, actor, scene.office, dossier.id).officer == "Võ Thị Tiếp"
    done = scene.finished(actor, hkd_tenVN="HỘ KINH DOANH Thử Hai")
    officer.hand_over_result(
        scene.work, scene.officer("hand_over"), scene.office, done.id, any_version, way=HandOverWay.COUNTER
    )
    assert own_slip(scene.work, actor, scene.office, done.id).return_way == "Tại bộ phận một cửa"


def test_an_acceptance_taken_back_takes_the_slip_with_it(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    receiver = scene.officer("receiver")
    officer.accept_dossier(scene.work, receiver, scene.office, dossier.id, any_version)
    officer.undo_last(scene.work, receiver, scene.office, dossier.id, any_version, reason="Nhầm hồ sơ")
    with pytest.raises(DomainError, match="slip_not_yet"):
        own_slip(scene.work, actor, scene.office, dossier.id)


def test_somebody_elses_slip_is_not_there_and_every_reading_is_audited(scene: Scene) -> None:
    actor = scene.citizen()
    dossier = scene.submitted(actor)
    officer.accept_dossier(scene.work, scene.officer("receiver"), scene.office, dossier.id, any_version)
    with pytest.raises(DomainError, match="not_found"):
        own_slip(scene.work, scene.citizen("Trần Thị Mẫu"), scene.office, dossier.id)
    own_slip(scene.work, actor, scene.office, dossier.id)
    rows = scene.work.session.scalars(select(AuditEntry).where(AuditEntry.action == "dossier.read_slip")).all()
    assert [(row.object_id, row.actor_id) for row in rows] == [(dossier.id, actor.person_id)]
