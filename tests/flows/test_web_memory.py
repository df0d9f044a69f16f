"""A web worker that people have logged in at and filed dossiers with stays near its memory.

`make bench` holds the limit itself: what the machine gives a process differs by some megabytes from run to run.
"""

from bench import submit
from bench.memory import WEB_WORKER_MB

_NEAR = 1.1


def test_a_worker_under_submissions_stays_near_its_memory() -> None:
    assert submit.measure(pairs=1).memory_mb["api"] <= _NEAR * WEB_WORKER_MB
