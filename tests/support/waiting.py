"""Waiting for what other processes do."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], *, patience_s: float = 30.0) -> bool:
    """True as soon as `holds()` is true; False when it never was."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return bool(holds())
