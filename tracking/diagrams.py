"""What is drawn of the states of this package."""

from typing import Any, Final

from kernel.states.page import REFUSED, StatePage
from tracking.deadline.clock import CLOCK_MOVES, Condition
from tracking.handover import HAND_OVER_LABELS, HAND_OVER_MOVES
from tracking.states import LABELS, MOVES

PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="business.md",
        title="Business state (trạng thái hồ sơ)",
        table=MOVES,
        names={state: label.vi for state, label in LABELS.items()},
        parts=tuple,
        columns=("origin",),
        note=(
            "States 5, 6 and 7 return to their origin, a path of digits: 4 came from state 4; 45 came from state 5, "
            f"which had come from 4. What stays is a repeat or a late event that changes nothing. {REFUSED}"
        ),
    ),
    StatePage(
        file="clock.md",
        title="Clock of a deadline (đồng hồ thời hạn)",
        table=CLOCK_MOVES,
        names={
            Condition.IDLE: "Chưa tính giờ",
            Condition.RUNNING: "Đang tính giờ",
            Condition.PAUSED: "Tạm dừng",
            Condition.STOPPED: "Đã dừng",
        },
        note=f"An event is an entry of the ledger; a void takes the last one back. {REFUSED}",
    ),
    StatePage(
        file="hand_over.md",
        title="Hand-over (trả kết quả)",
        table=HAND_OVER_MOVES,
        names={state: label.vi for state, label in HAND_OVER_LABELS.items()},
    ),
)
