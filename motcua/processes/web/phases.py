"""What a connection is doing, and how long it may."""

from enum import IntEnum
from typing import TYPE_CHECKING

from motcua.processes.web.limits import Limits

if TYPE_CHECKING:
    from motcua.processes.web.connection import Connection


class Phase(IntEnum):
    WAITING = 0
    HEAD = 1
    BODY = 2
    ANSWER = 3
    LINGERING = 4


# Nothing but a wait is lost when one of these ends.
CAN_GO = frozenset({Phase.WAITING, Phase.HEAD, Phase.LINGERING})


def held(connection: "Connection") -> int:
    """Octets in memory for what has to come in, or to leave."""
    if connection.phase is Phase.BODY:
        return connection.exchange.body.in_memory
    return connection.outgoing.held


def pace(connection: "Connection", now: float) -> float:
    """Octets a second, in or out."""
    if connection.phase is Phase.BODY:
        exchange = connection.exchange
        return exchange.body.received / (now - exchange.since + 1.0)
    return connection.outgoing.pace(now)


def make_room(connection: "Connection") -> None:
    """Ends what makes us hold most for least."""
    if connection.phase is Phase.BODY:
        connection.give_up_waiting(503)
    else:
        connection.transport.abort()


def end_what_is_late(connection: "Connection", now: float) -> None:
    limits, phase = connection.hub.limits, connection.phase
    if phase is Phase.BODY:
        exchange = connection.exchange
        least = limits.pace_octets * (now - exchange.since - limits.patience_s)
        if now - connection.moved > limits.silence_s or exchange.body.received < least:
            connection.give_up_waiting(408)
    elif phase is Phase.ANSWER:
        if connection.outgoing.paused and connection.outgoing.stands_still(now):
            connection.transport.abort()
    elif now - connection.since > _patience(connection, limits):
        connection.transport.abort()


def _patience(connection: "Connection", limits: Limits) -> float:
    if connection.phase is Phase.LINGERING:
        return limits.unread_s if connection.transport.is_closing() else limits.lingering_s
    return limits.kept_s if connection.phase is Phase.WAITING else limits.head_s
