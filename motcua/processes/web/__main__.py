"""`python -m motcua.processes.web MODULE:ATTRIBUTE --port N` serves a WSGI application until told to stop."""

import argparse
import sys

from motcua.processes.web.limits import THREADS, WORKERS
from motcua.processes.web.master import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m motcua.processes.web", description="Serves a WSGI application.")
    parser.add_argument("app", help="module:attribute")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--threads", type=int, default=THREADS)
    given = parser.parse_args()
    try:
        serve(given.app, port=given.port, host=given.host, workers=given.workers, threads=given.threads)
    except OSError as error:
        sys.stderr.write(f"{given.host}:{given.port}: {error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
