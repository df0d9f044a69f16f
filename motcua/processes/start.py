"""What workers and the ringer are started from: a module that loads nothing but their work.

`python -m motcua.processes.start QUEUE`, or `ring` for the scheduler. The less it loads, the sooner a killed one is
back.
"""

import argparse
import sys

from kernel.configuration.settings import SettingsError
from motcua.wiring.parts import queues

QUEUES = queues()
RING = "ring"


def main() -> None:
    parser = argparse.ArgumentParser(description="Works off one queue, or rings for all of them.")
    parser.add_argument("task", choices=[*QUEUES, RING])
    task = parser.parse_args().task

    from motcua.processes import worker

    try:
        if task == RING:
            worker.ring_forever()
        else:
            worker.serve(task)
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
