"""The garbage collector kept away from what is no garbage: it walks all that lives, and meanwhile nothing else runs."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def settle() -> None:
    """Leaves all that exists now out of every later collection: for a process that has loaded what it serves with."""
    gc.collect()
    gc.freeze()


@contextmanager
def many_objects() -> Iterator[None]:
    """No collection while a block makes objects by the ten thousand; what only counting frees is freed as ever."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()
