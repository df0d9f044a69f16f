"""What the sweep does for messages: budgets that warn, receipts that match nothing, tokens of Zalo's account."""

from kernel.part import Container
from kernel.work import Work
from notify.desk.budget_notices import watch_budgets
from notify.receipts.applying import give_up_unmatched
from notify.sending.loops import keep_zalo_tokens


def watch(container: Container) -> None:
    with container.database.transaction() as session:
        watch_budgets(Work(session, container.vault, container.clock))


def give_up_receipts(container: Container) -> None:
    with container.database.transaction() as session:
        give_up_unmatched(session)


def keep_tokens(container: Container) -> None:
    keep_zalo_tokens(container)
