"""What a supervised process is, and what can be seen of it."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RESORT_GRACE_S = 5.0

Step = tuple[signal.Signals, float]
"""A signal, and the seconds to wait for the end before the next step."""


@dataclass(frozen=True, slots=True)
class Account:
    """The Unix account a process runs under."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to keep.

    `env` is laid over the supervisor's own environment, or stands alone when `inherit_env` is false. `ready` is polled
    from the starting thread until it says True; without it a process counts as ready once spawned. A process with
    `restart=False` is essential: when it ends, `Supervisor.run` ends. `last_resorts` follow one another,
    `RESORT_GRACE_S` apart, when `stop_signal` has brought no end within `stop_grace_s`.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    restart: bool = True
    stop_signal: signal.Signals = signal.SIGTERM
    stop_grace_s: float = 10.0
    last_resorts: tuple[signal.Signals, ...] = (signal.SIGKILL,)
    ready_timeout_s: float = 60.0
    account: Account | None = None
    inherit_env: bool = True
    cwd: Path | None = None

    @property
    def ending(self) -> tuple[Step, ...]:
        """The whole way from asking to forcing."""
        return ((self.stop_signal, self.stop_grace_s), *((step, RESORT_GRACE_S) for step in self.last_resorts))


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """State "waiting" means crashed and due to be restarted. `memory_bytes` is resident memory with all descendants."""

    name: str
    state: Literal["running", "waiting", "ended"]
    pid: int | None
    restarts: int
    exit_code: int | None
    memory_bytes: int
