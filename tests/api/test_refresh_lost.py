"""A phone on a bad network refreshes over HTTP, and a third of the answers never reach it."""

import os
from datetime import timedelta
from random import Random

from tests.api.account_support import House

REFRESHES = 1000 if os.environ.get("MOTCUA_TEST_PROFILE") == "long" else 120
LOSS = 0.3


def test_lost_answers_log_nobody_out(house: House) -> None:
    dice, lost = Random(20261122), 0
    token = house.log_in()["refresh_token"]
    for number in range(REFRESHES):
        house.clock.advance(timedelta(minutes=4))
        # The phone moves from network to network, so the limit by address does not end the test.
        place = {"REMOTE_ADDR": f"10.1.{number // 250}.{number % 250 + 1}"}
        seen = set()
        while True:
            response = house.client.post("/v1/auth/tokens", json={"refresh_token": token}, environ_overrides=place)
            assert response.status_code == 200
            seen.add(response.get_json()["refresh_token"])
            if dice.random() >= LOSS:
                break
            lost += 1
            house.clock.advance(timedelta(seconds=dice.uniform(0, 8)))
        assert len(seen) == 1
        (token,) = seen
    assert lost > REFRESHES / 5
    assert house.refresh(token).status_code == 200
