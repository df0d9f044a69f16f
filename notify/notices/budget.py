"""A budget that warns: the admins of an agency hear once a month that a share of it is spent, and once that all is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.outbox import Handler, OutboxEvent, one_by_one, record_event
from kernel.work import Work
from notify.desk.costs import BudgetState, budget_state
from notify.planning.addressees import Addressee, GroupNotice, tell_each
from notify.planning.handlers import Announcer
from notify.planning.offers import month_of
from notify.registers import Budget, Spend
from notify.templates.events import events

REACHED: Final = "message_budget.reached"
TEMPLATE: Final = "budget.reached"
_WORDS: Final[dict[str, str]] = {
    BudgetState.WARNED: "sắp hết",
    BudgetState.SPENT: "đã hết; chỉ còn gửi thông báo theo luật",
}


class AdminDesk(Protocol):
    """Knows who looks after an agency."""

    def admins(self, session: Session, agency_code: str) -> Sequence[UUID]:
        """People who are its admins now."""
        ...

    def agency_name(self, session: Session, agency_code: str) -> str: ...


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


@dataclass(frozen=True, slots=True)
class BudgetAnnouncer:
    """Turns such events into notices in the app."""

    announcer: Announcer
    desk: AdminDesk

    def handlers(self) -> dict[str, list[Handler]]:
        """Event kind -> handlers, for the plan drain."""
        return {REACHED: [one_by_one(self.tell)]}

    def tell(self, session: Session, event: OutboxEvent) -> None:
        """Every admin of the agency finds it in the app; it costs nothing."""
        told, said = events()[TEMPLATE], event.payload
        admins = [Addressee(person, None) for person in self.desk.admins(session, said["agency_code"])]
        what = GroupNotice(told, self._facts(session, said), said["agency_code"], by=())
        tell_each(self.announcer, session, event, admins, what)

    def _facts(self, session: Session, said: dict[str, Any]) -> dict[str, Any]:
        return {
            "agency": self.desk.agency_name(session, said["agency_code"]),
            "month": f"{date.fromisoformat(said['month']):%m/%Y}",
            "state": _WORDS[said["state"]],
            "spent": int(said["spent_vnd"]),
            "limit": int(said["limit_vnd"]),
        }
