"""Rows in which the provider misbehaves on the wire, with and without having taken the message."""

import random
import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from bench.faults.arena import Arena, Row, Strike
from bench.faults.provider import PLAIN_RECEIPTS

_BAD: Final = (2.0, 4.0)
Rule = dict[str, Any]


def _misbehave(what: str, rules: list[Rule], arena: Arena, dice: random.Random) -> str:
    """All of the rules for a while; whatever they leave alone goes well."""
    seconds = dice.uniform(*_BAD)
    with ExitStack() as stack:
        struck = [stack.enter_context(arena.provider.failing(**{"op": "send", **rule})) for rule in rules]
        time.sleep(seconds)
        times = sum(arena.provider.fired(rule) for rule in struck)
    return f"{what} for {seconds:.1f} s, {times} times"


def _wire(what: str, *rules: Rule) -> Strike:
    return partial(_misbehave, what, list(rules))


def _half_of(rule: Rule) -> list[Rule]:
    """A rule that strikes half of the calls after their work was done and the others before."""
    return [{**rule, "effect": True, "probability": 0.5}, {**rule, "effect": False}]


def _reset(arena: Arena, dice: random.Random) -> str:
    """What a gateway took it does not say; one that can be asked does not say so either, at first."""
    rules: list[Rule] = [{"mode": "reset"}]
    if arena.provider.kind.question is not None:
        rules.append({"mode": "status", "op": arena.provider.kind.question, "status": 503})
    return _misbehave("resets", rules, arena, dice)


_TWISTS: Final[tuple[dict[str, Any], ...]] = (
    {"double": 1.0},
    {"reorder": 1.0, "double": 0.5},
    {"late": 1.0, "late_ms": [1_000, 6_000]},
    {"forge": 1.0, "double": 0.5},
    {"forge": 0.5, "reorder": 0.5, "double": 0.5, "late": 0.3, "late_ms": [500, 3_000]},
)


def _twist_receipts(arena: Arena, dice: random.Random) -> str:
    """Receipts as they come on a bad day, half of them before the call that caused them has ended."""
    turn = int(arena.notes.setdefault("twists", 0))
    arena.notes["twists"] = turn + 1
    twist = {**PLAIN_RECEIPTS, **_TWISTS[turn % len(_TWISTS)]}
    seconds = dice.uniform(4.0, 6.0)
    arena.provider.turn_receipts(**{**twist, "delay_ms": [0, 5]})
    # The message is taken and its receipt posted while the caller still waits for an answer that never comes.
    with arena.provider.failing("timeout", op="send", ms=300, effect=True, probability=0.5):
        time.sleep(seconds)
    arena.provider.turn_receipts(**PLAIN_RECEIPTS)
    return f"receipts {', '.join(sorted(_TWISTS[turn % len(_TWISTS)]))}, and before our own commit"


def _examine_receipts(arena: Arena) -> None:
    counts = arena.provider.state()["receipts"]
    if counts.get("forged_2xx"):
        arena.oddities.append(f"{counts['forged_2xx']} forged receipts were taken for true")
    if not counts.get("forged_4xx"):
        arena.oddities.append("no forged receipt was refused")


ROWS: Final = (
    Row(
        "provider-500",
        "the provider answers 500, half of the time although it took the message",
        _wire("500", *_half_of({"mode": "status", "status": 500})),
    ),
    Row(
        "provider-429",
        "the provider answers 429 with Retry-After",
        _wire("429", {"mode": "status", "status": 429, "retry_after": 2}),
    ),
    Row(
        "provider-timeout",
        "the provider says nothing, half of the time although it took the message",
        _wire("silence", *_half_of({"mode": "timeout", "ms": 8000})),
    ),
    Row(
        "provider-slow",
        "the provider takes as long as we wait, and sometimes longer",
        _wire("slowness", {"mode": "slow", "ms": 800, "jitter_ms": 2400}),
    ),
    Row(
        "provider-half", "the provider breaks off in the middle of its answer", _wire("half answers", {"mode": "half"})
    ),
    Row(
        "provider-reset",
        "the provider takes the message and resets the connection, and cannot be asked at first",
        _reset,
    ),
    Row(
        "receipts-twisted",
        "receipts come twice, late, forged, out of order, and before our own commit",
        _twist_receipts,
        gap=(1.0, 3.0),
        examine=_examine_receipts,
    ),
)
