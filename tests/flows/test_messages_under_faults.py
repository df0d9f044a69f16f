"""Whatever breaks on the way, every text goes out exactly once, and its dossier says in the end that it arrived."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine, text

from bench.urgent import Codes
from journey.household import CERTIFICATE, certificate
from journey.wire import Answer
from motcua.wiring.joins.edge import build_container
from tests.support.system import NUMBERS, System, notices
from tests.support.waiting import eventually

LONG_S = 90.0
DOSSIERS = 9
TEXTS_OF_ONE = 7
CODES = 16


@pytest.fixture
def breaking(strained: System) -> Iterator[System]:
    """The system, whose gateway behaves again afterwards."""
    yield strained
    strained.gateway.behave()


def _texts(system: System, code: str) -> list[str]:
    return system.gateway.texts(NUMBERS["mau"], code)


LOST_ANSWERS = [
    {"mode": "reset"},
    {"mode": "half"},
    {"mode": "timeout", "ms": 5000},
    {"mode": "status", "effect": True},
]
NOT_TAKEN = [
    {"mode": "reset", "effect": False},
    {"mode": "status", "status": 500},
    {"mode": "status", "status": 429, "retry_after": 1},
]


def _named(fault: dict[str, Any]) -> str:
    return "-".join(map(str, fault.values()))


@pytest.mark.parametrize("fault", LOST_ANSWERS + NOT_TAKEN, ids=_named)
def test_a_text_whose_call_went_wrong_goes_out_once(breaking: System, fault: dict[str, Any]) -> None:
    draft = breaking.draft()
    rule = breaking.gateway.fail(op="send", count=1, **fault)
    shown = breaking.citizen().submit(draft.id, draft.papers).json()
    told = breaking.told("mau", shown["id"], 1, seconds=LONG_S)
    assert breaking.gateway.fired(rule) == 1
    assert notices(told) == ["delivered"]
    assert len(_texts(breaking, shown["code"])) == 1


@pytest.mark.parametrize("fault", LOST_ANSWERS[::2], ids=_named)
def test_a_gateway_that_never_reports_is_asked_what_it_took(breaking: System, fault: dict[str, Any]) -> None:
    breaking.gateway.turn(receipts={"enabled": False})
    draft = breaking.draft()
    breaking.gateway.fail(op="send", count=1, **fault)
    unanswered = breaking.gateway.fail("status", op="list", count=1, status=503)
    shown = breaking.citizen().submit(draft.id, draft.papers).json()
    told = breaking.told("mau", shown["id"], 1, seconds=LONG_S)
    assert breaking.gateway.fired(unanswered) == 1
    assert notices(told) == ["delivered"]
    assert len(_texts(breaking, shown["code"])) == 1


@pytest.mark.parametrize("reports", [True, False], ids=["receipts", "no-receipts"])
def test_workers_killed_again_and_again_lose_no_text_and_double_none(breaking: System, *, reports: bool) -> None:
    breaking.gateway.fail("slow", op="send", ms=300, jitter_ms=300)
    # Without receipts only its own list says what the gateway took from a worker that was killed.
    breaking.gateway.turn(receipts={"enabled": reports})
    drafts = [breaking.draft() for _ in range(DOSSIERS)]
    with ThreadPoolExecutor(1) as thread:
        walked = thread.submit(lambda: [_walk(breaking, draft) for draft in drafts])
        kills = 0
        while not walked.done():
            kills += _kill(breaking, "worker-send") + _kill(breaking, "worker-plan")
            time.sleep(1.5)
        made = walked.result()
    assert kills > 0
    _kill(breaking, "worker-send")
    assert eventually(lambda: _sent(breaking, made) >= DOSSIERS * TEXTS_OF_ONE, patience_s=LONG_S)
    assert eventually(lambda: _undecided(breaking) == 0, patience_s=LONG_S)
    for shown in made:
        counted = Counter(_texts(breaking, shown["code"]))
        assert (len(counted), max(counted.values())) == (TEXTS_OF_ONE, 1)
        if reports:
            told = breaking.told("mau", shown["id"], TEXTS_OF_ONE, seconds=LONG_S)
            assert notices(told) == ["delivered"] * TEXTS_OF_ONE


def test_codes_whose_drain_is_killed_again_and_again_reach_their_phones_once(breaking: System) -> None:
    breaking.gateway.fail("slow", op="send", ms=300, jitter_ms=300)
    held = build_container(breaking.stack.environment)
    codes = Codes(held)
    codes.prepare(CODES)
    asked, kills = [], 0
    for turn in range(CODES):
        asked.append(codes.ask()[0])
        time.sleep(0.15)
        kills += _kill(breaking, "worker-urgent") if turn % 4 == 3 else 0
    held.close()
    assert kills > 0
    assert eventually(lambda: all(breaking.gateway.messages(phone) for phone in asked), patience_s=LONG_S)
    assert eventually(lambda: _undecided(breaking) == 0, patience_s=LONG_S)
    assert [len(breaking.gateway.messages(phone)) for phone in asked] == [1] * CODES


def _sent(system: System, made: list[Any]) -> int:
    return sum(len(_texts(system, shown["code"])) for shown in made)


def _undecided(system: System) -> int:
    """Texts that may still be sent, for the first time or again."""
    engine = create_engine(system.stack.environment["MOTCUA_DATABASE_URL"])
    with engine.connect() as connection:
        statement = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'waiting', 'sending', 'unknown')"
        found = int(connection.execute(text(statement)).scalar_one())
    engine.dispose()
    return found


def _walk(system: System, draft: Any) -> Any:
    """A dossier over every status that sends a text, as fast as its people can click."""
    phone, office = system.citizen(), system.office()
    shown = phone.submit(draft.id, draft.papers).json()
    office.receiver.accept(draft.id)
    office.receiver.request_supplement(draft.id, "Biên bản họp bị mờ.")
    phone.answer_supplement(draft.id, "Đã xem lại.", draft.papers)
    office.receiver.start(draft.id)
    office.appraiser.advance(draft.id)
    office.leader.attach_result(draft.id, CERTIFICATE, certificate())
    office.leader.finish(draft.id)
    office.leader.hand_over(draft.id)
    return shown


def _kill(system: System, name: str) -> int:
    """Kills a process and all it started, as it stands; 1 if there was one."""
    pid = next(status.pid for status in system.stack.supervisor.status() if status.name == name)
    if pid is None:
        return 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        process.kill()
    return 1


def test_without_the_bell_texts_go_out_all_the_same(breaking: System) -> None:
    draft = breaking.draft()
    valkey = breaking.process("valkey")
    valkey.kill()
    shown = _submit_until_taken(breaking, draft)
    breaking.told("mau", shown["id"], 1, seconds=LONG_S)
    assert len(_texts(breaking, shown["code"])) == 1
    assert breaking.process("valkey").pid != valkey.pid
    assert eventually(lambda: breaking.wire().ask("GET", "/health/ready").status == 200)


def _submit_until_taken(system: System, draft: Any) -> Any:
    """The submission; whoever is told to come back does so under the same key."""
    phone, answers = system.citizen(), list[Answer]()
    body = {"notify_phone": phone.number, "papers": draft.papers}
    headers = {"Idempotency-Key": f"only once {draft.id}"}

    def taken() -> bool:
        answers.append(phone.ask("POST", f"/v1/dossiers/{draft.id}/submission", json_body=body, headers=headers))
        return answers[-1].status != 503

    assert eventually(taken)
    assert answers[-1].status == 200
    return answers[-1].json()


def test_a_web_worker_that_is_killed_is_replaced(breaking: System) -> None:
    api = breaking.process("api")
    before = {worker.pid for worker in api.children(recursive=True)}
    victim = next(process for process in api.children(recursive=True) if not process.children())
    victim.kill()
    # A dying process still takes connections for a moment, and resets them.
    victim.wait(LONG_S)
    shown = breaking.filed()
    breaking.told("mau", shown["id"], 1, seconds=LONG_S)
    api = breaking.process("api")
    assert eventually(lambda: victim.pid not in {worker.pid for worker in api.children(recursive=True)})
    assert eventually(lambda: len(breaking.process("api").children(recursive=True)) >= len(before))
