"""Rows in which processes of ours die, or are exchanged under load."""

import random
import signal
from typing import Final

from bench.faults.arena import Arena, Row
from stack import answers

_CATCH_S: Final = 3.0


def _slow_gateway(arena: Arena) -> None:
    # So that a chunk takes long enough to be killed in the middle.
    arena.provider.fail("slow", op="send", ms=150, jitter_ms=300)


def kill_worker(arena: Arena, dice: random.Random) -> str:
    """A worker and all it started, -9, while messages are on their way."""
    name = dice.choice([arena.subject.workers[0], *arena.subject.workers])
    caught = arena.catch(lambda: arena.subject.busy(arena), _CATCH_S)
    arena.strike(name, signal.SIGKILL)
    return f"{name} killed{' in mid-chunk' if caught else ''}"


def kill_web(arena: Arena, _dice: random.Random) -> str:
    """A web process dies between its commit and the bell."""
    arena.subject.commit_and_die(arena, arena.order_now())
    if arena.subject.web is not None:
        arena.wait_for(answers(f"{arena.place.api_url}/health/live"), "the API")
    return "web killed between commit and bell"


def deploy(arena: Arena, _dice: random.Random) -> str:
    """Every process that works is told to end, and another takes its place."""
    names = [*arena.subject.workers, *([arena.subject.web] if arena.subject.web else [])]
    for name in names:
        arena.strike(name, signal.SIGTERM)
    if arena.subject.web is not None:
        arena.wait_for(answers(f"{arena.place.api_url}/health/live"), "the API")
    return f"{', '.join(names)} exchanged"


ROWS: Final = (
    Row("worker-kill", "a worker's process group is killed -9 in mid-chunk", kill_worker, prepare=_slow_gateway),
    Row("web-kill", "web workers are killed between commit and bell", kill_web, gap=(1.0, 3.0)),
    Row("deploy", "workers and webs are exchanged under load", deploy, prepare=_slow_gateway),
)
