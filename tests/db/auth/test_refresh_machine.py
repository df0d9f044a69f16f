"""Any order of refreshes, lost answers, thefts and waiting, against a model of what may happen."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from auth.service.sessions import refresh_session
from auth.store import note_use
from auth.tokens.derived import DerivedTokens
from auth.tokens.issuer import REFRESH_PURPOSE
from kernel.clock import SettableClock
from kernel.work import Work
from tests.db.auth.support import SESSIONS, log_in


class Family(RuleBasedStateMachine):
    """`held` is what the phone has, `made` how far the server went, `made_at` when,
    `used` the newest of whose access tokens one was shown."""

    work: Work
    clock: SettableClock

    def __init__(self) -> None:
        super().__init__()
        self.tokens = DerivedTokens(self.work.vault.derive(REFRESH_PURPOSE))
        self.session_id = log_in(self.work).session_id
        self.held = self.made = 1
        self.made_at = self.clock.now()
        self.ended = False
        self.used = 0

    def show(self, generation: int) -> int | None:
        grant = refresh_session(self.work, SESSIONS, self.tokens.make(self.session_id, generation))
        self.work.session.flush()
        return None if grant is None else grant.generation

    def expect(self, generation: int) -> int | None:
        """What the server must answer, by the words of the rule."""
        if self.ended or generation > self.made:
            return None
        if generation == self.made:
            self.made, self.made_at = self.made + 1, self.clock.now()
            return self.made
        if generation == self.made - 1 and self.clock.now() - self.made_at <= SESSIONS.refresh_window:
            return self.made
        if generation == self.made - 1 and self.used < self.made:
            return self.made
        self.ended = True
        return None

    @rule(arrives=st.booleans())
    def refresh(self, arrives: bool) -> None:
        answer = self.show(self.held)
        assert answer == self.expect(self.held)
        if answer is not None and arrives:
            self.held = answer

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def use(self) -> None:
        """The phone, or whoever copied its tokens, shows the access token that came with the one it holds."""
        note_use(self.work.session.connection(), self.session_id, self.held)
        self.used = max(self.used, self.held)

    @precondition(lambda self: self.made > 1)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        generation = data.draw(st.integers(1, self.made + 1))
        assert self.show(generation) == self.expect(generation)


def test_refresh_family(work: Work, clock: SettableClock) -> None:
    family = type("FamilyHere", (Family,), {"work": work, "clock": clock})
    run_state_machine_as_test(family, settings=settings(max_examples=30, stateful_step_count=30, deadline=None))
