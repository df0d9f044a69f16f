"""Workers killed −9 in the middle of their calls to the sandbox's gateway: nothing is lost, nothing doubled."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kernel.database.sessions import Database
from motcua.local.loopback import request
from tests.db.notify.drainer import make_sender
from tests.db.notify.support import queued, rows_of
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
MESSAGES = 160
KILLS = 2


@pytest.fixture
def gateway_url(tmp_path: Path) -> Iterator[str]:
    ready = tmp_path / "ready.json"
    argv = [sys.executable, "-m", "sandbox", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            assert eventually(ready.exists)
            yield json.loads(ready.read_text())["url"]
        finally:
            process.kill()


def _control(gateway_url: str, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    return json.loads(request(method, f"{gateway_url}/_control/twilio{path}", data)[1])


def _arrived(gateway_url: str) -> list[str]:
    return [message["body"] for message in _control(gateway_url, "GET", "/messages?limit=10000")["messages"]]


def _have_arrived(gateway_url: str, number: int) -> bool:
    return len(_arrived(gateway_url)) >= number


def test_killing_workers_loses_and_doubles_nothing(
    clean_database: Database, database_url: str, gateway_url: str
) -> None:
    _control(gateway_url, "PATCH", "/settings", {"receipts": {"enabled": False}})
    _control(gateway_url, "POST", "/faults", {"mode": "slow", "op": "send", "ms": 30, "jitter_ms": 60})
    _control(gateway_url, "POST", "/faults", {"mode": "reset", "op": "send", "count": 5})
    deliveries = queued(clean_database, MESSAGES, gateway="twilio")
    for turn in range(1, KILLS + 1):
        argv = [sys.executable, "-m", "tests.db.notify.drainer", database_url, gateway_url]
        with subprocess.Popen(argv, cwd=ROOT) as worker:
            assert eventually(partial(_have_arrived, gateway_url, turn * MESSAGES // (KILLS + 2)))
            worker.kill()
    states = Counter(row.state for row in rows_of(clean_database, deliveries))
    assert states["sending"] > 0

    survivor = Database(database_url, pool_size=4)
    sender = make_sender(survivor, gateway_url)

    def all_told() -> bool:
        sender.run(time_slice_s=5)
        time.sleep(0.1)
        return {row.state for row in rows_of(clean_database, deliveries)} <= {"accepted", "delivered"}

    try:
        assert eventually(all_told, patience_s=60)
    finally:
        sender.close()
        survivor.dispose()
    assert Counter(_arrived(gateway_url)) == Counter(f"Tin so {turn}" for turn in range(MESSAGES))
