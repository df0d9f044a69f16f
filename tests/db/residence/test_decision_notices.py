"""Hotels hear of every decision on their lodgings, and the police of every lodging that waits for one."""

import pytest
from sqlalchemy import select, text

from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.work import Work
from notify.models import BODY_FIELD, Delivery, Notification
from notify.planning.plan import Channel
from notify.planning.preferences import save_preferences
from notify.templates.events import Purpose
from residence.accounts.store import Learnt, learn
from residence.authority.port import Trial
from residence.events import ACCOUNT_REFUSED, OF_CHANGE, REGISTERED
from residence.models import Lodging
from residence.part import PART
from residence.service import lodgings, police
from residence.states import LodgingEvent
from tests.db.residence.conftest import Teller
from tests.db.residence.support import Town

DECIDED = [kind for kind in PART.notices if kind.startswith("lodging.")]
REASON = "Chưa có giấy phép kinh doanh."
OFFICERS_END = text("UPDATE officer SET ended_at = now() WHERE agency_code = :agency")
Told = list[tuple[str, str, str]]


@pytest.fixture
def told(work: Work, town: Town, announcer: Teller) -> "Hearing":
    teller = Hearing(work, announcer)
    teller.hear()
    return teller


class Hearing:
    """The plan drain for events of lodgings."""

    def __init__(self, work: Work, announcer: Teller) -> None:
        self._work, self._announcer = work, announcer
        self._seen: set[object] = set()

    def hear(self) -> Told:
        """(template, channel, text) of what the events since the last call gave."""
        session = self._work.session
        before = set(session.scalars(select(Delivery.id)))
        for event in session.scalars(
            select(OutboxEvent).where(OutboxEvent.kind.in_(DECIDED)).order_by(OutboxEvent.seq)
        ):
            if event.id not in self._seen:
                self._announcer.tell(session, event)
                self._seen.add(event.id)
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        opened = self._work.vault.open
        return [
            (row.template, row.channel, opened(BODY_FIELD, row.id, row.body)) for row in rows if row.id not in before
        ]

    def people(self, template: str) -> list[object]:
        query = select(Notification.person_id).where(Notification.kind == template)
        return list(self._work.session.scalars(query))


def _decide(town: Town, lodging: Lodging, event: LodgingEvent, reason: str | None = None) -> None:
    police.decide_lodging(town.work, town.officer, lodging.id, event, reason=reason)


def test_the_police_of_the_commune_hear_of_a_registration(town: Town, told: Hearing) -> None:
    town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    [(template, channel, words)] = told.hear()
    assert (template, channel) == ("lodging.registered", "inbox")
    assert "Nhà nghỉ Mới" in words
    assert "chờ công an duyệt" in words
    assert told.people("lodging.registered").count(town.officer.person_id) == 2
    town.register(town.rival, town.other_organisation, name="Nhà nghỉ Bên Kia", commune_code="20587")
    assert len(told.hear()) == 1
    assert told.people("lodging.registered").count(town.officer.person_id) == 2


def test_where_no_police_officer_is_appointed_those_above_hear_of_it(town: Town, told: Hearing) -> None:
    city = town.police("P")
    town.work.session.execute(OFFICERS_END, {"agency": "P.1"})
    town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    told.hear()
    assert city.person_id in told.people("lodging.registered")


def test_every_decision_reaches_the_lodging_with_its_reason(town: Town, told: Hearing, phone: str) -> None:
    assert phone
    lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    told.hear()
    steps = [
        (LodgingEvent.REFUSE, REASON, "lodging.refused", "không duyệt"),
        (LodgingEvent.APPROVE, None, "lodging.approved_without_account", "chưa được chuyển"),
        (LodgingEvent.SUSPEND, REASON, "lodging.suspended", "tạm dừng"),
        (LodgingEvent.RESUME, None, "lodging.resumed", "trở lại"),
    ]
    for event, reason, template, words in steps:
        if event is LodgingEvent.APPROVE:
            lodgings.resubmit_lodging(town.work, town.owner, town.desk, lodging.id)
            assert [each[0] for each in told.hear()] == ["lodging.resubmitted"]
        _decide(town, lodging, event, reason)
        heard = told.hear()
        assert [(each[0], each[1]) for each in heard] == [(template, "inbox"), (template, "sms")]
        assert words in heard[0][2]
        assert "Nhà nghỉ Mới" in heard[0][2]
        assert "Nha nghi Moi" in heard[1][2]
        assert reason is None or all(("giấy phép" in words or "giay phep" in words) for _, _, words in heard)
    lodgings.close_lodging(town.work, town.owner, town.desk, lodging.id)
    assert [each[0] for each in told.hear()] == ["lodging.closed"] * 2


def test_an_approval_of_a_lodging_with_its_account_says_nothing_is_missing(town: Town, told: Hearing) -> None:
    lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Mới")
    town.give_account(town.owner, lodging, Trial.UNANSWERED)
    _decide(town, lodging, LodgingEvent.APPROVE)
    heard = [each for each in told.hear() if each[0].startswith("lodging.approved")]
    assert [each[0] for each in heard] == ["lodging.approved"]
    assert "tài khoản" not in heard[0][2]


def test_a_decision_said_twice_is_told_once(town: Town, told: Hearing) -> None:
    _decide(town, town.lodging, LodgingEvent.SUSPEND, REASON)
    _decide(town, town.lodging, LodgingEvent.SUSPEND, REASON)
    with pytest.raises(DomainError, match="lodging_step_refused"):
        _decide(town, town.lodging, LodgingEvent.REFUSE, REASON)
    assert [each[0] for each in told.hear()] == ["lodging.suspended"]


def test_who_reports_for_the_lodging_hears_of_it_and_others_do_not(town: Town, told: Hearing) -> None:
    clerk, _ = town.member(town.organisation, "Lễ tân Thử", ("report_guests",))
    town.member(town.organisation, "Kế toán Thử", ("manage_clients",))
    elsewhere, elsewhere_id = town.member(town.organisation, "Lễ tân Khác", ("report_guests",))
    other = town.open(town.owner, town.organisation, name="Nhà nghỉ Hai")
    lodgings.set_staff(town.work, town.owner, town.desk, other.id, [elsewhere_id])
    told.hear()
    _decide(town, town.lodging, LodgingEvent.SUSPEND, REASON)
    told.hear()
    assert set(told.people("lodging.suspended")) == {town.owner.person_id, clerk.person_id}
    assert elsewhere.person_id not in told.people("lodging.suspended")


def test_who_muted_texts_finds_the_decision_in_the_app(work: Work, town: Town, told: Hearing, phone: str) -> None:
    assert phone
    save_preferences(work, town.owner, {Purpose.ORGANISATION: {Channel.SMS: False}})
    _decide(town, town.lodging, LodgingEvent.SUSPEND, REASON)
    assert [channel for _, channel, _ in told.hear()] == ["inbox"]


def test_an_account_that_the_portal_refuses_later_is_told(town: Town, told: Hearing, phone: str) -> None:
    assert phone
    found = Learnt(town.lodging.id, town.lodging.authority_given_at, works=False)
    for _ in range(2):
        learn(town.work.session, [found])
    heard = told.hear()
    assert [each[:2] for each in heard] == [("lodging.account_refused", "inbox"), ("lodging.account_refused", "sms")]
    assert "chưa được" in heard[0][2]


def test_every_event_of_a_lodging_is_told() -> None:
    assert {*OF_CHANGE.values(), REGISTERED, ACCOUNT_REFUSED} == set(DECIDED)
