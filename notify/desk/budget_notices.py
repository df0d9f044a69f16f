"""A budget that warns: the admins of an agency hear once a month that a share of it is spent, and once that all is."""

from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.notices import Notice, ToOffice, Value, each
from kernel.outbox import OutboxEvent, record_event
from kernel.part import Container
from kernel.work import Work
from notify.desk.costs import BudgetState, budget_state
from notify.planning.offers import month_of
from notify.registers import Budget, Spend
from procedures.part import CATALOGUE

REACHED: Final = "message_budget.reached"
TEMPLATE: Final = "budget.reached"
_WORDS: Final[dict[str, str]] = {
    BudgetState.WARNED: "sắp hết",
    BudgetState.SPENT: "đã hết; chỉ còn gửi thông báo theo luật",
}


def watch_budgets(work: Work) -> int:
    """Writes an event for each budget that has reached a state its agency was not told of this month. Returns how many.

    A month's states only go up, so each is told once, also when the sweep runs in several processes.
    """
    month = month_of(work.now())
    spent = (
        select(Spend.agency_code, func.sum(Spend.cost_vnd).label("cost"))
        .where(Spend.month == month)
        .group_by(Spend.agency_code)
        .subquery()
    )
    rows = work.session.execute(
        select(Budget, spent.c.cost)
        .join(spent, spent.c.agency_code == Budget.agency_code)
        .where(spent.c.cost * 100 >= Budget.limit_vnd * Budget.warn_percent)
        .with_for_update(of=Budget, skip_locked=True)
    )
    return sum(_tell(work.session, budget, int(cost), month) for budget, cost in rows)


def _tell(session: Session, budget: Budget, spent: int, month: date) -> bool:
    state = budget_state(spent, budget.limit_vnd, budget.warn_percent)
    if (budget.told_month, budget.told_state) in ((month, state), (month, BudgetState.SPENT)):
        return False
    budget.told_month, budget.told_state = month, str(state)
    payload = {"agency_code": budget.agency_code, "state": str(state), "month": month.isoformat()}
    record_event(session, REACHED, new_id(), {**payload, "spent_vnd": spent, "limit_vnd": budget.limit_vnd})
    return True


def _notice(container: Container, session: Session, event: OutboxEvent) -> Notice:
    """Every admin of the agency finds it in the app; it costs nothing."""
    said = event.payload
    facts: dict[str, Value | None] = {
        "agency": container.get(CATALOGUE).agency(session, said["agency_code"]).name,
        "month": f"{date.fromisoformat(said['month']):%m/%Y}",
        "state": _WORDS[said["state"]],
        "spent": int(said["spent_vnd"]),
        "limit": int(said["limit_vnd"]),
    }
    return Notice(TEMPLATE, [ToOffice(said["agency_code"], "admin")], facts, said["agency_code"], by=())


READER: Final = each(_notice)
