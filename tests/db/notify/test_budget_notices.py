"""A budget that is nearly spent, and then spent: its admins hear of each once a month, in the app, at no cost."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.work import Work
from notify.models import BODY_FIELD, Delivery
from notify.notices.budget import BudgetAnnouncer, watch_budgets
from notify.planning.handlers import Announcer
from notify.planning.offers import OutlookByLedger, month_of
from notify.registers import Budget, Spend
from notify.templates.book import shipped_templates
from tests.db.notify.support import VAULT, add_agency

AGENCY = "P1"


class Desk:
    """Two admins, and no dossiers."""

    def __init__(self) -> None:
        self.people = (new_id(), new_id())

    def admins(self, session: Session, agency_code: str) -> Sequence[UUID]:
        return self.people

    def agency_name(self, session: Session, agency_code: str) -> str:
        return "Ủy ban nhân dân phường Thử"

    def notices(self, *_: Any) -> list[None]:
        raise AssertionError

    def one_time_code(self, *_: Any) -> None:
        raise AssertionError


class Purse:
    """An agency's budget of 10,000 đồng, and what is spent of it."""

    def __init__(self, session: Session, clock: SettableClock) -> None:
        self.clock = clock
        self.work = Work(session, VAULT, clock)
        add_agency(session, AGENCY)
        session.add(Budget(agency_code=AGENCY, limit_vnd=10_000, warn_percent=80, set_by=new_id()))
        session.flush()

    def spend(self, cost: int) -> list[str]:
        """Spends, and returns the states that were newly told."""
        session, month = self.work.session, month_of(self.clock.now())
        row = session.get(Spend, (AGENCY, month, "esms"))
        if row is None:
            row = Spend(agency_code=AGENCY, month=month, gateway="esms", messages=0, parts=0, cost_vnd=0)
            session.add(row)
        row.cost_vnd += cost
        session.flush()
        before = len(self.events())
        assert watch_budgets(self.work) == len(self.events()) - before
        return [event.payload["state"] for event in self.events()[before:]]

    def events(self) -> list[OutboxEvent]:
        return self.work.session.query(OutboxEvent).order_by(OutboxEvent.seq).all()


@pytest.fixture
def purse(session: Session, clock: SettableClock) -> Purse:
    return Purse(session, clock)


def test_each_state_is_told_once_a_month(purse: Purse) -> None:
    assert [purse.spend(7_999), purse.spend(1), purse.spend(1_000), purse.spend(1_000), purse.spend(9_000)] == [
        [], ["warned"], [], ["spent"], [],
    ]  # fmt: skip
    purse.clock.advance(timedelta(days=31))
    assert [purse.spend(1), purse.spend(9_999), purse.spend(1)] == [[], ["spent"], []]


def test_a_higher_limit_is_told_anew_only_when_it_is_reached(purse: Purse) -> None:
    assert purse.spend(8_000) == ["warned"]
    purse.work.session.get_one(Budget, AGENCY).limit_vnd = 20_000
    assert purse.spend(0) == []
    assert purse.spend(12_000) == ["spent"]


def test_admins_find_it_in_the_app(purse: Purse, clock: SettableClock) -> None:
    purse.spend(8_500)
    desk = Desk()
    announcer = Announcer(VAULT, clock, desk, desk, OutlookByLedger([]), lambda _: shipped_templates())
    told = BudgetAnnouncer(announcer, desk)
    for _ in range(2):
        told.tell(purse.work.session, purse.events()[0])
    rows = purse.work.session.query(Delivery).all()
    assert {(row.channel, row.state) for row in rows} == {("inbox", "delivered")}
    people = purse.work.session.scalars(text("SELECT person_id FROM notification")).all()
    assert sorted(people) == sorted(desk.people)
    said = VAULT.open(BODY_FIELD, rows[0].id, rows[0].body)
    assert "8.500" in said
    assert "10.000" in said
    assert "11/2026" in said
