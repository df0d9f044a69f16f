"""Whether a process can be walked: every step reached, every step able to finish, and all within the legal term."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from procedures.checks.findings import Finding
from procedures.definition import ActionKind, Procedure, Step
from procedures.term import Term, Unit

# A day of the office: the unit in which the law's days and the steps' hours are compared.
HOURS_A_DAY: Final = 8
_LEADING: Final = (ActionKind.ADVANCE, ActionKind.SEND_BACK)
_Steps = Mapping[str, Step]


def check_process(procedure: Procedure) -> list[Finding]:
    """Everything wrong with the steps. Ways are looked at only when every target exists."""
    findings = [*_step_codes(procedure.steps)]
    for place, step in enumerate(procedure.steps):
        findings.extend(_one_step(f"/process/steps/{place}", step, {step.code for step in procedure.steps}))
    if any(finding.code in ("code_twice", "target_missing", "target_unknown") for finding in findings):
        return findings
    steps = {step.code: step for step in procedure.steps}
    return [*findings, *_ways(steps, procedure.steps[0].code), *_budgets(steps, procedure)]


def _step_codes(steps: Iterable[Step]) -> Iterator[Finding]:
    seen: set[str] = set()
    for step in steps:
        if step.code in seen:
            yield Finding("/process/steps", "code_twice", {"name": step.code})
        seen.add(step.code)


def _one_step(where: str, step: Step, known: set[str]) -> Iterator[Finding]:
    if not step.role:
        yield Finding(where, "step_without_role", {"step": step.code})
    called: set[str] = set()
    for place, action in enumerate(step.actions):
        here = f"{where}/actions/{place}"
        if action.code in called:
            yield Finding(here, "code_twice", {"name": action.code})
        called.add(action.code)
        if action.kind not in _LEADING:
            if action.to is not None:
                yield Finding(here, "target_needless", {"action": action.code})
        elif action.to is None:
            yield Finding(here, "target_missing", {"action": action.code})
        elif action.to not in known:
            yield Finding(here, "target_unknown", {"target": action.to})
        elif action.to == step.code:
            yield Finding(here, "target_itself", {"target": action.to})


def _ways(steps: _Steps, first: str) -> Iterator[Finding]:
    reached = _closure({first}, lambda code: _targets(steps[code]))
    finishing = {code for code, step in steps.items() if any(step.actions_of(ActionKind.FINISH))}
    leading_to = {code: {other for other, step in steps.items() if code in _targets(step)} for code in steps}
    able = _closure(finishing, lambda code: leading_to[code])
    for place, code in enumerate(steps):
        if code not in reached:
            yield Finding(f"/process/steps/{place}", "step_unreachable", {"step": code})
        if code not in able:
            yield Finding(f"/process/steps/{place}", "dead_end", {"step": code})


def _budgets(steps: _Steps, procedure: Procedure) -> Iterator[Finding]:
    """The longest way forward may not take longer than the law gives; what is sent back is within the same term."""
    ring = _find_ring(steps)
    if ring is not None:
        yield Finding("/process/steps", "advance_in_a_ring", {"step": ring})
        return
    longest: dict[str, int] = {}

    def hours_from(code: str) -> int:
        if code not in longest:
            onward = [hours_from(target) for target in _targets(steps[code], ActionKind.ADVANCE)]
            longest[code] = steps[code].budget_hours + max(onward, default=0)
        return longest[code]

    needed, limit = hours_from(procedure.steps[0].code), _hours_of(procedure.term)
    # A term of nothing is a finding of its own.
    if needed > limit > 0:
        yield Finding("/process/steps", "budget_past_term", {"hours": needed, "limit": limit})


def _hours_of(term: Term) -> int:
    if term.unit is Unit.WORKING_HOURS:
        return term.amount
    # Amount 0 is the very day.
    return max(1, term.amount) * HOURS_A_DAY


def _find_ring(steps: _Steps) -> str | None:
    """A step from which advancing leads back to it, if there is one."""
    for code in steps:
        onward = _closure(
            set(_targets(steps[code], ActionKind.ADVANCE)), lambda at: _targets(steps[at], ActionKind.ADVANCE)
        )
        if code in onward:
            return code
    return None


def _targets(step: Step, *kinds: ActionKind) -> set[str]:
    return {action.to for action in step.actions_of(*(kinds or _LEADING)) if action.to is not None}


def _closure(start: set[str], following: Callable[[str], set[str]]) -> set[str]:
    found, queue = set(start), list(start)
    while queue:
        new = following(queue.pop()) - found
        found |= new
        queue.extend(new)
    return found
