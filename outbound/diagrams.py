"""What is drawn of the states of this package."""

from typing import Any, Final

from kernel.states.page import StatePage
from outbound.jobs.breaker import CIRCUIT_MOVES, CircuitState

PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="circuit.md",
        title="Circuit breaker (cầu dao của một cổng)",
        table=CIRCUIT_MOVES,
        names={
            CircuitState.CLOSED: "Đang dùng",
            CircuitState.OPEN: "Tạm ngừng",
            CircuitState.HALF_OPEN: "Đang thử lại",
        },
    ),
)
