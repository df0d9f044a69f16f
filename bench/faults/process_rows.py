"""Rows in which processes of ours die, or are exchanged under load."""

import random
import signal
from functools import partial
from typing import Final

from bench.faults.arena import Arena, Row
from motcua.local.loopback import answers

# Where only receipts tell, so often none comes for what was on its way when the worker was killed.
_UNREPORTED: Final = 0.5


def _slow_gateway(arena: Arena) -> None:
    # So that a chunk takes long enough to be killed in the middle, when some of it was taken and some was not.
    arena.provider.fail("slow", op="send", ms=150, jitter_ms=300, effect=True, probability=0.5)
    arena.provider.fail("slow", op="send", ms=150, jitter_ms=300)


def kill_worker(arena: Arena, dice: random.Random) -> str:
    """A worker and all it started, -9, with work in its hands."""
    name = dice.choice([arena.subject.workers[0], *arena.subject.workers])
    caught = sorted(arena.hold_in_mid_chunk(name))
    if not arena.provider.kind.certain:
        arena.provider.silence(phone for phone in caught if dice.random() < _UNREPORTED)
    arena.strike(name, signal.SIGKILL)
    return f"{name} killed in mid-chunk{f', {len(caught)} calls open' if caught else ''}"


def kill_web(arena: Arena, _dice: random.Random) -> str:
    """A web process dies between its commit and the bell."""
    arena.subject.commit_and_die(arena, arena.order_now())
    if arena.subject.web is not None:
        arena.wait_for(answers(f"{arena.place.api_url}/health/live"), "the API")
    return "web killed between commit and bell"


def deploy(arena: Arena, _dice: random.Random) -> str:
    """Every process that works is told to end, and another takes its place; the next one's turn comes when it works."""
    names = [*arena.subject.workers, *arena.subject.others]
    for name in names:
        arena.strike(name, signal.SIGTERM)
        arena.wait_for(partial(arena.subject.working, arena, name), f"{name} at work")
    if arena.subject.web is not None:
        names.append(arena.subject.web)
        arena.strike(arena.subject.web, signal.SIGTERM)
        arena.wait_for(answers(f"{arena.place.api_url}/health/live"), "the API")
    return f"{', '.join(names)} exchanged"


ROWS: Final = (
    Row(
        "worker-kill",
        "a worker's process group is killed -9 in mid-chunk",
        kill_worker,
        prepare=_slow_gateway,
        kills=True,
    ),
    Row("web-kill", "web workers are killed between commit and bell", kill_web, gap=(1.0, 3.0)),
    Row("deploy", "workers and webs are exchanged under load", deploy, gap=(1.0, 2.0), prepare=_slow_gateway),
)
