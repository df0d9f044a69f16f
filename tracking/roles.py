"""Who may do what at the officer's desk. Pure.

Inside state 4 the process of the procedure names the role of each step; everything else stands in `ROLES`.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from tracking.states import UNDO_OF, BusinessState, Event, allowed_events

ROLES: Final[Mapping[Event, frozenset[str]]] = {
    Event.ACCEPT: frozenset({"receiver"}),
    Event.DECLINE: frozenset({"receiver"}),
    Event.START: frozenset({"receiver", "appraiser"}),
    Event.REQUEST_SUPPLEMENT: frozenset({"receiver", "appraiser"}),
    Event.GRANT_WITHDRAWAL: frozenset({"receiver", "leader"}),
    Event.REFUSE_WITHDRAWAL: frozenset({"receiver", "leader"}),
    Event.STOP: frozenset({"leader"}),
    Event.HAND_OVER: frozenset({"hand_over", "receiver"}),
}
# What a step of the process may offer beside the acts that `ROLES` rules.
_STEP_ACTIONS: Final = frozenset({"advance", "send_back", "finish"})
UNDO: Final = "undo"


def desk_actions(
    state: BusinessState, origin: int | None, step: Mapping[str, Any] | None, roles: Collection[str]
) -> list[str]:
    """What the holder of these roles can do with a dossier now. `step` is its step as the procedure's document has it.

    Whether an undo is still in time, and theirs, is told by trying.
    """
    held = frozenset(roles)
    events = allowed_events(state, origin)
    actions = [event.value for event in events if held & ROLES.get(event, frozenset())]
    if state is BusinessState.PROCESSING and step is not None and step["role"] in held:
        actions += [action["do"] for action in step["actions"] if action["do"] in _STEP_ACTIONS]
    if any(event in UNDO_OF.values() for event in events):
        actions.append(UNDO)
    return actions
