"""A lodging's evening in any order, beside a model that keeps only what the law asks for."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import VIETNAM, SettableClock
from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.vault import open_vault
from kernel.work import Work
from residence import store
from residence.guests import GuestDeclaration, Moment
from residence.models import Declaration, Stay
from residence.service import chain, reports
from tests.db.residence.support import Town, guest

FIRST = date(2026, 11, 20)
NUMBERS = st.sampled_from([f"04909000000{number}" for number in range(4)])


def night_of(arrival: Moment) -> date:
    """Until eight in the morning it is the night before."""
    early = arrival.clock is not None and arrival.clock < time(8)
    return arrival.day - timedelta(days=1) if early else arrival.day


class Evening(RuleBasedStateMachine):
    """`standing` is what holds by (document, night): the stay, its guest, and how many times it was declared."""

    session: Session

    @initialize()
    def begin(self) -> None:
        self.outer = self.session.begin_nested()
        clock = SettableClock(datetime(2026, 11, 20, 10, tzinfo=VIETNAM).astimezone(UTC))
        self.town = Town.build(Work(self.session, open_vault(self.session.connection(), bytes(range(32))), clock))
        self.standing: dict[tuple[str, date], UUID] = {}
        self.guests: dict[UUID, GuestDeclaration] = {}
        self.links: dict[UUID, list[str]] = {}
        self.left: set[UUID] = set()
        self.nil: set[date] = set()
        self.told = 0

    def teardown(self) -> None:
        if hasattr(self, "outer"):
            self.outer.rollback()
            self.session.expire_all()

    @property
    def today(self) -> date:
        return self.town.clock.instant.astimezone(VIETNAM).date()

    @rule(hours=st.integers(1, 14))
    def time_passes(self, hours: int) -> None:
        self.town.clock.advance(timedelta(hours=hours))

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=3), nights=st.integers(1, 3), after_midnight=st.booleans())
    def report(self, numbers: list[str], nights: int, after_midnight: bool) -> None:
        town, day = self.town, self.today
        early = after_midnight or town.clock.instant.astimezone(VIETNAM).hour < 9
        arrival = Moment(day, time(0) if early else time(9))
        guests = [
            guest(number, arrival=arrival, departure=Moment(day + timedelta(days=nights), time(12)))
            for number in numbers
        ]
        told = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, guests)
        for each, said in zip(guests, told, strict=True):
            key = (each.document_number, night_of(arrival))
            assert said.new is (key not in self.standing)
            if said.new:
                self.standing[key], self.guests[said.stay_id] = said.stay_id, each
                self.links[said.stay_id] = ["arrival"]
            assert said.stay_id == self.standing[key]
        if any(said.new for said in told):
            self.told += 1
            self.forget_nils()

    @rule()
    def say_nobody(self) -> None:
        town, day = self.town, self.today
        if self.staying(day):
            with pytest.raises(DomainError, match="night_has_guests"):
                reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, day)
        else:
            reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, day)
            self.nil.add(day)

    @precondition(lambda self: self.guests)
    @rule(data=st.data(), days=st.integers(1, 40))
    def extend(self, data: st.DataObject, days: int) -> None:
        stay, before = self.pick(data)
        departure = Moment(before.departure.day + timedelta(days=days), time(12))
        allowed = self.goes_on(stay) and departure.day <= before.arrival.day + chain.LONGEST_EXTENSION
        self.act(stay, allowed, "extension", replace(before, departure=departure), departure)

    @precondition(lambda self: self.guests)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        stay, before = self.pick(data)
        left = Moment(self.today, time(0))
        allowed = self.goes_on(stay) and before.arrival.instant <= left.instant <= before.departure.instant
        self.act(stay, allowed, "early_leave", replace(before, left=left), left)
        if allowed:
            self.left.add(stay)

    @precondition(lambda self: self.guests)
    @rule(data=st.data(), room=st.sampled_from(["101", "102", "103"]))
    def correct(self, data: st.DataObject, room: str) -> None:
        stay, before = self.pick(data)
        right = replace(before, room=room)
        allowed = stay in self.standing.values() and right != before
        self.act(stay, allowed, "correction", right, right)

    @precondition(lambda self: self.guests)
    @rule(data=st.data())
    def annul(self, data: st.DataObject) -> None:
        stay, before = self.pick(data)
        self.act(stay, stay in self.standing.values(), "annulment", before, None)
        self.standing = {key: held for key, held in self.standing.items() if held != stay}

    def pick(self, data: st.DataObject) -> tuple[UUID, GuestDeclaration]:
        stay = data.draw(st.sampled_from(list(self.guests)))
        return stay, self.guests[stay]

    def goes_on(self, stay: UUID) -> bool:
        return stay in self.standing.values() and stay not in self.left

    def act(
        self, stay: UUID, allowed: bool, kind: str, after: GuestDeclaration, given: Moment | GuestDeclaration | None
    ) -> None:
        town = self.town
        where = (town.work, town.owner, town.desk, town.lodging.id, stay)
        try:
            if kind == "annulment":
                chain.annul_stay(*where, note="Khai nhầm.")
            elif isinstance(given, GuestDeclaration):
                chain.correct_stay(*where, guest=given, note="")
            elif isinstance(given, Moment):
                (chain.extend_stay if kind == "extension" else chain.leave_early)(*where, given)
        except DomainError:
            assert not allowed, kind
        else:
            assert allowed, kind
            self.guests[stay] = after
            self.links[stay].append(kind)
            self.told += 1
            self.forget_nils()

    def forget_nils(self) -> None:
        self.nil = {night for night in self.nil if not self.staying(night)}

    def staying(self, night: date) -> bool:
        """Whoever came for the night, or came before it and leaves after its end."""
        for each in (self.guests[stay] for stay in self.standing.values()):
            came, leaves = night_of(each.arrival), (each.left or each.departure).day
            if came == night or came < night < leaves:
                return True
        return False

    @invariant()
    def the_ledger_agrees(self) -> None:
        if not hasattr(self, "town"):
            return
        for stay, kinds in self.links.items():
            row = self.session.scalars(select(Stay).where(Stay.id == stay)).one()
            links = chain.history(self.town.work, self.town.desk, self.town.lodging, row).links
            assert [link.kind for link in links] == kinds
            assert links[-1].guest == self.guests[stay]
            assert (row.state == "annulled") is (stay not in self.standing.values())
        assert store.has_guests(self.session, self.town.lodging.id, self.today) is self.staying(self.today)
        events = self.session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "residence.declared")).all()
        named = [each for event in events for each in event.payload["declaration_ids"]]
        declared = self.session.scalars(select(Declaration.id)).all()
        assert sorted(named) == sorted(map(str, declared))
        assert len(events) == self.told

    @invariant()
    def a_night_is_never_both_empty_and_full(self) -> None:
        for night in getattr(self, "nil", ()):
            standing = store.standing_nil(self.session, self.town.lodging.id, night)
            assert standing is not None


def test_an_evening_in_any_order(session: Session) -> None:
    few = settings(
        max_examples=max(8, settings().max_examples // 5),
        stateful_step_count=15,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    run_state_machine_as_test(type("EveningHere", (Evening,), {"session": session}), settings=few)
