"""What follows an arrival on its way to the authority: corrections, annulments, changes of the departure."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from residence.guests import Moment
from residence.states import DeclarationKind
from tests.db.residence.transmissions import (
    DAY,
    FakeAuthority,
    add_lodging,
    declare,
    drain,
    drain_until_quiet,
    follow,
    item_states,
    plan,
)
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest


def test_a_correction_before_sending_takes_the_place_of_the_arrival(
    clean_database: Database, clock: SettableClock
) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        stay, arrival = declare(session, clock, lodging.id, foreign_guest(DAY, "K1"))
        right = follow(session, clock, stay, DeclarationKind.CORRECTION, foreign_guest(DAY, "K2"))
        plan(session, lodging.id, [arrival])
        plan(session, lodging.id, [right])
    authority = FakeAuthority()
    drain_until_quiet(clean_database, authority, clock)
    assert authority.documents() == ["K2"]
    assert item_states(clean_database) == [("cancelled", "superseded"), ("confirmed", "counted")]


def test_a_correction_or_annulment_after_sending_is_for_a_person(
    clean_database: Database, clock: SettableClock
) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        stays = [declare(session, clock, lodging.id, foreign_guest(DAY, number)) for number in ("K1", "K2")]
        plan(session, lodging.id, [declaration for _, declaration in stays])
    authority = FakeAuthority()
    drain_until_quiet(clean_database, authority, clock)
    with clean_database.transaction() as session:
        right = follow(session, clock, stays[0][0], DeclarationKind.CORRECTION, foreign_guest(DAY, "K3"))
        gone = follow(session, clock, stays[1][0], DeclarationKind.ANNULMENT, foreign_guest(DAY, "K2"))
        plan(session, lodging.id, [right, gone])
    drain_until_quiet(clean_database, authority, clock)
    assert item_states(clean_database)[2:] == [("in_doubt", "by_hand")] * 2
    assert authority.documents() == ["K1", "K2"]


def test_an_annulled_guest_of_unknown_fate_is_not_sent_again(clean_database: Database, clock: SettableClock) -> None:
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        stay, arrival = declare(session, clock, lodging.id, foreign_guest(DAY, "K1"))
        plan(session, lodging.id, [arrival])
    authority = FakeAuthority(mood=lambda _: "vanished", counts=False)
    drain(clean_database, authority, clock)
    with clean_database.transaction() as session:
        plan(session, lodging.id, [follow(session, clock, stay, DeclarationKind.ANNULMENT, foreign_guest(DAY, "K1"))])
    authority.mood = lambda _: "good"
    drain_until_quiet(clean_database, authority, clock)
    assert authority.has == []
    assert item_states(clean_database) == [("in_doubt", "changed_unseen"), ("in_doubt", "by_hand")]


def test_changes_wait_for_the_arrival_and_go_by_call_for_vietnamese_guests_only(
    clean_database: Database, clock: SettableClock
) -> None:
    longer = Moment(DAY + timedelta(days=5))
    with clean_database.transaction() as session:
        lodging = add_lodging(session, clock)
        made = []
        for guest in (vietnamese_guest(DAY), foreign_guest(DAY, "K1")):
            stay, arrival = declare(session, clock, lodging.id, guest)
            made.append(arrival)
            extended = replace(guest, departure=longer)
            made.append(follow(session, clock, stay, DeclarationKind.EXTENSION, extended))
        plan(session, lodging.id, made)
    authority = FakeAuthority()
    drain_until_quiet(clean_database, authority, clock)
    changes = [array for kind, array in authority.calls if kind == "change"]
    assert [[each["loai"] for each in array] for array in changes] == [["GH"]]
    with clean_database.transaction() as session:
        found = session.execute(
            text(
                "SELECT i.state, i.code FROM transmission t JOIN transmission_item i ON i.transmission_id = t.id "
                "WHERE t.kind = 'change' ORDER BY i.position"
            )
        ).all()
    assert [tuple(row) for row in found] == [("transmitted", None), ("in_doubt", "by_hand")]
