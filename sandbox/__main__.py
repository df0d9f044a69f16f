"""`python -m sandbox`: every outside party in one process on loopback."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.app import serving
from sandbox.world import Settings, SettingsError

_LOG = logging.getLogger("sandbox")


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    env = os.environ.get
    parser.add_argument("--host", default=env("MOTCUA_SANDBOX_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=env("MOTCUA_SANDBOX_PORT") or "8025", help="0 takes a free one")
    parser.add_argument(
        "--ready-file",
        type=Path,
        default=env("MOTCUA_SANDBOX_READY_FILE") or None,
        help='written once it listens: {"url": …, "port": …, "pid": …}; removed at the end',
    )
    return parser.parse_args(argv)


@contextmanager
def announced(path: Path | None, url: str) -> Iterator[None]:
    """Keeps the ready file while the block runs; it is written in one step, so that a reader never sees half of it."""
    if path is None:
        yield
        return
    draft = path.with_name(path.name + ".part")
    document = {"url": url, "port": int(url.rpartition(":")[2]), "pid": os.getpid()}
    draft.write_text(json.dumps(document), encoding="utf-8")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def run(host: str, port: int, ready_file: Path | None, settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(host, port, settings) as world:
        _LOG.info("listening on %s", world.origin)
        with announced(ready_file, world.origin):
            await stop.wait()


def main(argv: list[str]) -> int:
    options = arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    try:
        asyncio.run(run(options.host, options.port, options.ready_file, Settings.read(os.environ)))
    except (SettingsError, OSError, OverflowError) as error:
        _LOG.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
