"""Rules of sessions, signing keys and phone proofs that need no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

ATTEMPT_TTL: Final = timedelta(minutes=10)
# How long the app that lost the answer of a log-in may ask for it again, and how long an exchange may take.
LOGIN_REPEAT: Final = timedelta(minutes=10)
EXCHANGE_LASTS: Final = timedelta(seconds=60)
PROOF_TTL: Final = timedelta(minutes=10)
PROOF_TRIES: Final = 5
# A successor must have been signing for longer than any token lives, and any clock is off, before a key may go.
KEY_REMAINS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """What the set of signing keys needs: a new one from `create_from` on, and the removal of the oldest `drop`."""

    create_from: datetime | None
    drop: int


def plan_keys(active_from: Sequence[datetime], now: datetime, *, lifetime: timedelta, lead: timedelta) -> KeyPlan:
    """The plan for keys that sign from `active_from` (ascending), each until the next one does.

    The next one starts when the newest is `lifetime` old, and is published `lead` before that.
    """
    if not active_from:
        return KeyPlan(create_from=now, drop=0)
    due = active_from[-1] + lifetime
    create = max(due, now + lead) if due - lead <= now else None
    drop = sum(1 for successor in active_from[1:] if successor + KEY_REMAINS <= now)
    return KeyPlan(create_from=create, drop=drop)


def signing_position(active_from: Sequence[datetime], now: datetime) -> int:
    """Which of the keys (ascending, not empty) signs: the newest that may, else the first there is."""
    return max(0, sum(1 for instant in active_from if instant <= now) - 1)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` codes in any `window`."""

    most: int
    window: timedelta


PERSON_CAPS: Final = (Cap(1, timedelta(seconds=60)), Cap(5, timedelta(hours=1)))
PERSON_HERE_CAPS: Final = (Cap(5, timedelta(hours=24)),)
# What others ask for a number keeps its holder waiting for minutes at most. A crowd of them gets one code in a while.
NUMBER_CAPS: Final = (Cap(3, timedelta(minutes=10)),)
CROWDED: Final = Cap(10, timedelta(hours=24))
CROWDED_CAPS: Final = (Cap(1, timedelta(minutes=15)),)
# Codes a day to all numbers together: whoever makes us text a paid number over and over is stopped by the bill.
SMS_PER_DAY: Final = 20_000
SMS_WARNING: Final = 0.8
LONGEST_WINDOW: Final = max(cap.window for cap in (*PERSON_CAPS, *PERSON_HERE_CAPS, *NUMBER_CAPS, CROWDED))


def wait_for(caps: Sequence[Cap], asked: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long until one more code may be asked for, given when earlier ones were; None if it may be now."""
    waits = [timedelta()]
    for cap in caps:
        inside = sorted(instant for instant in asked if instant > now - cap.window)
        if len(inside) >= cap.most:
            waits.append(inside[-cap.most] + cap.window - now)
    return max(waits) or None


def wait_for_number(others: Sequence[datetime], own: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long until a number may get one more code, given when others and the asker asked for one; None if it may now.

    The asker's own requests are counted elsewhere, until so many others ask that the number is being flooded.
    """
    lately = sum(1 for instant in others if instant > now - CROWDED.window)
    if lately < CROWDED.most:
        return wait_for(NUMBER_CAPS, others, now)
    return wait_for(CROWDED_CAPS, [*others, *own], now)
