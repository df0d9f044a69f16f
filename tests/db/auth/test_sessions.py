"""Refreshing over bad networks, listing, revoking."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from auth.models import LoginSession
from auth.service.sessions import list_sessions, refresh_session, revoke_all, revoke_session
from auth.store import note_use
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import REFRESH_PURPOSE, Grant
from kernel.actor import SYSTEM, Actor
from kernel.audit import AuditEntry
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.work import Work
from tests.db.auth.support import SESSIONS, House, appoint, log_in

WINDOW = SESSIONS.refresh_window
SECOND = timedelta(seconds=1)
REFRESHES = 1000


def token_of(work: Work, grant: Grant, generation: int | None = None) -> str:
    tokens = DerivedTokens(work.vault.derive(REFRESH_PURPOSE))
    return tokens.make(grant.session_id, grant.generation if generation is None else generation)


def row_of(work: Work, session_id: UUID) -> LoginSession:
    work.session.flush()
    return work.session.scalars(select(LoginSession).where(LoginSession.id == session_id)).one()


def test_a_refresh_moves_on_by_one(work: Work, clock: SettableClock) -> None:
    grant = log_in(work)
    clock.advance(timedelta(days=29))
    after = refresh_session(work, SESSIONS, token_of(work, grant))
    assert after is not None
    assert (after.session_id, after.generation, after.actor) == (grant.session_id, grant.generation + 1, grant.actor)
    assert after.authenticated_at == grant.authenticated_at
    assert after.refresh_until == clock.now() + SESSIONS.citizen_idle


def use(work: Work, grant: Grant) -> None:
    """Somebody shows the access token of this grant."""
    note_use(work.session.connection(), grant.session_id, grant.generation)


def test_a_retry_in_the_window_gets_the_same_successor(work: Work, clock: SettableClock) -> None:
    grant = log_in(work)
    first = refresh_session(work, SESSIONS, token_of(work, grant))
    clock.advance(WINDOW)
    assert refresh_session(work, SESSIONS, token_of(work, grant)) == first
    assert first is not None
    assert refresh_session(work, SESSIONS, token_of(work, first)) is not None


@pytest.mark.parametrize("away", [WINDOW + SECOND, timedelta(hours=1), timedelta(days=20)])
def test_an_answer_that_nobody_used_is_given_again_however_late(
    work: Work, clock: SettableClock, away: timedelta
) -> None:
    grant = log_in(work)
    lost = refresh_session(work, SESSIONS, token_of(work, grant))
    clock.advance(away)
    for _ in range(2):
        assert refresh_session(work, SESSIONS, token_of(work, grant)) == lost
        clock.advance(WINDOW + SECOND)
    assert lost is not None
    # Two answers lost in a row, on the same journey.
    after = refresh_session(work, SESSIONS, token_of(work, lost))
    clock.advance(away)
    assert refresh_session(work, SESSIONS, token_of(work, lost)) == after
    assert refresh_session(work, SESSIONS, token_of(work, grant)) is None
    assert row_of(work, grant.session_id).revoke_reason == "token_replayed"


def test_a_retry_from_before_the_successor_was_used_still_passes_in_the_window(work: Work) -> None:
    grant = log_in(work)
    first = refresh_session(work, SESSIONS, token_of(work, grant))
    assert first is not None
    use(work, first)
    assert refresh_session(work, SESSIONS, token_of(work, grant)) == first


@pytest.mark.parametrize("late", [True, False], ids=["after the window", "two generations old"])
def test_a_replay_ends_the_whole_family(work: Work, clock: SettableClock, late: bool) -> None:
    grant = log_in(work)
    latest = refresh_session(work, SESSIONS, token_of(work, grant))
    assert latest is not None
    if late:
        use(work, latest)
        clock.advance(WINDOW + SECOND)
    else:
        latest = refresh_session(work, SESSIONS, token_of(work, latest))
        assert latest is not None
    assert refresh_session(work, SESSIONS, token_of(work, grant)) is None
    assert row_of(work, grant.session_id).revoke_reason == "token_replayed"
    assert refresh_session(work, SESSIONS, token_of(work, latest)) is None
    entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.revoke")).one()
    assert (entry.object_id, entry.details) == (grant.session_id, {"reason": "token_replayed"})


def test_a_replay_leaves_other_devices_alone(work: Work) -> None:
    stolen, other = log_in(work), log_in(work)
    for generation in (1, 2):
        assert refresh_session(work, SESSIONS, token_of(work, stolen, generation)) is not None
    assert refresh_session(work, SESSIONS, token_of(work, stolen)) is None
    assert refresh_session(work, SESSIONS, token_of(work, other)) is not None


def test_tokens_that_are_none_are_refused_without_effect(work: Work) -> None:
    grant = log_in(work)
    stranger = DerivedTokens(b"x" * 32).make(grant.session_id, 1)
    absent = DerivedTokens(work.vault.derive(REFRESH_PURPOSE)).make(new_id(), 1)
    for token in ("", "abc", stranger, absent, token_of(work, grant, 2), token_of(work, grant)[:-1]):
        assert refresh_session(work, SESSIONS, token) is None
    assert row_of(work, grant.session_id).revoked_at is None


def test_a_session_ends_when_idle_and_at_its_lifetime(work: Work, clock: SettableClock) -> None:
    idle, kept = log_in(work), log_in(work)
    ends = row_of(work, kept.session_id).expires_at
    while clock.now() + timedelta(days=20) < ends:
        clock.advance(timedelta(days=20))
        refreshed = refresh_session(work, SESSIONS, token_of(work, kept))
        assert refreshed is not None
        assert refreshed.refresh_until <= ends
        kept = refreshed
    assert refresh_session(work, SESSIONS, token_of(work, idle)) is None
    clock.instant = ends
    assert refresh_session(work, SESSIONS, token_of(work, kept)) is None


def test_an_officers_session_follows_the_office(work: Work, clock: SettableClock) -> None:
    office = appoint(work.session, log_in(work).actor, roles=["receiver"], valid_to=date(2026, 11, 20))
    grant = log_in(work, "officer")
    office.roles = ["receiver", "leader"]
    work.session.flush()
    renewed = refresh_session(work, SESSIONS, token_of(work, grant))
    assert renewed is not None
    assert renewed.actor.roles == {"receiver", "leader"}
    assert renewed.refresh_until == clock.now() + SESSIONS.officer_idle
    office.valid_to = date(2026, 11, 19)
    work.session.flush()
    assert refresh_session(work, SESSIONS, token_of(work, renewed)) is None
    assert row_of(work, grant.session_id).revoke_reason == "office_ended"


def test_devices_are_listed_newest_first_without_those_that_ended(work: Work, clock: SettableClock) -> None:
    grants = []
    for _ in range(4):
        clock.advance(SECOND)
        grants.append(log_in(work))
    log_in(work, identity_number="049190000001")
    me = grants[3].actor
    revoke_session(work, me, grants[1].session_id)
    clock.advance(timedelta(minutes=5))
    assert refresh_session(work, SESSIONS, token_of(work, grants[0])) is not None
    work.session.flush()
    views = list_sessions(work, me, SESSIONS)
    assert [view.id for view in views] == [grants[number].session_id for number in (3, 2, 0)]
    assert [view.current for view in views] == [True, False, False]
    assert views[2].last_used_at == clock.now()
    assert views[2].expires_at == clock.now() + SESSIONS.citizen_idle
    clock.advance(SESSIONS.citizen_idle - SECOND)
    assert [view.id for view in list_sessions(work, me, SESSIONS)] == [grants[0].session_id]


def test_one_device_is_revoked_once_and_only_by_its_owner(work: Work) -> None:
    mine, other = log_in(work), log_in(work, identity_number="049190000001")
    for stranger, target in ((other.actor, mine.session_id), (mine.actor, new_id())):
        with pytest.raises(DomainError) as raised:
            revoke_session(work, stranger, target)
        assert raised.value.code == "not_found"
    for _ in range(2):
        revoke_session(work, mine.actor, mine.session_id)
    work.session.flush()
    assert refresh_session(work, SESSIONS, token_of(work, mine)) is None
    assert refresh_session(work, SESSIONS, token_of(work, other)) is not None
    entries = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.revoke")).all()
    assert [entry.object_id for entry in entries] == [mine.session_id]


@pytest.mark.parametrize("keep", [True, False])
def test_all_devices_are_revoked_or_all_others(work: Work, keep: bool) -> None:
    grants = [log_in(work) for _ in range(3)]
    stranger = log_in(work, identity_number="049190000001")
    ended = revoke_all(work, grants[0].actor, keep_current=keep)
    work.session.flush()
    expected = grants[1:] if keep else grants
    assert set(ended) == {grant.session_id for grant in expected}
    alive = [refresh_session(work, SESSIONS, token_of(work, grant)) is not None for grant in (*grants, stranger)]
    assert alive == [keep, False, False, True]


@pytest.mark.parametrize("actor", [SYSTEM, Actor(kind=SYSTEM.kind, session_id=new_id())])
def test_nobody_without_a_person_has_sessions(work: Work, actor: Actor) -> None:
    for ask in (lambda: list_sessions(work, actor, SESSIONS), lambda: revoke_all(work, actor)):
        with pytest.raises(DomainError) as raised:
            ask()
        assert raised.value.code == "unauthenticated"


def test_refreshes_at_once_all_get_the_same_successor(house: House) -> None:
    tokens = house.log_in()
    gate = Barrier(8)

    def refresh(_number: int) -> int | None:
        gate.wait(30)
        with house.work() as work:
            grant = refresh_session(work, SESSIONS, tokens.refresh_token)
        return None if grant is None else grant.generation

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(refresh, range(8))) == [2] * 8


def test_a_replay_is_remembered_although_it_is_refused(house: House, clock: SettableClock) -> None:
    first = house.log_in()
    with house.work() as work:
        grant = refresh_session(work, SESSIONS, first.refresh_token)
    assert grant is not None
    house.reader.read(house.issuer.issue(grant).access_token)
    clock.advance(WINDOW + SECOND)
    for token in (first.refresh_token, house.issuer.issue(grant).refresh_token):
        with house.work() as work:
            assert refresh_session(work, SESSIONS, token) is None


def test_many_refreshes_with_a_third_of_the_answers_lost_log_nobody_out(house: House, clock: SettableClock) -> None:
    dice = Random(20261120)
    token, lost = house.log_in().refresh_token, 0
    for _ in range(REFRESHES):
        clock.advance(timedelta(minutes=5))
        while True:
            with house.work() as work:
                grant = refresh_session(work, SESSIONS, token)
            assert grant is not None
            if dice.random() >= 0.3:
                break
            lost += 1
            # A phone tries again soon, but may do so many times.
            clock.advance(timedelta(seconds=dice.uniform(0, 5)))
        token = house.issuer.issue(grant).refresh_token
    assert lost > REFRESHES / 5
