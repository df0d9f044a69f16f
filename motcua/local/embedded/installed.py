"""Programs of PostgreSQL and Valkey that are installed on this machine, for where the wheels are not wanted or missing.

A folder that the settings name comes first, then the wheel, then what the system has where systems keep it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from kernel.configuration.kinds import Text
from kernel.configuration.settings import Environment
from motcua.local.embedded.errors import EngineError

POSTGRES_PROGRAMS: Final = Text("MOTCUA_POSTGRES_PROGRAMS", "")
VALKEY_PROGRAMS: Final = Text("MOTCUA_VALKEY_PROGRAMS", "")
_USUAL: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin")
_PATIENCE_S: Final = 30
Version = tuple[int, ...]


def named_folder(setting: Text) -> Path | None:
    """The folder that the setting names, if it names one. Raises SettingsError when it cannot be one."""
    env = Environment(os.environ)
    said = setting.read(env)
    env.finish()
    return Path(said).absolute() if said else None


def in_folder(folder: Path, names: Sequence[str], least: Version, others: Sequence[str] = ()) -> Path:
    """The first of the programs `names` that is in the folder, which must be new enough and have `others` beside it.

    Raises EngineError.
    """
    for name in names:
        program = folder / name
        if os.access(program, os.X_OK):
            missing = [other for other in others if not os.access(folder / other, os.X_OK)]
            found = version_of(program)
            if not missing and found >= least:
                return program
            what = f"{', '.join(missing)}" if missing else f"{name} ≥ {_written(least)} ({_written(found)})"
            raise EngineError(f"Thư mục {folder} thiếu {what}.", f"The folder {folder} lacks {what}.")
    raise EngineError(f"Không có {' / '.join(names)} trong {folder}.", f"There is no {' or '.join(names)} in {folder}.")


def on_this_machine(names: Sequence[str], least: Version, others: Sequence[str] = ()) -> Path | None:
    """The newest fitting program on the path and in the usual folders."""
    fitting = []
    for folder in _folders(names):
        try:
            program = in_folder(folder, names, least, others)
        except EngineError:
            continue
        fitting.append((version_of(program), program))
    return max(fitting)[1] if fitting else None


def version_of(program: Path) -> Version:
    """What `--version` says: (18, 1) for "postgres (PostgreSQL) 18.1"; empty when it does not say."""
    try:
        done = subprocess.run(
            [str(program), "--version"], check=False, capture_output=True, text=True, cwd="/", timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(?:PostgreSQL\) |v=)([0-9]+(?:\.[0-9]+)*)", done.stdout)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _folders(names: Iterable[str]) -> Iterable[Path]:
    for name in names:
        if program := shutil.which(name):
            # Debian's `postgres` on the path may be a link into the folder of one version.
            yield Path(program).resolve().parent
    for pattern in _USUAL:
        yield from Path("/").glob(pattern.lstrip("/"))


def _written(version: Version) -> str:
    return ".".join(str(part) for part in version) or "?"
