"""A lodging's account at the authority: what is told without one, and what leaves once there is one."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock, local
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.storage import open_store
from kernel.work import Work
from outbound.jobs.outcomes import OutcomeKind
from residence.accounts.account import AccountState
from residence.accounts.store import Learnt, learn
from residence.authority.port import ArrayOutcome, Trial
from residence.events import ACCOUNT_REFUSED
from residence.models import Lodging
from residence.nights.undelivered import list_undelivered
from residence.receipts.receipts import Receipt, ReceiptState, issue_receipt, verify_receipt
from residence.receipts.slip import render_receipt
from residence.service import accounts, nights, reports
from residence.service.accounts import TriedAccount
from residence.transmission.planner import plan_transmissions
from tests.db.residence.support import Town, guest
from tests.db.residence.test_batches import accept, send, sheet
from tests.db.residence.transmissions import (
    DAY,
    VAULT,
    FakeAuthority,
    add_lodging,
    declare,
    drain,
    drain_until_quiet,
    events,
    plan,
    states,
)
from tests.unit.residence.guests_made import foreign_guest

REFUSED_LOGIN = ArrayOutcome(OutcomeKind.TRANSIENT, code="login_refused", retry_after_s=900, operator=True)


@pytest.fixture
def without(town: Town) -> Town:
    """A town whose lodging has been approved and has no account."""
    town.lodging = town.register(town.owner, town.organisation, name="Nhà nghỉ Chưa Có")
    town.lodging.state, town.lodging.approved_at = "active", town.work.now()
    town.work.session.flush()
    return town


def _report(town: Town, *numbers: str) -> None:
    told = [guest(number) for number in numbers]
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, told)
    payloads = town.work.session.scalars(text("SELECT payload FROM outbox_event WHERE kind = 'residence.declared'"))
    for payload in list(payloads):
        plan_transmissions(town.work.session, payload, 50)


def _refused(town: Town) -> None:
    town.give_account(town.owner, town.lodging, Trial.WORKS)
    learn(town.work.session, [Learnt(town.lodging.id, town.lodging.authority_given_at, works=False)])
    town.work.session.refresh(town.lodging)


def _night(town: Town) -> nights.Night:
    return nights.read_night(town.work, town.owner, town.desk, town.lodging.id, local(town.work.now()).date())


def _receipt(town: Town) -> Receipt:
    return issue_receipt(town.work, town.owner, town.desk, town.lodging.id, night=local(town.work.now()).date())


def _undelivered(town: Town) -> list[tuple[str | None, bool]]:
    rows = list_undelivered(town.work, town.owner, town.desk, town.lodging.id, after=None, limit=100)
    return [(row.code, row.by_file) for row in rows]


def _page(receipt: Receipt) -> str:
    return " ".join(
        PdfReader(io.BytesIO(render_receipt(receipt, "https://motcua.example/verify"))).pages[0].extract_text().split()
    )


@pytest.mark.parametrize(("refused", "code"), [(False, "no_account"), (True, "login_refused")])
def test_without_an_account_that_works_nothing_is_said_to_be_on_its_way(
    without: Town, *, refused: bool, code: str
) -> None:
    if refused:
        _refused(without)
    _report(without, "049090000001", "049090000002")
    night = _night(without)
    assert night.account.state is (AccountState.REFUSED if refused else AccountState.MISSING)
    assert (night.counts.declared, night.counts.on_the_way, night.counts.no_account) == (2, 0, 2)
    assert _undelivered(without) == [(code, True)] * 2
    receipt = _receipt(without)
    assert receipt.row.state == ReceiptState.NO_ACCOUNT
    page = _page(receipt)
    assert "CHƯA chuyển" in page
    assert "Chưa chuyển, thiếu tài khoản cổng 2" in page
    assert "đang chuyển" not in page


@pytest.mark.parametrize("trial", [Trial.WORKS, Trial.UNANSWERED])
def test_with_an_account_they_are_on_the_way_and_the_receipt_says_no_more_than_is_so(
    without: Town, trial: Trial
) -> None:
    _report(without, "049090000001")
    held = _receipt(without)
    without.give_account(without.owner, without.lodging, trial)
    night = _night(without)
    assert (night.counts.on_the_way, night.counts.no_account, _undelivered(without)) == (1, 0, [])
    now = verify_receipt(without.work, held.row.code, held.mark)
    assert (now.receipt.row.state, now.now.state) == (ReceiptState.NO_ACCOUNT, ReceiptState.ACCEPTED)
    fresh = _receipt(without)
    assert fresh.row.code != held.row.code
    page = _page(fresh)
    assert "Đã tiếp nhận, cổng chưa trả lời" in page
    assert "đang chuyển" not in page.lower()


def test_a_file_without_an_account_is_said_not_to_be_passed_on(without: Town, tmp_path: Path) -> None:
    files = open_store(tmp_path.as_uri())
    batch = accept(without, files, send(without, files, sheet(guest(), guest("049090000002"))))
    receipt = issue_receipt(without.work, without.owner, without.desk, without.lodging.id, batch_id=batch.id)
    assert receipt.row.state == ReceiptState.NO_ACCOUNT


def test_what_a_call_left_unseen_is_not_said_to_wait_for_the_account(without: Town) -> None:
    _refused(without)
    _report(without, "049090000001", "049090000002")
    without.work.session.execute(text("UPDATE transmission_item SET state = 'sent' WHERE position = 1"))
    counts = _night(without).counts
    assert (counts.on_the_way, counts.no_account) == (1, 1)


def test_an_account_that_the_portal_refused_is_not_kept(without: Town) -> None:
    with pytest.raises(DomainError) as refusal:
        without.give_account(without.owner, without.lodging, Trial.REFUSED)
    assert [(field.pointer, field.code) for field in refusal.value.fields] == [
        ("/authority_account", "account_refused")
    ]
    assert (without.lodging.authority_username, without.lodging.authority_state) == (None, "missing")


def test_a_wrong_new_password_leaves_the_old_account_as_it_was(town: Town) -> None:
    before = town.lodging.authority_password
    with pytest.raises(DomainError, match="invalid_fields"):
        town.give_account(town.owner, town.lodging, Trial.REFUSED)
    assert (town.lodging.authority_password, town.lodging.authority_state) == (before, "working")


def test_only_who_manages_lodgings_gives_an_account(town: Town) -> None:
    clerk, _ = town.member(town.organisation, "Lễ tân Thử", ("report_guests",))
    with pytest.raises(DomainError, match="mandate_missing"):
        accounts.may_give_account(town.work, clerk, town.desk, town.lodging.id)
    with pytest.raises(DomainError, match="not_found"):
        accounts.may_give_account(town.work, town.rival, town.desk, town.lodging.id)


def _give(database: Database, clock: SettableClock, lodging: Lodging, trial: Trial) -> None:
    with database.transaction() as session:
        actor = Actor(ActorKind.CITIZEN, person_id=lodging.registered_by, identity_level=2)
        held = session.get_one(Lodging, lodging.id)
        given = TriedAccount("cslt-1", "mat-khau-thu", trial)
        accounts.give_account(Work(session, VAULT, clock), actor, held, given)


def _lodging(database: Database, clock: SettableClock, *, account: bool) -> Lodging:
    """With one guest declared for it."""
    with database.transaction() as session:
        lodging = add_lodging(session, clock, account=account)
        plan(session, lodging.id, [declare(session, clock, lodging.id, foreign_guest(DAY))[1]])
        session.expunge(lodging)
    return lodging


def _state(database: Database) -> str:
    with database.transaction() as session:
        return session.scalars(select(Lodging.authority_state)).one()


@pytest.mark.parametrize("trial", [Trial.WORKS, Trial.UNANSWERED])
def test_what_waited_for_an_account_leaves_at_once(
    clean_database: Database, clock: SettableClock, trial: Trial
) -> None:
    lodging, authority = _lodging(clean_database, clock, account=False), FakeAuthority()
    drain(clean_database, authority, clock)
    assert (states(clean_database), authority.calls) == (["waiting"], [])
    _give(clean_database, clock, lodging, trial)
    drain(clean_database, authority, clock)
    assert len(authority.calls) == 1
    assert _state(clean_database) == "working"


def test_an_account_that_could_not_be_tried_is_tried_by_the_worker(
    clean_database: Database, clock: SettableClock
) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock, account=False)
        session.expunge(lodging)
    _give(clean_database, clock, lodging, Trial.UNANSWERED)
    authority = FakeAuthority(trial=Trial.UNANSWERED)
    drain(clean_database, authority, clock)
    assert (_state(clean_database), authority.tried) == ("untried", ["cslt-1"])
    drain(clean_database, authority, clock)
    # Not again before its time.
    assert authority.tried == ["cslt-1"]
    with clean_database.transaction() as session:
        session.execute(text("UPDATE lodging SET authority_try_at = now()"))
    authority.trial = Trial.WORKS
    drain(clean_database, authority, clock)
    assert (_state(clean_database), len(authority.tried)) == ("working", 2)


def test_an_account_refused_later_is_told_once(clean_database: Database, clock: SettableClock) -> None:
    lodging, authority = _lodging(clean_database, clock, account=True), FakeAuthority(mood=lambda _: REFUSED_LOGIN)
    for _ in range(3):
        drain(clean_database, authority, clock)
        with clean_database.transaction() as session:
            session.execute(text("UPDATE transmission SET due_at = now()"))
    assert (_state(clean_database), len(authority.calls)) == ("refused", 3)
    assert events(clean_database, ACCOUNT_REFUSED) == [{"lodging_id": str(lodging.id)}]
    authority.mood = lambda _: "good"
    drain_until_quiet(clean_database, authority, clock)
    assert (_state(clean_database), states(clean_database)) == ("working", ["confirmed"])


def test_news_of_an_account_that_was_replaced_are_dropped(clean_database: Database, clock: SettableClock) -> None:
    lodging, authority = _lodging(clean_database, clock, account=True), FakeAuthority(mood=lambda _: REFUSED_LOGIN)

    def replace_meanwhile() -> None:
        clock.advance(timedelta(seconds=1))
        _give(clean_database, clock, lodging, Trial.WORKS)

    authority.on_call = replace_meanwhile
    drain(clean_database, authority, clock)
    assert (_state(clean_database), events(clean_database, ACCOUNT_REFUSED)) == ("working", [])


def test_our_own_pair_refused_accuses_no_lodging(clean_database: Database, clock: SettableClock) -> None:
    _lodging(clean_database, clock, account=True)
    vendor = ArrayOutcome(OutcomeKind.TRANSIENT, code="vendor_refused", retry_after_s=900, operator=True)
    drain(clean_database, FakeAuthority(mood=lambda _: vendor), clock)
    assert (_state(clean_database), events(clean_database, ACCOUNT_REFUSED)) == ("working", [])
