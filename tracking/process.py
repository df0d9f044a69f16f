"""The walk of a dossier through its procedure's process, inside state 4. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kernel.errors import DomainError
from procedures.definition import ActionKind, Procedure, StepAction
from tracking.states import Event

# Actions that leave the process for the business axis; the step stays, for the dossier may come back to it.
_EVENTS: Final = {
    ActionKind.ASK_SUPPLEMENT: Event.REQUEST_SUPPLEMENT,
    ActionKind.DEMAND_FEE: Event.DEMAND_FEE,
    ActionKind.FINISH: Event.FINISH,
}


@dataclass(frozen=True, slots=True)
class StepMove:
    """From a step to a step (the same one unless the action leads on); `event` is what happens on the business axis."""

    at: str
    to: str
    action: StepAction
    event: Event | None


def first_step(procedure: Procedure) -> str:
    """Where the process begins."""
    return procedure.steps[0].code


def possible_actions(procedure: Procedure, step: str, roles: Collection[str]) -> tuple[StepAction, ...]:
    """What the holder of these roles can do at a step: all its actions, or none."""
    found = procedure.step(step)
    return found.actions if found.role in roles else ()


def take_step(procedure: Procedure, step: str | None, action: str, roles: Collection[str]) -> StepMove:
    """The move that an action (by its code) makes.

    Raises `step_role_missing` when another role has the step, and `step_action_unknown`, with the `allowed_actions`,
    when the step has no such action. A dossier in state 4 without a step stands at the first one.
    """
    current = procedure.step(step or first_step(procedure))
    if current.role not in roles:
        raise DomainError("step_role_missing", step=current.code, needed=current.role)
    for found in current.actions:
        if found.code == action:
            return StepMove(current.code, found.to or current.code, found, _EVENTS.get(found.kind))
    raise DomainError(
        "step_action_unknown",
        step=current.code,
        action=action,
        allowed_actions=[known.code for known in current.actions],
    )
