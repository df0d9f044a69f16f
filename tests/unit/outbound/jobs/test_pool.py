"""The pool of gateways: shares by weight, fail-over and return, probes, and what holds whatever happens."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kernel.ids import new_id
from outbound.jobs.breaker import BreakerLimits, CircuitState
from outbound.jobs.outcomes import OutcomeKind
from outbound.jobs.pool import UNBOUNDED, Change, Pool, PoolMember

S = CircuitState
OK, BAD = OutcomeKind.ACCEPTED, OutcomeKind.TRANSIENT
LIMITS = BreakerLimits(window_s=20, calls=10, error_rate=0.5, in_a_row=3, probe_every_s=2, probe_lost_s=15)
SMS = (PoolMember("esms", "sms", 3), PoolMember("twilio", "sms", 1))
KEY = UUID("01890000-0000-7000-8000-000000000001")


def _pool(*members: PoolMember) -> Pool:
    return Pool(members or (*SMS, PoolMember("zalo", "zalo", 1)), LIMITS)


def _trip(pool: Pool, gateway: str, now: float = 0.0) -> None:
    for _ in range(3):
        pool.record(gateway, BAD, 0.1, now)


def _shares(pool: Pool, now: float = 0.0, avoid: str | None = None) -> Counter[str | None]:
    keys = [new_id() for _ in range(4000)]
    return Counter(pool.choose("sms", key, 1, avoid, now, may_probe=False) for key in keys)


def test_messages_are_shared_by_weight() -> None:
    shares = _shares(_pool())
    assert shares.keys() == {"esms", "twilio"}
    assert 2800 <= shares["esms"] <= 3200


def test_the_same_try_of_the_same_message_goes_the_same_way() -> None:
    keys = [new_id() for _ in range(50)]
    first, second = ([pool.choose("sms", key, 2, None, 5.0) for key in keys] for pool in (_pool(), _pool()))
    assert first == second
    assert {_pool().choose("sms", KEY, turn, None, 0.0) for turn in range(50)} == {"esms", "twilio"}


def test_the_one_that_just_failed_is_passed_over_while_there_is_another() -> None:
    pool = _pool()
    assert _shares(pool, avoid="esms") == {"twilio": 4000}
    _trip(pool, "twilio")
    assert _shares(pool, avoid="esms") == {"esms": 4000}


def test_what_others_saw_is_followed_and_ones_own_failures_are_believed_for_a_while() -> None:
    pool = _pool()
    pool.follow("esms", in_use=False, now=1.0)
    assert pool.state_of("esms") is S.OPEN
    pool.follow("esms", in_use=True, now=30.9)
    assert pool.state_of("esms") is S.OPEN
    pool.follow("esms", in_use=True, now=31.0)
    assert pool.state_of("esms") is S.CLOSED
    pool.follow("nobody", in_use=False, now=31.0)


def test_an_open_gateway_gets_nothing_and_takes_its_share_again_once_closed() -> None:
    pool = _pool()
    _trip(pool, "esms")
    assert _shares(pool, now=1.0) == {"twilio": 4000}
    assert pool.choose("sms", KEY, 1, None, 2.0) == "esms"
    assert pool.choose("sms", KEY, 1, None, 2.0) == "twilio"
    pool.record("esms", OK, 0.1, 2.5)
    assert 2800 <= _shares(pool, now=3.0)["esms"] <= 3200
    assert pool.changes() == [
        Change("esms", S.CLOSED, S.OPEN), Change("esms", S.OPEN, S.HALF_OPEN), Change("esms", S.HALF_OPEN, S.CLOSED),
    ]  # fmt: skip
    assert pool.changes() == []


def test_what_is_urgent_or_just_failed_there_is_no_probe_while_another_works() -> None:
    pool = _pool()
    _trip(pool, "esms")
    assert pool.choose("sms", KEY, 1, None, 9.0, may_probe=False) == "twilio"
    assert pool.choose("sms", KEY, 1, "esms", 9.0) == "twilio"


def test_without_any_other_even_those_are_the_probe() -> None:
    pool = _pool()
    _trip(pool, "esms")
    _trip(pool, "twilio")
    assert (pool.room(1.0)["sms"], pool.choose("sms", KEY, 1, None, 1.0)) == (0, None)
    assert pool.room(2.0) == {"sms": 1, "zalo": UNBOUNDED}
    assert pool.choose("sms", KEY, 1, "esms", 2.0, may_probe=False) == "esms"
    assert pool.choose("sms", KEY, 1, "esms", 2.0, may_probe=False) == "twilio"
    assert (pool.room(2.0)["sms"], pool.choose("sms", KEY, 1, None, 2.0)) == (0, None)


def test_a_message_bound_to_a_gateway_waits_for_it() -> None:
    pool = _pool()
    assert pool.admit("esms", 0.0)
    _trip(pool, "esms")
    assert (pool.shut(1.0), pool.admit("esms", 1.0)) == (["esms"], False)
    assert (pool.shut(2.0), pool.admit("esms", 2.0)) == ([], True)
    assert (pool.shut(2.0), pool.admit("esms", 2.0)) == (["esms"], False)
    assert pool.admit("elsewhere", 0.0)


def test_one_without_weight_is_used_when_no_other_can_be() -> None:
    pool = _pool(PoolMember("esms", "sms", 1), PoolMember("twilio", "sms", 0))
    assert _shares(pool) == {"esms": 4000}
    assert _shares(pool, avoid="esms") == {"twilio": 4000}
    _trip(pool, "esms")
    assert _shares(pool) == {"twilio": 4000}


def test_a_delayed_gateway_gets_a_trickle_until_it_is_on_time_again() -> None:
    pool = _pool()
    pool.note_receipts("esms", 0.9)
    assert 0 < _shares(pool)["esms"] < 800
    pool.note_receipts("esms", 0.1)
    assert _shares(pool)["esms"] > 2800


def test_slow_answers_move_messages_as_well() -> None:
    pool = _pool()
    for _ in range(5):
        pool.record("esms", OK, 6.0, 6.0)
    assert _shares(pool, now=7.0)["esms"] < 800
    assert _shares(pool, now=40.0)["esms"] > 2800


def test_delay_alone_stops_nothing() -> None:
    pool = _pool(PoolMember("esms", "sms", 1))
    pool.note_receipts("esms", 1.0)
    assert (pool.room(0.0), _shares(pool)) == ({"sms": UNBOUNDED}, {"esms": 4000})


def test_a_channel_nobody_serves_has_no_gateway() -> None:
    pool = _pool()
    assert pool.choose("inbox", KEY, 1, None, 0.0) is None
    assert "inbox" not in pool.room(0.0)
    pool.record("elsewhere", BAD, 0.1, 0.0)
    pool.note_receipts("elsewhere", 1.0)
    assert set(pool.health(0.0)) == {"esms", "twilio", "zalo"}


@pytest.mark.parametrize("members", [(SMS[0], SMS[0]), (PoolMember("esms", "sms", -1),)])
def test_members_that_cannot_be_are_refused(members: tuple[PoolMember, ...]) -> None:
    with pytest.raises(ValueError):
        Pool(members)


class PoolMachine(RuleBasedStateMachine):
    """Gateways that work or do not, and messages that go where the pool says."""

    @initialize()
    def start(self) -> None:
        self.pool = Pool(SMS, LIMITS)
        self.now = 0.0
        self.works = {"esms": True, "twilio": True}
        self.on_their_way: list[tuple[str, float]] = []
        self.state = dict.fromkeys(self.works, S.CLOSED)

    @rule(seconds=st.floats(0.1, 12))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(gateway=st.sampled_from(["esms", "twilio"]), works=st.booleans())
    def turn(self, gateway: str, works: bool) -> None:
        self.works[gateway] = works

    @rule(avoid=st.sampled_from([None, "esms", "twilio"]), may_probe=st.booleans(), number=st.integers(1, 6))
    def send(self, avoid: str | None, may_probe: bool, number: int) -> None:
        for _ in range(number):
            room = self.pool.room(self.now)["sms"]
            # Gives up the probes that were not heard of in time: the next message is one.
            self.pool.shut(self.now)
            before = {name: health.state for name, health in self.pool.health(self.now).items()}
            gateway = self.pool.choose("sms", new_id(), 1, avoid, self.now, may_probe=may_probe)
            assert (gateway is None) == (room == 0)
            if gateway is not None:
                assert before[gateway] is not S.HALF_OPEN
                if before[gateway] is S.OPEN:
                    assert self.pool.health(self.now)[gateway].state is S.HALF_OPEN
                self.on_their_way.append((gateway, self.now))

    @rule(gateway=st.sampled_from(["esms", "twilio"]))
    def send_bound(self, gateway: str) -> None:
        shut = gateway in self.pool.shut(self.now)
        assert self.pool.admit(gateway, self.now) == (not shut)
        if not shut:
            self.on_their_way.append((gateway, self.now))

    @rule(number=st.integers(1, 8), lost=st.booleans())
    def answer(self, number: int, lost: bool) -> None:
        for _ in range(min(number, len(self.on_their_way))):
            gateway, began = self.on_their_way.pop(0)
            if not lost:
                self.now += 0.01
                self.pool.record(gateway, OK if self.works[gateway] else BAD, self.now - began, self.now)

    @invariant()
    def changes_are_a_chain(self) -> None:
        if not hasattr(self, "pool"):
            return
        for change in self.pool.changes():
            assert self.state[change.gateway] is change.old
            assert change.old is not change.new
            self.state[change.gateway] = change.new
        assert {name: health.state for name, health in self.pool.health(self.now).items()} == self.state

    def teardown(self) -> None:
        """Once everything works, everything is used again, whatever was before."""
        if not hasattr(self, "pool"):
            return
        self.on_their_way.clear()
        for _ in range(4):
            self.now += LIMITS.probe_lost_s + 1
            for gateway in self.works:
                if self.pool.admit(gateway, self.now):
                    self.pool.record(gateway, OK, 0.0, self.now)
        assert self.pool.shut(self.now) == []
        assert {health.state for health in self.pool.health(self.now).values()} == {S.CLOSED}


TestPoolMachine = PoolMachine.TestCase
