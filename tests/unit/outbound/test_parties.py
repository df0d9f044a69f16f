"""How often a party is called at once, for how long, and when it is left alone."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from outbound.direct.breaker import CircuitBreaker
from outbound.direct.parties import NoAnswerError, Party, PartyBusyError


def test_no_more_matters_at_once_than_may_wait() -> None:
    party = Party("thu", timeout_s=30.0, at_once=2)
    inside, over = threading.Barrier(3), threading.Event()

    def wait() -> None:
        with party.matter():
            inside.wait(30)
            over.wait(30)

    threads = [threading.Thread(target=wait) for _ in range(2)]
    for each in threads:
        each.start()
    inside.wait(30)
    with pytest.raises(PartyBusyError) as raised, party.matter():
        pass
    assert raised.value.retry_after_s > 0
    over.set()
    for each in threads:
        each.join(30)
    with party.matter(), party.matter(), party.matter():
        """Matters inside a matter are the same one."""


def test_the_calls_of_a_matter_share_its_deadline() -> None:
    party = Party("thu", timeout_s=30.0)
    with party.matter():
        with party.call() as first:
            pass
        with party.call() as second:
            assert first == second
    with party.call() as other:
        assert other > first
    hasty = Party("thu", timeout_s=0.0)
    with pytest.raises(NoAnswerError), hasty.call():
        pass


def test_a_party_that_does_not_answer_rests_and_is_then_tried_once() -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures=3, rest_s=10.0, monotonic=lambda: now[0])
    party = Party("thu", timeout_s=30.0, breaker=breaker)
    for _ in range(3):
        _fail(party)
    with pytest.raises(PartyBusyError) as raised, party.call():
        pass
    assert 0 < raised.value.retry_after_s <= 10.0
    now[0] = 10.0
    with ExitStack() as trying:
        trying.enter_context(party.call())
        with pytest.raises(PartyBusyError), party.call():
            pass
    with party.call():
        """It has answered, so it is in use again."""


def test_other_errors_than_silence_are_answers() -> None:
    party = Party("thu", timeout_s=30.0, breaker=CircuitBreaker(failures=1))
    with pytest.raises(LookupError), party.call():
        raise LookupError
    with party.call():
        """Nothing counts against it."""


def _fail(party: Party) -> None:
    with pytest.raises(NoAnswerError), party.call():
        raise NoAnswerError("silent")


class Breaker(RuleBasedStateMachine):
    """Against a model that counts failures in a row and the seconds of a rest."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = CircuitBreaker(failures=3, rest_s=5.0, monotonic=self.clock())
        self.failures = 0
        self.rests_until: float | None = None

    def clock(self) -> Callable[[], float]:
        return lambda: self.now

    @rule()
    def fail(self) -> None:
        self.breaker.failed()
        self.failures += 1
        if self.failures >= 3:
            self.rests_until = self.now + 5.0

    @rule()
    def succeed(self) -> None:
        self.breaker.succeeded()
        self.failures, self.rests_until = 0, None

    @rule()
    def wait(self) -> None:
        self.now += 2.0

    @rule()
    def ask(self) -> None:
        waited = self.breaker.wait_s()
        if self.rests_until is None:
            assert waited == 0
        elif self.now < self.rests_until:
            assert waited == self.rests_until - self.now
        else:
            assert waited == 0
            self.rests_until = self.now + 5.0

    @invariant()
    def rests_only_after_failures(self) -> None:
        assert self.rests_until is None or self.failures >= 3


TestBreaker = Breaker.TestCase
