"""Declared guests on their way: planned, sent, counted; lost answers, false successes, refusals, order."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from outbound.jobs.outcomes import OutcomeKind
from residence.authority.answers import REFUSED_WHOLE
from residence.authority.port import ArrayOutcome, Element, ItemAnswer, Sign
from residence.guests import GuestDeclaration
from residence.transmission.plan import Why
from tests.db.residence.transmissions import (
    DAY,
    FakeAuthority,
    add_batch,
    add_lodging,
    declare,
    drain,
    drain_until_quiet,
    events,
    item_states,
    later,
    plan,
    states,
)
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest


def filed(database: Database, clock: SettableClock, *guests: GuestDeclaration, size: int = 50) -> UUID:
    """A lodging that has declared these guests, planned."""
    with database.transaction() as session:
        lodging = add_lodging(session, clock)
        ids = [declare(session, clock, lodging.id, guest)[1] for guest in guests]
        plan(session, lodging.id, ids, size=size)
    return lodging.id


def foreigners(number: int) -> list[GuestDeclaration]:
    return [foreign_guest(DAY, f"K{n:07}") for n in range(number)]


def test_arrays_are_of_one_kind_and_night_and_no_larger_than_said(
    clean_database: Database, clock: SettableClock
) -> None:
    guests = [*foreigners(5), vietnamese_guest(DAY), foreign_guest(DAY - timedelta(days=1), "K9")]
    lodging = filed(clean_database, clock, *guests, size=2)
    with clean_database.transaction() as session:
        rows = session.execute(text("SELECT kind, night, declared FROM transmission ORDER BY kind, night, declared"))
        assert [tuple(row) for row in rows] == [
            ("foreign", DAY - timedelta(days=1), 1),
            ("foreign", DAY, 1),
            ("foreign", DAY, 2),
            ("foreign", DAY, 2),
            ("vietnamese", DAY, 1),
        ]
        again = session.scalars(text("SELECT declaration_id FROM transmission_item")).all()
        assert plan(session, lodging, again, size=2) == 0


def test_a_batch_is_planned_by_its_name_and_settles_once_all_is_there(
    clean_database: Database, clock: SettableClock
) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        batch = add_batch(session, clock, lodging.id, 5)
        for guest in foreigners(5):
            declare(session, clock, lodging.id, guest, batch_id=batch)
        assert plan(session, lodging.id, [], size=2, batch_id=batch) == 5
    authority = FakeAuthority()
    drain(clean_database, authority, clock)
    assert states(clean_database) == ["transmitted"] * 3
    later(clean_database, timedelta(minutes=1))
    drain(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"] * 3
    told = {"lodging_id": str(lodging.id), "batch_id": str(batch), "state": "confirmed"}
    assert events(clean_database, "residence.settled") == [told]
    assert authority.asked == 1


def test_a_batch_that_cannot_be_counted_settles_as_transmitted(clean_database: Database, clock: SettableClock) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        batch = add_batch(session, clock, lodging.id, 3)
        for guest in foreigners(3):
            declare(session, clock, lodging.id, guest, batch_id=batch)
        plan(session, lodging.id, [], size=2, batch_id=batch)
    drain_until_quiet(clean_database, FakeAuthority(counts=False), clock)
    assert [event["state"] for event in events(clean_database, "residence.settled")] == ["transmitted"]


def test_a_lost_answer_is_counted_and_not_sent_again(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(3))
    authority = FakeAuthority(mood=lambda _: "lost")
    drain(clean_database, authority, clock)
    assert states(clean_database) == ["unknown"]
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"]
    assert len(authority.calls) == 1


def test_a_call_that_never_arrived_is_made_again(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(3))
    moods = iter(["vanished"])
    authority = FakeAuthority(mood=lambda array: next(moods, "good") if array else "good")
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"]
    assert authority.documents() == ["K0000000", "K0000001", "K0000002"]


def test_without_a_count_a_lost_answer_is_cleared_up_by_what_the_portal_knows_again(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, *foreigners(3))
    moods = iter(["lost"])
    authority = FakeAuthority(mood=lambda array: next(moods, "good") if array else "good", counts=False)
    drain_until_quiet(clean_database, authority, clock)
    assert item_states(clean_database) == [("confirmed", "still_staying")] * 3
    assert len(authority.calls) == 2
    assert len(authority.has) == 3


def test_a_success_that_imported_nothing_is_found_out(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(3))
    moods = iter(["empty", "empty"])
    authority = FakeAuthority(mood=lambda array: next(moods, "good") if array else "good")
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"]
    assert sorted(authority.documents()) == ["K0000000", "K0000001", "K0000002"]


def test_a_guest_left_out_of_a_success_is_found_out(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(5))
    moods = iter(["skip"])
    authority = FakeAuthority(mood=lambda array: next(moods, "good") if array else "good")
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"]
    assert len(authority.has) == len(set(authority.documents())) == 5


def test_an_authority_that_always_says_yes_and_has_none_ends_in_doubt(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, *foreigners(2))
    authority = FakeAuthority(mood=lambda _: "empty")
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["in_doubt"]
    assert {code for _, code in item_states(clean_database)} == {"says_yes_has_none"}
    assert len(events(clean_database, "residence.in_doubt")) == 1


def test_without_a_count_what_was_said_yes_to_stays_transmitted(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(2))
    authority = FakeAuthority(counts=False)
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["transmitted"]
    assert len(authority.calls) == 1


def test_or_is_asked_about_by_sending_it_once_more_if_so_wished(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(2))
    moods = iter(["empty"])
    authority = FakeAuthority(mood=lambda array: next(moods, "good") if array else "good", counts=False)
    drain_until_quiet(clean_database, authority, clock, probe=True)
    assert states(clean_database) == ["confirmed"]
    assert len(authority.has) == 2


def test_a_refused_guest_does_not_hold_the_others_up(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(4))

    def mood(array: Sequence[Element]) -> str | ArrayOutcome:
        wrong = [n for n, each in enumerate(array, 1) if each["soHoChieu"] == "K0000002"]
        items = tuple(ItemAnswer(n, Sign.WRONG, "missing_field", "Thiếu") for n in wrong)
        return ArrayOutcome(OutcomeKind.PERMANENT, code="refused", items=items) if items else "good"

    authority = FakeAuthority(mood=mood)
    drain_until_quiet(clean_database, authority, clock)
    found = [state for state, _ in item_states(clean_database)]
    assert found == ["confirmed", "confirmed", "refused", "confirmed"]
    assert states(clean_database) == ["confirmed"]
    assert [len(array) for _, array in authority.calls] == [4, 3]


def test_a_guest_who_was_there_before_we_sent_them_is_for_a_person(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, *foreigners(2))
    authority = FakeAuthority(has=[("cslt-1", "K0000001", DAY.isoformat())])
    drain_until_quiet(clean_database, authority, clock)
    assert item_states(clean_database)[1] == ("in_doubt", "still_staying")
    assert authority.documents().count("K0000000") == 1


def test_a_text_nobody_can_read_is_tried_some_times_and_then_for_a_person(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, *foreigners(2))
    whole = ArrayOutcome(OutcomeKind.TRANSIENT, code=REFUSED_WHOLE, reason="bảo trì", operator=True)
    authority = FakeAuthority(mood=lambda array: whole if array else "good")
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["in_doubt"]
    assert len(authority.calls) == 5


def test_an_authority_that_is_down_is_tried_until_it_is_back(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, *foreigners(2))
    authority = FakeAuthority(mood=lambda _: "down")
    for _ in range(20):
        drain(clean_database, authority, clock)
        later(clean_database, timedelta(minutes=5))
    assert states(clean_database) == ["waiting"]
    authority.mood = lambda _: "good"
    drain_until_quiet(clean_database, authority, clock)
    assert states(clean_database) == ["confirmed"]
    assert len(authority.has) == 2


def test_what_the_authority_takes_no_more_is_for_the_official_file(
    clean_database: Database, clock: SettableClock
) -> None:
    old, odd = foreign_guest(DAY - timedelta(days=2), "K1"), vietnamese_guest(DAY, document_kind=9, document_name="Thẻ")
    filed(clean_database, clock, old, odd)
    authority = FakeAuthority()
    drain_until_quiet(clean_database, authority, clock)
    assert {code for _, code in item_states(clean_database)} == {Why.TOO_OLD.value, Why.BY_FILE.value}
    assert states(clean_database) == ["in_doubt"] * 2
    assert authority.calls == []


def test_a_lodging_without_an_account_waits_for_one(clean_database: Database, clock: SettableClock) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock, account=False)
        plan(session, lodging.id, [declare(session, clock, lodging.id, foreign_guest(DAY))[1]])
    authority = FakeAuthority()
    drain(clean_database, authority, clock)
    with clean_database.transaction() as session:
        assert session.execute(text("SELECT state, code FROM transmission")).one() == ("waiting", "no_account")
    assert authority.calls == []


def test_one_document_twice_goes_in_two_arrays(clean_database: Database, clock: SettableClock) -> None:
    guests = [foreign_guest(DAY, "K1"), foreign_guest(DAY, "k1")]
    filed(clean_database, clock, *guests)
    authority = FakeAuthority()
    drain(clean_database, authority, clock)
    assert [len(array) for _, array in authority.calls] == [1, 1]
