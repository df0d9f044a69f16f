"""The answer to an act is made from what was read before it: it must be what reading the dossier would give."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event

from kernel.actor import Actor
from kernel.texts.bilingual import Language
from tests.db.tracking.conftest import Scene, any_version
from tracking.case import Case
from tracking.handover import HandOverWay
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import citizen, officer, results

_HIDDEN = "Chỉ nội bộ"


class Walk:
    """One dossier, its citizen and an officer with every role; each act is compared with what a read gives then."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.citizen = scene.citizen()
        self.officer = scene.officer("receiver", "appraiser", "leader", "hand_over")
        self.dossier = scene.draft(self.citizen)

    def own(self, act: Callable[..., Any], **said: Any) -> dict[str, Any]:
        case: Case = act(self.scene.work, self.citizen, self.scene.office, self.dossier.id, **said)
        return self._compare(
            lambda reader: reader.own_case(case), lambda reader: reader.own(self.citizen, case.dossier.id)
        )

    def desk(self, act: Callable[..., Case], **said: Any) -> dict[str, Any]:
        by: Actor = self.officer
        case = act(self.scene.work, by, self.scene.office, self.dossier.id, any_version, **said)
        return self._compare(lambda reader: reader.desk_case(by, case), lambda reader: reader.desk(by, case.dossier.id))

    def _compare(self, acted: Callable[[Reader], Any], read: Callable[[Reader], Any]) -> dict[str, Any]:
        work = self.scene.work
        languages: tuple[Language, ...] = ("vi", "en")
        readers = [Reader(work.session.connection(), work.vault, language) for language in languages]
        answered = [acted(reader) for reader in readers]
        work.session.flush()
        assert answered == [read(reader) for reader in readers]
        self.scene.later(minutes=1)
        view: dict[str, Any] = answered[0][1]
        return view

    def submit(self) -> dict[str, Any]:
        manifest = self.scene.with_papers(self.citizen, self.dossier)
        phone = self.scene.phone_of(self.citizen)
        return self.own(citizen.submit_dossier, notify_phone=phone, manifest=manifest)

    def start(self) -> None:
        self.submit()
        self.desk(officer.accept_dossier)
        self.desk(officer.start_processing)


@pytest.fixture
def walk(scene: Scene) -> Walk:
    return Walk(scene)


def test_to_the_end_and_back(walk: Walk, scene: Scene) -> None:
    walk.start()
    walk.desk(officer.move_step, action="advance", note=_HIDDEN)
    result = scene.sent(scene.upload(walk.officer))
    kind = scene.office.catalogue.version(scene.work.session, walk.dossier.version_id).procedure.results[0].code
    assert len(walk.desk(results.attach_result, kind=kind, sent=result)["results"]) == 1
    walk.desk(officer.finish_dossier)
    walk.desk(officer.undo_last, reason="Nhầm")
    walk.desk(officer.finish_dossier)
    walk.desk(officer.finish_dossier)
    walk.desk(officer.hand_over_result, way=HandOverWay.COUNTER)
    walk.desk(officer.undo_last, reason="Chưa trả")


def test_a_supplement_pauses_the_clock_and_its_answer_goes_on(walk: Walk) -> None:
    walk.start()
    walk.desk(officer.request_supplement, reason="Ảnh mờ")
    walk.own(citizen.answer_supplement, note="Đã chụp lại")
    walk.desk(officer.stop_dossier, reason="Trùng hồ sơ")


def test_withdrawals_are_refused_and_granted(walk: Walk) -> None:
    walk.start()
    walk.own(citizen.ask_withdrawal, reason="Đổi ý")
    walk.desk(officer.settle_withdrawal, grant=False, reason="Đã thẩm định")
    walk.own(citizen.ask_withdrawal, reason="Vẫn rút")
    walk.desk(officer.settle_withdrawal, grant=True, reason=None)


def test_a_dossier_is_declined(walk: Walk) -> None:
    walk.submit()
    walk.desk(officer.decline_dossier, reason="Sai nơi nộp")


def test_a_citizen_is_answered_without_the_reasons_of_officers(walk: Walk) -> None:
    walk.start()
    walk.desk(officer.move_step, action="advance", note=_HIDDEN)
    said = walk.own(citizen.ask_withdrawal, reason="Đổi ý")
    assert _HIDDEN not in [entry["reason"] for entry in said["timeline"]]
    assert "Đổi ý" in [entry["reason"] for entry in said["timeline"]]


def test_what_an_officer_acts_on_is_never_shown_to_a_citizen(walk: Walk, scene: Scene) -> None:
    walk.submit()
    case = officer.accept_dossier(scene.work, walk.officer, scene.office, walk.dossier.id, any_version)
    with pytest.raises(LookupError, match="internal"):
        Reader(scene.work.session.connection(), scene.work.vault, "vi").own_case(case)


def test_an_act_changes_the_dossier_by_one_statement_and_adds_all_rows_by_another(walk: Walk, scene: Scene) -> None:
    walk.start()
    sent: list[str] = []

    def hear(_c: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    bind = scene.work.session.get_bind()
    event.listen(bind, "before_cursor_execute", hear)
    case = officer.request_supplement(
        scene.work, walk.officer, scene.office, walk.dossier.id, any_version, reason="Ảnh mờ"
    )
    assert not [each for each in sent if "INSERT" in each or "UPDATE dossier" in each]
    Reader(scene.work.session.connection(), scene.work.vault, "vi").desk_case(walk.officer, case)
    scene.work.session.flush()
    event.remove(bind, "before_cursor_execute", hear)
    changed, added = sent[-2:]
    assert changed.startswith("UPDATE dossier")
    for table in ("timeline_entry", "clock_entry", "outbox_event", "audit_entry"):
        assert f"INSERT INTO {table}" in added
    assert len(sent) == 5
    assert isinstance(case.dossier, Dossier)
