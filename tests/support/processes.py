"""Processes of a test that end with it, also when it fails."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


@contextmanager
def running(
    argv: Sequence[str], *, until: bytes | None = None, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `argv` for the length of the block, which begins once it has written the line `until`, if given."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env) as process:
        try:
            if until is not None:
                assert process.stdout is not None
                assert process.stdout.readline().rstrip() == until
            yield process
        finally:
            process.kill()
