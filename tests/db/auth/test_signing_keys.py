"""Signing keys over their whole life."""

from datetime import timedelta

import jwt
import pytest

from auth.service.sessions import refresh_session
from auth.tokens.keyring import KeyRing, NoSigningKey
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.vault import open_vault
from tests.db.auth.support import SESSIONS, House


def test_signing_keys_rotate_with_no_failed_request(house: House, clock: SettableClock) -> None:
    """Two processes and the one that keeps the keys, over a hundred days, twelve hours at a time."""
    other = House(house.database, house.vault, clock)
    other.log_in()
    kids, refresh = set(), house.log_in().refresh_token
    for step in range(200):
        clock.advance(timedelta(hours=12))
        # The keeper is away now and then, and one process is slow to load the keys again.
        if step % 3:
            house.keep_keys()
        house.ticks.seconds += 12 * 3600
        other.ticks.seconds += 60
        with house.work() as work:
            grant = refresh_session(work, SESSIONS, refresh)
        if grant is None:
            refresh = house.log_in().refresh_token
            continue
        for issuing, reading in ((house, other), (other, house)):
            tokens = issuing.issuer.issue(grant)
            kids.add(jwt.get_unverified_header(tokens.access_token)["kid"])
            assert reading.reader.read(tokens.access_token).session_id == tokens.session_id
        refresh = tokens.refresh_token
    assert len(kids) >= 3
    assert 1 <= len(house.keys.jwks()["keys"]) <= 2


def test_a_published_key_has_no_private_part_and_verifies_with_another_library_call(house: House) -> None:
    token = house.log_in().access_token
    (published,) = house.keys.jwks()["keys"]
    assert not {"d", "p", "q"} & published.keys()
    assert (published["kty"], published["crv"], published["use"], published["alg"]) == ("EC", "P-256", "sig", "ES256")
    claims = jwt.decode(
        token, jwt.PyJWK(published), algorithms=["ES256"], audience="motcua", options={"verify_exp": False}
    )
    assert claims["iss"] == SESSIONS.issuer


def test_keys_are_made_once_by_many_processes(clean_database: Database, clock: SettableClock) -> None:
    with clean_database.transaction() as session:
        vault = open_vault(session.connection(), bytes(32))
    with pytest.raises(NoSigningKey):
        KeyRing(clean_database, vault, clock).signing()
    house = House(clean_database, vault, clock)
    assert [house.keep_keys() for _ in range(3)] == [True, False, False]
    assert len(house.keys.jwks()["keys"]) == 1
