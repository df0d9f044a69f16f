"""`python -m bench.auth [--refresh] [--json]`: what it costs to know who is calling.

Without a word: CPU of checking an access token that was never seen before, against a bare PyJWT verify of the same
tokens. With --refresh: refreshes over HTTP by 16 clients on two web workers, against a bare Flask route that sends the
same statements and signs nothing.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import count
from typing import Final
from uuid import UUID

import jwt

from auth.eid.port import EidIdentity
from auth.service.login import open_session
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import ALGORITHM, AUDIENCE, REFRESH_PURPOSE, Grant, TokenIssuer
from auth.tokens.reader import TokenReader
from bench import load
from bench.ground import WEB_WORKERS, Ground, ground
from bench.memory import memory_of
from bench.pairs import Result, finish, interleave
from kernel.work import Work
from motcua.local.ports import free_ports
from motcua.wiring.joins.edge import Container, build_container

CLIENTS: Final = 16
_TOKENS: Final = 1500
_EACH: Final = 120
_LEAST_CHECK: Final = 0.5
_LEAST_REFRESH: Final = 0.4
_turns = count(1)


def measure_check() -> Result:
    """Tokens checked for a second of CPU; no token is met twice by the same reader."""
    with ground() as place, _container(place) as held:
        grant = _sessions(held, 1)[0]
        issuer = TokenIssuer(held.keys, held.vault, held.clock, held.auth.sessions)
        tokens = [issuer.issue(grant).access_token for _ in range(_TOKENS)]
        return interleave(
            "auth", "checks/s of CPU", _LEAST_CHECK, partial(_check, held, tokens), partial(_verify, held, tokens)
        )


def _check(held: Container, tokens: list[str]) -> float:
    reader = TokenReader(held.database, held.keys, held.clock, held.auth.sessions)
    begun = time.process_time()
    for token in tokens:
        reader.read(token)
    return len(tokens) / (time.process_time() - begun)


def _verify(held: Container, tokens: list[str]) -> float:
    public, issuer = held.keys.signing().public, held.auth.sessions.issuer
    begun = time.process_time()
    for token in tokens:
        jwt.decode(token, public, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=issuer)
    return len(tokens) / (time.process_time() - begun)


def measure_refresh() -> Result:
    """Refreshes a second; every one moves its session on by one."""
    with ground() as bare_ground:
        # Refreshes are limited by address, and these clients all call from this machine.
        place = replace(bare_ground, environment={**bare_ground.environment, "MOTCUA_TRUSTED_PROXIES": "1"})
        port = free_ports().api
        bare = place.module("bench.bare_refresh", "--port", str(port), "--workers", str(WEB_WORKERS), port=port)
        with _container(place) as held, place.running("api") as supervisor, place.keeping(bare):
            result = interleave(
                "auth --refresh",
                "refreshes/s",
                _LEAST_REFRESH,
                lambda: _rate(place.ports.api, _refreshes(held)),
                lambda: _rate(port, _bare_refreshes(held)),
            )
            return result.with_memory(memory_of(supervisor))


def _refreshes(held: Container) -> list[list[bytes]]:
    """What each client has to send: the refresh tokens of one session, one after the other."""
    derived, turn = DerivedTokens(held.vault.derive(REFRESH_PURPOSE)), next(_turns)
    lanes = []
    for lane, grant in enumerate(_sessions(held, CLIENTS)):
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"10.1.{turn}.{lane}"}
        bodies = (
            json.dumps({"refresh_token": derived.make(grant.session_id, number)}).encode()
            for number in range(grant.generation, grant.generation + _EACH)
        )
        lanes.append([load.request("POST", "/v1/auth/tokens", headers, body) for body in bodies])
    return lanes


def _bare_refreshes(held: Container) -> list[list[bytes]]:
    headers = {"Content-Type": "application/json"}
    return [
        [load.request("POST", "/tokens", headers, _named(grant.session_id))] * _EACH
        for grant in _sessions(held, CLIENTS)
    ]


def _named(session_id: UUID) -> bytes:
    return json.dumps({"session_id": str(session_id)}).encode()


def _rate(port: int, lanes: list[list[bytes]]) -> float:
    outcome = load.send(port, lanes)
    if outcome.statuses != {200: CLIENTS * _EACH} or "access_token" not in json.loads(outcome.body):
        raise AssertionError(f"not what was to be measured: {outcome.statuses}")
    return outcome.rate


def _sessions(held: Container, how_many: int) -> list[Grant]:
    identity = EidIdentity("bench", "1", "049090000001", "Nguyễn Văn Thử", date(1990, 9, 2), 2, held.clock.now())
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        return [open_session(work, held.auth.sessions, identity, "citizen") for _ in range(how_many)]


@contextmanager
def _container(place: Ground) -> Iterator[Container]:
    held = build_container(place.environment)
    try:
        yield held
    finally:
        held.close()


if __name__ == "__main__":
    finish(measure_refresh() if "--refresh" in sys.argv else measure_check(), sys.argv)
