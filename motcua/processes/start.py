"""What workers and the ringer are started from: a module that loads nothing but their work.

`python -OO -m motcua.processes.start QUEUE`, or `ring` for the scheduler. The less it loads, the sooner a killed one is
back.
"""

import argparse
import gc
import sys

from kernel.configuration.settings import SettingsError

QUEUES = ("plan", "urgent", "send", "receipts", "residence", "sweep")
RING = "ring"


def main() -> None:
    parser = argparse.ArgumentParser(description="Works off one queue, or rings for all of them.")
    parser.add_argument("task", choices=[*QUEUES, RING])
    task = parser.parse_args().task

    # structlog takes rich, if it is there, to draw tracebacks on a terminal.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
    # Nothing that is loaded is ever garbage, and looking for some takes a tenth of the time.
    gc.disable()
    from motcua.processes import worker

    gc.freeze()
    gc.enable()
    try:
        if task == RING:
            worker.ring_forever()
        else:
            worker.serve(task)
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
