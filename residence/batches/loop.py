"""The loop of long files of guests."""

from kernel.part import Container, Turn
from residence.batches.drain import BatchWorker
from residence.part import FRONT_DESK


def work_off(container: Container, turn: Turn) -> bool:
    """Judges and declares what is due. True when work is left."""
    desk = container.get(FRONT_DESK)
    worker = BatchWorker(container.database, container.vault, container.clock, container.files, desk)
    return worker.run(time_slice_s=turn.slice_s, told_to_stop=turn.told_to_stop)
