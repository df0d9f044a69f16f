"""The least a job can take to run: RQ as it comes, on the same broker, in the same kind of worker.

`python -m bench.bare_job` is the worker. The job notes when it began, and no more.
"""

import os
import time
from typing import Final

from redis import Redis
from rq import Queue, get_current_job

from motcua.processes.worker import OneQueueWorker

QUEUE: Final = "bare"
NOTED: Final = "bare:noted"


def note() -> None:
    """The job. Unix seconds go into a list, after they were read."""
    at = time.time()
    job = get_current_job()
    assert job is not None
    job.connection.rpush(NOTED, str(at))


def main() -> None:
    with Redis.from_url(os.environ["MOTCUA_REDIS_URL"]) as connection:
        OneQueueWorker([Queue(QUEUE, connection=connection)], connection=connection).work(logging_level="WARNING")


if __name__ == "__main__":
    main()
