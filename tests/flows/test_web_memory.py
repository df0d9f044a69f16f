"""A web worker that people have logged in at and filed dossiers with stays within its memory."""

from bench import submit
from bench.memory import WEB_WORKER_MB


def test_a_worker_under_submissions_stays_within_its_memory() -> None:
    assert submit.measure(pairs=1).memory_mb["api"] <= WEB_WORKER_MB
