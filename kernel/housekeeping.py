"""What the sweep does for the kernel: answers that no phone asks for again are forgotten."""

from kernel.idempotency import forget_old_answers
from kernel.part import Container


def forget_answers(container: Container) -> None:
    with container.database.transaction() as session:
        forget_old_answers(session, container.clock.now())
