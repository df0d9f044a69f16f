"""Which gateway of a channel a message goes to: by weight among the healthy ones, and back by itself. Pure.

Times are monotonic seconds, given and never read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from outbound.jobs.breaker import BreakerLimits, CircuitBreaker, CircuitState, Health
from outbound.jobs.outcomes import OutcomeKind

UNBOUNDED: Final = 1_000_000
"""The room of a channel with a gateway in use."""
_TRICKLE: Final = 0.05
_OWN_WORD_S: Final = 30.0
_UNTRIED_S: Final = 60.0
_GRAINS: Final = 1_000_003
_GOLDEN: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class PoolMember:
    """`weight`: its share of the channel's messages, beside those of the others; 0 is used when no other can be."""

    gateway: str
    channel: str
    weight: int


@dataclass(frozen=True, slots=True)
class Change:
    gateway: str
    old: CircuitState
    new: CircuitState


class Pool:
    """Not for several threads at once. Every gateway has its own circuit, and serves one channel."""

    def __init__(self, members: Iterable[PoolMember], limits: BreakerLimits | None = None) -> None:
        self._members: dict[str, list[PoolMember]] = {}
        self._circuits: dict[str, CircuitBreaker] = {}
        self._rest_until: dict[str, float] = {}
        self._changes: list[Change] = []
        for member in members:
            if member.gateway in self._circuits:
                raise ValueError(f"{member.gateway} is in the pool already")
            if member.weight < 0:
                raise ValueError(f"{member.gateway}: a weight is 0 or more")
            self._members.setdefault(member.channel, []).append(member)
            self._circuits[member.gateway] = CircuitBreaker(limits or BreakerLimits(), self._note(member.gateway))

    def choose(
        self, channel: str, key: UUID, attempt: int, avoid: str | None, now: float, *, may_probe: bool = True
    ) -> str | None:
        """The gateway for try number `attempt` of the delivery `key`; None when there is none for it now.

        The same for the same delivery, try and health. `avoid` has just failed for this delivery and is passed over
        while another is in use, and so is one that asked for a rest. One that is open and due for a probe gets this
        message, if it `may_probe`, if there is no other, or if nobody has tried it for long.
        """
        members = self._of(channel)
        if len(members) == 1 and self._circuits[members[0].gateway].state is CircuitState.CLOSED:
            return members[0].gateway
        closed = self._closed(channel)
        due = [member for member in members if self._circuits[member.gateway].probe_due(now)]
        if due and (not closed or (due[0].gateway != avoid and (may_probe or self._forgotten(due[0].gateway, now)))):
            self._circuits[due[0].gateway].probe(now)
            return due[0].gateway
        if not closed:
            return None
        rested = [member for member in closed if not self.rests(member.gateway, now)] or closed
        others = [member for member in rested if member.gateway != avoid]
        return self._draw(others or rested, key, attempt, now)

    def admit(self, gateway: str, now: float) -> bool:
        """Whether a message that must go to this gateway may go now; one that goes while it is open is its probe.

        Nothing is known of one that is not in the pool, so nothing is held back from it.
        """
        circuit = self._circuits.get(gateway)
        if circuit is None or circuit.state is CircuitState.CLOSED:
            return True
        if circuit.probe_due(now):
            circuit.probe(now)
            return True
        return False

    def has_other(self, gateway: str, now: float) -> bool:
        """Whether another gateway of its channel is in use and takes messages."""
        channels = [channel for channel, those in self._members.items() if gateway in {each.gateway for each in those}]
        return any(
            member.gateway != gateway and not self.rests(member.gateway, now)
            for channel in channels
            for member in self._closed(channel)
        )

    def rest(self, gateway: str, until: float) -> None:
        """It asked for nothing more until then."""
        self._rest_until[gateway] = max(until, self._rest_until.get(gateway, until))

    def rests(self, gateway: str, now: float) -> bool:
        """Whether it asked for nothing more for now."""
        return now < self._rest_until.get(gateway, now)

    def _forgotten(self, gateway: str, now: float) -> bool:
        return self._circuits[gateway].probe_due(now - _UNTRIED_S)

    def record(self, gateway: str, outcome: OutcomeKind, answer_s: float, now: float) -> None:
        """A call to the gateway ended so, `answer_s` after it began."""
        circuit = self._circuits.get(gateway)
        if circuit is not None:
            circuit.record(outcome, answer_s, now)

    def lose(self, gateway: str, now: float) -> None:
        """A message chosen for the gateway never went there; if it may have been the probe, the next one is."""
        circuit = self._circuits.get(gateway)
        if circuit is not None and circuit.state is CircuitState.HALF_OPEN:
            circuit.lose(now)

    def trip(self, gateway: str, now: float) -> None:
        """The gateway is known to be ill: it is probed at once, and used once that has worked."""
        circuit = self._circuits.get(gateway)
        if circuit is not None and circuit.state is CircuitState.CLOSED:
            circuit.trip(now)

    def follow(self, gateway: str, *, in_use: bool, now: float) -> None:
        """What somebody who sends more has seen of the gateway. What was seen here is believed for a while before any
        word of others, who may have had nothing to try it with since."""
        circuit = self._circuits.get(gateway)
        if circuit is None:
            return
        if not in_use and circuit.state is CircuitState.CLOSED:
            if not circuit.worked_since(now - _OWN_WORD_S):
                circuit.trip(now)
        elif in_use and circuit.state is not CircuitState.CLOSED and now >= circuit.since + _OWN_WORD_S:
            circuit.trust(now)

    def state_of(self, gateway: str) -> CircuitState | None:
        """None for one that is not in the pool."""
        circuit = self._circuits.get(gateway)
        return None if circuit is None else circuit.state

    def note_receipts(self, gateway: str, overdue_share: float) -> None:
        """The share (0 to 1) of the receipts lately expected from it that are overdue; holds until said anew."""
        circuit = self._circuits.get(gateway)
        if circuit is not None:
            circuit.overdue_share = overdue_share

    def room(self, now: float) -> dict[str, int]:
        """Channel -> how many messages it can take now: UNBOUNDED, one to probe with, or 0."""
        return {channel: self._room(channel, now) for channel in self._members}

    def shut(self, now: float) -> list[str]:
        """The gateways to which nothing can go now, not even a probe."""
        circuits = self._circuits.items()
        return [name for name, one in circuits if one.state is not CircuitState.CLOSED and not one.probe_due(now)]

    def changes(self) -> list[Change]:
        """Every change of a circuit since this was last asked, in order."""
        changed, self._changes = self._changes, []
        return changed

    def health(self, now: float) -> Mapping[str, Health]:
        """Every gateway's."""
        return {gateway: circuit.health(now) for gateway, circuit in self._circuits.items()}

    def channel_of(self, gateway: str) -> str:
        """Raises KeyError for one that is not in the pool."""
        return {member.gateway: member.channel for members in self._members.values() for member in members}[gateway]

    def _note(self, gateway: str) -> Callable[[CircuitState, CircuitState], None]:
        return lambda old, new: self._changes.append(Change(gateway, old, new))

    def _of(self, channel: str) -> list[PoolMember]:
        return self._members.get(channel, [])

    def _closed(self, channel: str) -> list[PoolMember]:
        return [member for member in self._of(channel) if self._circuits[member.gateway].state is CircuitState.CLOSED]

    def _room(self, channel: str, now: float) -> int:
        if self._closed(channel):
            return UNBOUNDED
        return int(any(self._circuits[member.gateway].probe_due(now) for member in self._of(channel)))

    def _draw(self, members: list[PoolMember], key: UUID, attempt: int, now: float) -> str:
        if len(members) == 1:
            return members[0].gateway
        weights = [self._weight(member, now) for member in members]
        total = sum(weights)
        if total <= 0:
            weights = [1.0] * len(members)
            total = float(len(members))
        # The low bits of a UUIDv7 are random.
        point = ((key.int ^ (attempt * _GOLDEN)) % _GRAINS) / _GRAINS * total
        for member, weight in zip(members, weights, strict=True):
            point -= weight
            if point < 0:
                return member.gateway
        return members[-1].gateway

    def _weight(self, member: PoolMember, now: float) -> float:
        return member.weight * (_TRICKLE if self._circuits[member.gateway].delayed(now) else 1.0)
