"""What messages cost an agency in a month, and the budget that warns and then stops what the law does not require."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from agencies.tree import codes_within
from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.frozen import frozen
from kernel.work import Work
from notify.registers import Budget, Spend


class BudgetState(StrEnum):
    """UNSET: nobody set one. WARNED: the share that warns is spent. SPENT: only legal notices still cost anything."""

    UNSET = "unset"
    WITHIN = "within"
    WARNED = "warned"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class GatewayCost:
    """What went over one gateway. Costs in whole đồng."""

    gateway: str
    messages: int
    parts: int
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class AgencyCost:
    """One agency's month. `limit_vnd` and `warn_percent` are null without a budget."""

    agency_code: str
    cost_vnd: int
    state: BudgetState
    limit_vnd: int | None
    warn_percent: int | None
    gateways: tuple[GatewayCost, ...]


def budget_state(spent_vnd: int, limit_vnd: int | None, warn_percent: int | None) -> BudgetState:
    """How much of a budget is left, in the one word that matters. Pure."""
    if limit_vnd is None or warn_percent is None:
        return BudgetState.UNSET
    if spent_vnd >= limit_vnd:
        return BudgetState.SPENT
    return BudgetState.WARNED if spent_vnd * 100 >= limit_vnd * warn_percent else BudgetState.WITHIN


def monthly_costs(work: Work, actor: Actor, month: date) -> Sequence[AgencyCost]:
    """The month of every agency of the officer's that spent anything or has a budget, by code."""
    codes = codes_within(work.session, actor.agency_code)
    spends = work.session.scalars(
        select(Spend).where(Spend.agency_code.in_(codes), Spend.month == month).order_by(Spend.gateway)
    ).all()
    budgets = {
        row.agency_code: row for row in work.session.scalars(select(Budget).where(Budget.agency_code.in_(codes)))
    }
    write_audit(work.session, actor, "message_costs.read", "agency", None, agency=actor.agency_code or "")
    return [
        _month(code, [row for row in spends if row.agency_code == code], budgets.get(code))
        for code in sorted({row.agency_code for row in spends} | set(budgets))
    ]


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What an agency may spend in a month, in whole đồng; it warns from `warn_percent` on."""

    agency_code: str
    limit_vnd: int
    warn_percent: int
    set_at: datetime


def set_budget(work: Work, actor: Actor, agency_code: str, limit_vnd: int, warn_percent: int) -> BudgetView:
    """Sets what an agency of the admin's subtree may spend in a month. Raises DomainError("not_found") for others."""
    if agency_code not in codes_within(work.session, actor.agency_code):
        raise DomainError("not_found")
    values = {"limit_vnd": limit_vnd, "warn_percent": warn_percent, "set_by": actor.officer_id}
    statement = insert(Budget).values(agency_code=agency_code, **values)
    work.session.execute(
        statement.on_conflict_do_update(index_elements=["agency_code"], set_={**values, "set_at": func.now()})
    )
    write_audit(work.session, actor, "message_budget.set", "agency", None, agency=agency_code, limit_vnd=limit_vnd)
    return frozen(BudgetView, work.session.scalars(select(Budget).where(Budget.agency_code == agency_code)).one())


def _month(code: str, spends: Sequence[Spend], budget: Budget | None) -> AgencyCost:
    spent = sum(row.cost_vnd for row in spends)
    limit, warn = (None, None) if budget is None else (budget.limit_vnd, budget.warn_percent)
    return AgencyCost(
        agency_code=code,
        cost_vnd=spent,
        state=budget_state(spent, limit, warn),
        limit_vnd=limit,
        warn_percent=warn,
        gateways=tuple(GatewayCost(row.gateway, row.messages, row.parts, row.cost_vnd) for row in spends),
    )
