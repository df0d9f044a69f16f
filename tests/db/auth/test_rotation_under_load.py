"""Signing keys come and go while every process is issuing and reading tokens."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import jwt

from auth.service.sessions import refresh_session
from auth.service.signing_keys import keep_signing_keys
from auth.tokens.issuer import Tokens
from kernel.clock import SettableClock
from kernel.errors import DomainError
from tests.db.auth.support import SESSIONS, House

LANES = 6
MINUTES = 1000 if os.environ.get("MOTCUA_TEST_PROFILE") == "long" else 150
MINUTE = timedelta(minutes=1)
SOON = replace(SESSIONS, key_lifetime=timedelta(minutes=10), key_lead=timedelta(minutes=3))


def test_keys_rotate_with_no_failed_request_under_load(house: House, clock: SettableClock) -> None:
    """A minute at a time; within each minute the keeper and all lanes run against one another."""
    houses = [house, House(house.database, house.vault, clock, house.ticks)]
    begin, end = Barrier(LANES + 2), Barrier(LANES + 2)

    def lane(number: int) -> set[str]:
        issuing, reading = houses[number % 2], houses[(number + 1) % 2]
        held, kids = house.log_in(identity_number=f"04909000000{number + 1}"), set()
        for _ in range(MINUTES):
            begin.wait(60)
            try:
                held, read = _refreshed(issuing, held), _may(reading, held)
            finally:
                end.wait(60)
            assert read
            kids.add(str(jwt.get_unverified_header(held.access_token)["kid"]))
        return kids

    def keeper() -> int:
        made = 0
        for _ in range(MINUTES):
            begin.wait(60)
            try:
                with house.work() as work:
                    made += keep_signing_keys(work, SOON)
            finally:
                end.wait(60)
        return made

    with ThreadPoolExecutor(LANES + 1) as pool:
        lanes, keeping = [pool.submit(lane, number) for number in range(LANES)], pool.submit(keeper)
        for _ in range(MINUTES):
            begin.wait(60)
            end.wait(60)
            clock.advance(MINUTE)
            house.ticks.seconds += MINUTE.total_seconds()
        kids = set().union(*(each.result(60) for each in lanes))
        assert keeping.result(60) >= len(kids) - 1
    assert len(kids) >= MINUTES // 10 - 1


def _refreshed(house: House, held: Tokens) -> Tokens:
    with house.work() as work:
        grant = refresh_session(work, SESSIONS, held.refresh_token)
    assert grant is not None
    return house.issuer.issue(grant)


def _may(house: House, held: Tokens) -> bool:
    try:
        return house.reader.read(held.access_token).session_id == held.session_id
    except DomainError:
        return False
