"""Where the engines live and under which account they run.

PostgreSQL refuses to run as root, so root hands the engines to the owner of the project folder, or to `nobody`. That
account may be unable to reach the state folder or the engines' programs (a project under /root, mode 0700). Permissions
of folders that exist are never opened for that: the data, and a copy of the programs if need be, then live in a folder
of their own under /var/lib/motcua, and the file `engine-home` in the state folder says which.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from motcua.local.embedded.errors import EngineError
from motcua.local.embedded.runfolder import PRIVATE_FOLDER_PREFIX, RunFolder
from motcua.local.embedded.spec import Account

FALLBACK_ROOT = Path("/var/lib/motcua")
# A Unix socket's path holds 107 bytes; the longest name we put behind the folder takes 20.
LONGEST_SOCKET_FOLDER = 80
_NOBODY = 65534
_POINTER = "engine-home"
_SOCKET_PARENTS = ("/tmp", "/dev/shm", "/run", "/var/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
_MEMORY = ("/dev/shm", "/run/shm")  # noqa: S108 - mkdtemp makes a private folder in it
_MEMORY_ROOM = 32_000_000
# What means something between the double quotes of a shell, or ends its line.
_SHELL_SIGNS = frozenset('"$`\\\n')
_REACH = 'for path; do test -x "$path" || exit 1; done'


@dataclass(frozen=True, slots=True)
class Home:
    """`folder` holds the engines' data; `account` is None when they run as the caller."""

    folder: Path
    account: Account | None

    def give(self, path: Path) -> None:
        """Makes the engines' account the owner of `path`."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def choose_home(state_dir: Path, data_name: str, fallback_root: Path = FALLBACK_ROOT) -> Home:
    """The home of the engines of `state_dir`, the same at every start. `data_name` is the data folder in it.

    Raises EngineError when the account cannot reach it, be it for data that is already there.
    """
    state_dir = state_dir.absolute()
    pointer = state_dir / _POINTER
    folder = Path(pointer.read_text().strip()) if pointer.exists() else state_dir
    if os.geteuid() != 0:
        return Home(folder, None)
    account = _account([folder / data_name, state_dir, state_dir.parent])
    if folder == state_dir and not reachable(account, [folder]) and not (folder / data_name).exists():
        folder = fallback_root / secrets.token_hex(8)
        pointer.write_text(f"{folder}\n")
    if folder != state_dir:
        open_folder(folder)
    if not reachable(account, [folder]):
        raise EngineError(
            f"Tài khoản {account.uid} không vào được {folder}; hãy cho tài khoản đó quyền vào thư mục này.",
            f"Account {account.uid} cannot reach {folder}; give that account the right to enter it.",
        )
    return Home(folder, account)


def leave_home(state_dir: Path, home: Home) -> None:
    """Removes a home outside the state folder, for engines whose data need not be kept."""
    pointer = state_dir.absolute() / _POINTER
    if pointer.exists() and Path(pointer.read_text().strip()) == home.folder:
        shutil.rmtree(home.folder, ignore_errors=True)
        pointer.unlink()


def programs(home: Home, distribution: str, folders: Sequence[str], executable: str) -> Path | None:
    """The path of `executable` of an installed wheel, where the engines' account can run it; None without the wheel.

    `folders` (relative to the folder that wheels are installed in) are all that the executable needs.
    """
    package = find_spec(folders[0].split("/")[0])
    if package is None or not package.submodule_search_locations:
        return None
    site = Path(next(iter(package.submodule_search_locations))).parent
    if home.account is None or reachable(home.account, [site / executable]):
        return site / executable
    copy = home.folder / "programs" / f"{distribution}-{version(distribution)}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        open_folder(copy.parent)
        for folder in folders:
            shutil.copytree(site / folder, draft / folder, symlinks=True)
        _open_files(draft)
        draft.rename(copy)
    return copy / executable


@contextmanager
def plainly_named(folder: Path, scratch: Path) -> Iterator[Path]:
    """The folder of programs, or while the block runs a copy of it below `scratch` if a shell would trip over its name.

    initdb hands its own path to a shell in double quotes, where these signs mean something.
    """
    if not _SHELL_SIGNS & set(str(folder)):
        yield folder
        return
    copy = scratch / "programs"
    try:
        # A program finds what it needs beside its folder, and the libraries of a wheel two steps above that.
        shutil.copytree(folder.parent, copy / "wheel" / "installed", symlinks=True)
        libraries = folder.parents[1].with_name(f"{folder.parents[1].name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        copy.chmod(0o755)
        (copy / "wheel").chmod(0o755)
        _open_files(copy)
        yield copy / "wheel" / "installed" / folder.name
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def missing(distribution: str, setting: str) -> EngineError:
    """There is neither the wheel nor a program that fits."""
    return EngineError(
        f"Chưa cài {distribution}; hãy chạy make setup, hoặc đặt {setting} là thư mục chương trình có sẵn.",
        f"{distribution} is missing; run make setup, or name a folder of installed programs in {setting}.",
    )


def reached(home: Home, program: Path) -> Path:
    """The program, if the engines' account can run it. Raises EngineError if not: what somebody installed is not ours
    to copy."""
    if home.account is not None and not reachable(home.account, [program]):
        raise EngineError(
            f"Tài khoản {home.account.uid} không chạy được {program}.",
            f"Account {home.account.uid} cannot run {program}.",
        )
    return program


def socket_folder(home: Home, run: RunFolder) -> Path:
    """A new private folder with a short path, removed with the run."""
    for parent in (*_SOCKET_PARENTS, tempfile.gettempdir()):
        try:
            folder = Path(tempfile.mkdtemp(prefix=PRIVATE_FOLDER_PREFIX, dir=parent))
        except OSError:
            continue
        run.add_folder(folder)
        home.give(folder)
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and (
            home.account is None or reachable(home.account, [folder])
        ):
            return folder
    raise EngineError("Không tạo được thư mục tạm cho socket trong /tmp.", "No folder for sockets can be made in /tmp.")


def memory_folder(run: RunFolder, name: str) -> Path:
    """A new private folder that no full disk touches, removed with the run; in the state folder where there is none."""
    for parent in _MEMORY:
        with suppress(OSError):
            room = os.statvfs(parent)
            if room.f_bavail * room.f_frsize >= _MEMORY_ROOM:
                folder = Path(tempfile.mkdtemp(prefix=f"{PRIVATE_FOLDER_PREFIX}{name}-", dir=parent))
                run.add_folder(folder)
                return folder
    folder = run.path / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def reachable(account: Account, paths: Sequence[Path]) -> bool:
    """Whether `account` can get to each path and enter or run it. Asked of the system, as that account."""
    done = subprocess.run(
        ["/bin/sh", "-c", _REACH, "sh", *map(str, paths)],
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )
    return done.returncode == 0


def _account(paths: Sequence[Path]) -> Account:
    """The owner of the first path that exists and is not root's, else nobody. The first path is the data itself."""
    for path in paths:
        if path.exists() and (owner := path.stat()).st_uid != 0:
            try:
                return Account(owner.st_uid, pwd.getpwuid(owner.st_uid).pw_gid)
            except KeyError:
                # initdb wants an account with a name; a cluster that exists already can do without.
                if path == paths[0]:
                    return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY)
    return Account(nobody.pw_uid, nobody.pw_gid)


def open_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, that others may enter whatever the umask says."""
    if not folder.exists():
        open_folder(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


def _open_files(folder: Path) -> None:
    # Wheels installed under a strict umask can be read by their owner alone, and a copy would be no better.
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
