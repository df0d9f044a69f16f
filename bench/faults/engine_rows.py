"""Rows in which an engine goes: Valkey, which may be lost at any moment, and PostgreSQL, which may not."""

import random
import signal
import time
from contextlib import suppress
from typing import Final

import psutil
import redis

from bench.faults.arena import Arena, Row

_CUT_FOR_S: Final = 0.4
_IN_TRANSACTION: Final = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""


def restart_valkey(arena: Arena, dice: random.Random) -> str:
    """In good order or at once; it comes back empty either way."""
    number = dice.choice([signal.SIGTERM, signal.SIGKILL])
    _strike_engine(arena, "valkey", number)
    arena.wait_for(arena.valkey_answers, "Valkey")
    return f"valkey {number.name}"


def wipe_valkey(arena: Arena, dice: random.Random) -> str:
    """Everything in it is gone, several times over, among it the bell that has just been rung."""
    times = dice.randint(3, 12)
    with arena.valkey() as client:
        for _ in range(times):
            client.flushall()
            time.sleep(dice.uniform(0.0, 0.2))
    return f"flushed {times} times"


def lose_valkey(arena: Arena, dice: random.Random) -> str:
    """Away for seconds: nobody listens, or somebody listens and says nothing."""
    seconds = dice.uniform(3.0, 6.0)
    if dice.random() < 0.5:
        process = arena.engine("valkey")
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        what = "silent"
    else:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with suppress(psutil.Error, StopIteration, ValueError, FileNotFoundError):
                arena.engine("valkey").kill()
            time.sleep(0.05)
        what = "gone"
    arena.wait_for(arena.valkey_answers, "Valkey")
    return f"valkey {what} for {seconds:.1f} s"


def fill_valkey(arena: Arena, dice: random.Random) -> str:
    """It answers, and takes nothing more."""
    seconds = dice.uniform(3.0, 6.0)
    with arena.valkey() as client:
        client.config_set("maxmemory", "1mb")
        try:
            time.sleep(seconds)
            try:
                client.set("drill", "one more")
                raise AssertionError("a full Valkey took something")
            except redis.ResponseError:
                pass
        finally:
            client.config_set("maxmemory", "0")
    return f"valkey full for {seconds:.1f} s"


def restart_postgres(arena: Arena, _dice: random.Random) -> str:
    """The server breaks off every transaction, writes its checkpoint and is started again."""
    _strike_engine(arena, "postgres", signal.SIGINT)
    arena.wait_for(arena.postgres_answers, "PostgreSQL")
    return "postgres fast shutdown"


def kill_postgres(arena: Arena, _dice: random.Random) -> str:
    """The server ends without a checkpoint and replays its log when it is started again."""
    _strike_engine(arena, "postgres", signal.SIGQUIT)
    arena.wait_for(arena.postgres_answers, "PostgreSQL")
    return "postgres immediate shutdown"


def cut_postgres(arena: Arena, _dice: random.Random) -> str:
    """Whoever is in the middle of a transaction loses the connection, for as long as it takes to hit somebody."""
    hit = 0
    ends = time.monotonic() + _CUT_FOR_S
    while time.monotonic() < ends or not hit:
        hit += int(arena.sql(_IN_TRANSACTION)[0][0])
        time.sleep(0.002)
    return f"{hit} connections cut in mid-transaction"


def _strike_engine(arena: Arena, name: str, number: signal.Signals) -> None:
    process = arena.engine(name)
    process.send_signal(number)
    with suppress(psutil.Error):
        process.wait(timeout=30)


ROWS: Final = (
    Row("valkey-restart", "Valkey stops, in good order or not, and comes back empty", restart_valkey),
    Row("valkey-wipe", "everything in Valkey is deleted, again and again", wipe_valkey, gap=(2.0, 4.0)),
    Row("valkey-gone", "Valkey is away or silent for seconds", lose_valkey),
    Row("valkey-full", "Valkey answers and takes nothing more", fill_valkey),
    Row("postgres-restart", "PostgreSQL is stopped in good order and started", restart_postgres),
    Row("postgres-immediate", "PostgreSQL is stopped at once and has to replay its log", kill_postgres),
    Row("postgres-cut", "connections are cut in mid-transaction", cut_postgres, gap=(2.0, 4.0)),
)
