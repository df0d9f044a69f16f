"""Runs engines under a supervisor as a command would: `python -m tests.support.keep STATE_DIR`.

Writes one JSON line once all is ready: database_url, redis_url, and the pids of everything that was started.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from motcua.local.embedded import Engines, ProcessSpec, Supervisor

_FAMILY = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("state_dir", type=Path)
    parser.add_argument("--fallback-root", type=Path, default=Path("/nonexistent"))
    parser.add_argument("--family", action="store_true", help="keep a child with a child of its own, too")
    parser.add_argument("--account", type=int, help="become this account before anything is started")
    parser.add_argument("--wheels", help="a folder of installed wheels to take the engines from")
    asked = parser.parse_args()
    if asked.wheels:
        sys.path.insert(0, asked.wheels)
    if asked.account is not None and os.geteuid() == 0:
        _become(asked.account, asked.state_dir.with_name("rehearsal"))
    engines = Engines(asked.state_dir, durable=False, fallback_root=asked.fallback_root)
    with engines as urls, Supervisor(asked.state_dir, echo=None) as supervisor:

        def tell() -> None:
            pids = [status.pid for status in (*engines.status(), *supervisor.status())]
            answer = {"database_url": urls.database_url, "redis_url": urls.redis_url, "pids": pids}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

        up = asked.state_dir / "family-is-up"
        family = ProcessSpec("family", [sys.executable, "-c", _FAMILY, str(up)], ready=up.exists)
        return supervisor.run([family] if asked.family else [], on_ready=tell)


def _become(account: int, rehearsal: Path) -> None:
    # The interpreter itself may lie where the account cannot read: a full round loads every module there is to load.
    with Engines(rehearsal, durable=False, fallback_root=rehearsal / "home"):
        pass
    os.setgroups([])
    os.setgid(account)
    os.setuid(account)


if __name__ == "__main__":
    sys.exit(main())
