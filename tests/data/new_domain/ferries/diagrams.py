"""What is drawn of ferries."""

from enum import StrEnum
from typing import Any, Final

from kernel.states import StateTable
from kernel.states.page import StatePage


class FerryState(StrEnum):
    DUE = "due"
    SAILED = "sailed"


class FerryEvent(StrEnum):
    SAIL = "sail"


MOVES: Final = StateTable({(FerryState.DUE, FerryEvent.SAIL): FerryState.SAILED})
PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="ferry.md",
        title="Ferry (phà)",
        table=MOVES,
        names={FerryState.DUE: "Chờ rời bến", FerryState.SAILED: "Đã rời bến"},
    ),
)
