"""A budget that is nearly spent, and then spent: its admins hear of each once a month, in the app, at no cost."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.clock import SettableClock
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from kernel.work import Work
from notify.desk.budget_notices import READER, watch_budgets
from notify.models import BODY_FIELD, Delivery
from notify.planning.offers import OutlookByLedger, month_of
from notify.registers import Budget, Spend
from procedures.catalogue import Catalogue
from procedures.part import CATALOGUE
from tests.db.notify.support import VAULT, add_agency
from tests.support.telling import KnownContacts, teller

AGENCY = "P1"


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
    admins = [new_id(), new_id()]
    told = teller(VAULT, clock, OutlookByLedger([]), KnownContacts(admins), {CATALOGUE.name: Catalogue()})
    for _ in range(2):
        told.handler(READER)(purse.work.session, [purse.events()[0]])
    rows = purse.work.session.query(Delivery).all()
    assert {(row.channel, row.state) for row in rows} == {("inbox", "delivered")}
    people = purse.work.session.scalars(text("SELECT person_id FROM notification")).all()
    assert sorted(people) == sorted(admins)
    said = VAULT.open(BODY_FIELD, rows[0].id, rows[0].body)
    assert "8.500" in said
    assert "10.000" in said
    assert "11/2026" in said
