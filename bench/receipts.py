"""`python -m bench.receipts [--json]`: signed delivery receipts taken by two web workers, 16 connections at once.

Every one is another receipt, signed as the gateway signs it, against a bare Flask route that commits one insert on the
same server with the same pool.
"""

import hashlib
import hmac
import sys
from base64 import b64encode
from itertools import count
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import text

from bench import load
from bench.bare_receipt import TABLE
from bench.ground import WEB_WORKERS, Ground, ground
from bench.memory import memory_of
from bench.pairs import PAIRS, Result, finish, interleave
from kernel.ids import new_id
from motcua.local.ports import free_ports
from motcua.wiring.joins.edge import Container, build_container

_LEAST: Final = 0.6
_CLIENTS: Final = 16
_EACH: Final = 250
_WARMING: Final = 20
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_numbers = count(1)


def measure(*, pairs: int = PAIRS, each: int = _EACH) -> Result:
    with ground() as place:
        port = free_ports().api
        bare = place.module("bench.bare_receipt", "--port", str(port), "--workers", str(WEB_WORKERS), port=port)
        held = build_container(place.environment)
        with held.database.transaction() as session:
            session.execute(text(TABLE))
        with place.running("api") as supervisor, place.keeping(bare):
            _rate(place.ports.api, _receipts(place, held, _WARMING), _WARMING)
            result = interleave(
                "receipts",
                "receipts/s",
                _LEAST,
                lambda: _rate(place.ports.api, _receipts(place, held, each), each),
                lambda: _rate(port, _plain(each), each),
                pairs=pairs,
            )
            _check_stored(held)
            held.close()
            return result.with_memory(memory_of(supervisor))


def _receipts(place: Ground, held: Container, each: int) -> list[list[bytes]]:
    assert held.notify.twilio is not None
    token = held.notify.twilio.auth_token
    return [
        [_receipt(place.environment["MOTCUA_PUBLIC_BASE_URL"], token) for _ in range(each)] for _ in range(_CLIENTS)
    ]


def _receipt(base_url: str, token: str) -> bytes:
    path = f"/v1/webhooks/twilio/{new_id()}"
    fields = {
        "AccountSid": "AC5a17b0c5000000000000000000000001",
        "From": "+15005550006",
        "MessageSid": f"SM{next(_numbers):032x}",
        "MessageStatus": "delivered",
        "To": "+84905000001",
    }
    signed = base_url + path + "".join(name + value for name, value in sorted(fields.items()))
    signature = b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()
    return load.request("POST", path, {**_FORM, "X-Twilio-Signature": signature}, urlencode(fields).encode())


def _plain(each: int) -> list[list[bytes]]:
    body = urlencode({"MessageSid": f"SM{0:032x}", "MessageStatus": "delivered", "To": "+84905000001"}).encode()
    return [[load.request("POST", "/receipts", _FORM, body)] * each for _ in range(_CLIENTS)]


def _rate(port: int, lanes: list[list[bytes]], each: int) -> float:
    outcome = load.send(port, lanes)
    if outcome.statuses != {204: _CLIENTS * each}:
        raise AssertionError(f"not what was to be measured: {outcome.statuses}")
    return outcome.rate


def _check_stored(held: Container) -> None:
    """Every receipt that was answered is a row."""
    with held.database.reading() as connection:
        stored = connection.scalar(text("SELECT count(*) FROM receipt"))
    if stored != next(_numbers) - 1:
        raise AssertionError(f"{stored} receipts stored")


if __name__ == "__main__":
    finish(measure(), sys.argv)
