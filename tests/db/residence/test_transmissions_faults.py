"""Nothing is lost and nothing declared twice, whatever the authority, the drain and its hosts do."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from outbound.jobs.outcomes import OutcomeKind
from residence.authority.port import Account, ArrayOutcome, Element
from residence.transmission.ledger import Ledger
from residence.transmission.news import news_of
from residence.transmission.records import record_news
from residence.transmission.states import TransmissionKind
from tests.db.residence.transmissions import (
    DAY,
    PATIENCE,
    VAULT,
    FakeAuthority,
    add_lodging,
    declare,
    drain,
    drain_until_quiet,
    events,
    item_states,
    later,
    plan,
    states,
    transmitter,
)
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest

MOODS = st.lists(st.sampled_from(["good", "empty", "lost", "vanished", "down", "skip"]), max_size=12)


def filed(database: Database, clock: SettableClock, lodgings: int, guests: int, size: int) -> list[str]:
    """Guests of both kinds in several lodgings, planned; their documents."""
    documents = []
    with database.transaction() as session:
        for place in range(lodgings):
            lodging = add_lodging(session, clock, username=f"cslt-{place}")
            made = []
            for number in range(guests):
                document = f"K{place}{number:04}" if number % 3 else f"0490900{place}{number:04}"
                maker = foreign_guest if number % 3 else vietnamese_guest
                made.append(declare(session, clock, lodging.id, maker(DAY, document))[1])
                documents.append(document)
            plan(session, lodging.id, made, size=size)
    return sorted(documents)


def empty(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("TRUNCATE transmission, outbox_event, stay, declaration, lodging CASCADE"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moods=MOODS, size=st.integers(1, 5), counts=st.booleans(), probe=st.booleans())
def test_every_guest_is_there_once_when_the_authority_has_calmed_down(
    clean_database: Database, clock: SettableClock, moods: list[str], size: int, counts: bool, probe: bool
) -> None:
    empty(clean_database)
    documents = filed(clean_database, clock, 2, 5, size)
    left = iter(moods)
    authority = FakeAuthority(mood=lambda array: next(left, "good") if array else "good", counts=counts)
    drain_until_quiet(clean_database, authority, clock, probe=probe)
    has, known = authority.documents(), {"confirmed", "transmitted", "in_doubt"}
    assert len(has) == len(set(has))
    found = item_states(clean_database)
    assert {state for state, _ in found} <= known
    if counts or probe:
        doubted = sum(state == "in_doubt" for state, _ in found)
        # Who is not there is in doubt, never "confirmed".
        assert len(documents) - len(has) <= doubted
        assert doubted == 0 or {"empty", "skip"} & set(moods)


def test_two_drains_never_have_two_arrays_of_one_lodging_under_way(
    clean_database: Database, clock: SettableClock
) -> None:
    documents = filed(clean_database, clock, 3, 12, 1)
    under_way: set[str] = set()
    clashes: list[str] = []
    lock = threading.Lock()

    class Watched(FakeAuthority):
        async def declare(self, account: Account, kind: TransmissionKind, array: Sequence[Element]) -> ArrayOutcome:
            with lock:
                clashes.extend({account.username} & under_way)
                under_way.add(account.username)
            try:
                return await super().declare(account, kind, array)
            finally:
                with lock:
                    under_way.discard(account.username)

    authority = Watched()
    threads = [threading.Thread(target=lambda: drain(clean_database, authority, clock, in_flight=4)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(clean_database, authority, clock)
    assert clashes == []
    assert sorted(authority.documents()) == documents


def test_a_drain_that_died_after_the_import_is_found_out(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, 1, 2, 5)
    authority = FakeAuthority()
    ledger = Ledger(clean_database, VAULT, clock, PATIENCE, probe=False)
    ready = ledger.claim(8).deliveries
    authority.has = [
        (each.account.username, str(item.get("soHoChieu") or item.get("soGiayTo")), DAY.isoformat())
        for each in ready
        for item in each.array
    ]
    assert "sending" in states(clean_database)
    drain(clean_database, authority, clock)
    assert len(authority.calls) == 0
    drain_until_quiet(clean_database, authority, clock)
    assert set(states(clean_database)) == {"confirmed"}
    assert len(authority.has) == len(set(authority.documents()))


def test_late_news_of_a_claim_that_another_followed_change_nothing(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, 1, 1, 5)
    ledger = Ledger(clean_database, VAULT, clock, PATIENCE, probe=False)
    (old,) = ledger.claim(8).deliveries
    later(clean_database, timedelta(hours=1))
    authority = FakeAuthority()
    drain_until_quiet(clean_database, authority, clock)
    with clean_database.transaction() as session:
        record_news(session, [news_of(old.claim, ArrayOutcome(OutcomeKind.TRANSIENT), PATIENCE)])
    assert states(clean_database) == ["confirmed"]


def test_the_lodging_waits_while_one_of_its_calls_is_not_back(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, 1, 9, 1)
    ledger = Ledger(clean_database, VAULT, clock, PATIENCE, probe=False)
    first, second = ledger.claim(8), ledger.claim(8)
    assert (len(first.deliveries), second.deliveries, second.more) == (1, [], False)


def test_a_defect_of_the_adapter_is_an_unknown_outcome(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, 1, 1, 5)

    def fail(_: Sequence[Element]) -> str:
        raise RuntimeError("defect")

    authority = FakeAuthority(mood=fail)
    drain(clean_database, authority, clock)
    assert states(clean_database) == ["unknown"]


def test_a_failing_database_loses_no_outcome(clean_database: Database, engine: Engine, clock: SettableClock) -> None:
    filed(clean_database, clock, 1, 2, 5)
    authority = FakeAuthority()

    def lock_rows() -> None:
        with clean_database.transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = '1s'"))
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    authority.on_call = lock_rows
    with transmitter(clean_database, authority, clock) as made:
        made.run(time_slice_s=20)
    # The connections of the fixtures were cut as well.
    engine.dispose()
    assert set(states(clean_database)) <= {"transmitted", "confirmed"}
    assert len(authority.has) == 2


def test_who_is_told_to_stop_ends_what_was_begun_and_begins_nothing_more(
    clean_database: Database, clock: SettableClock
) -> None:
    filed(clean_database, clock, 1, 4, 1)
    authority = FakeAuthority()
    with transmitter(clean_database, authority, clock, in_flight=1) as made:
        assert made.run(time_slice_s=20, told_to_stop=lambda: bool(authority.calls)) is True
        assert len(authority.has) == len(authority.calls) == 1
        assert made.run(time_slice_s=20) is False
    assert len(authority.has) == 4


def test_a_batch_that_ends_in_doubt_says_so(clean_database: Database, clock: SettableClock) -> None:
    filed(clean_database, clock, 1, 2, 5)
    drain_until_quiet(clean_database, FakeAuthority(mood=lambda _: "empty"), clock)
    told = events(clean_database, "residence.in_doubt")
    assert all(set(event) == {"lodging_id", "transmission_id", "night", "items"} for event in told)
    assert UUID(told[0]["lodging_id"])
