"""The server of web workers, in a module that loads nothing else: each worker is spawned from it.

`python -m serving wsgi:app --port N` is what `motcua serve` becomes once the settings have been looked at.
"""

import argparse
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

ROOT = Path(__file__).parent
THREADS = 8
# A proxy in front keeps a connection for a minute (nginx, load balancers): were ours to close first, a report sent at
# that moment would be lost between the two. The server counts the wait for the next request as waiting for its head.
KEPT_MS = 75_000

# structlog takes rich, if it is there, to draw tracebacks on a terminal; a web worker has none, and rich is 4 MB of it.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]


def serve(app: str, *, port: int, host: str = "127.0.0.1", workers: int = 2, threads: int = THREADS) -> None:
    """Serves until told to stop. `threads` of each worker may wait for the database at once."""
    Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http1_settings=HTTP1Settings(header_read_timeout=KEPT_MS),
        working_dir=ROOT,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves a WSGI application, named module:attribute.")
    parser.add_argument("app")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=THREADS)
    given = parser.parse_args()
    serve(given.app, host=given.host, port=given.port, workers=given.workers, threads=given.threads)


if __name__ == "__main__":
    main()
