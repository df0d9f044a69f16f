"""State machines as pure tables, and the pages that draw them."""

from kernel.states.table import IllegalMove, StateTable, by_event, stays

__all__ = ["IllegalMove", "StateTable", "by_event", "stays"]
