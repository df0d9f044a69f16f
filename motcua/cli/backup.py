"""The `motcua backup` and `motcua restore` commands."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from mobile_contract.wording import say_size
from motcua.backup.archive import Manifest, Told
from motcua.backup.errors import BackupError
from motcua.cli.system import STATE_OPTION
from motcua.cli.terminal import plain_errors
from motcua.local.state import KEY

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_FILE
@STATE_OPTION
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@plain_errors
def backup(file: Path, state: Path, force: bool) -> None:
    """Writes database and files into FILE, while the system runs or not. The master key is never in it."""
    from motcua.backup.making import make_backup
    from motcua.backup.place import source

    file = file.absolute()
    if file.exists() and not force:
        raise BackupError(
            f"{file} đã có; thêm --force để ghi đè.", f"{file} exists already; add --force to write over it."
        )
    with _progress() as progress, source(state, _say) as place:
        manifest = make_backup(place, file, _stage(progress, "sao lưu / backing up"))
    _tell(manifest, f"Đã sao lưu vào {file}. / Backed up into {file}.")
    kept = "MOTCUA_MASTER_KEY" if os.environ.get("MOTCUA_MASTER_KEY") else str(state / KEY)
    click.echo(
        f"Khoá chính ({kept}) không nằm trong đó: hãy cất riêng, không có khoá thì không khôi phục được. / "
        "The master key is not in it: keep it apart, nothing can be restored without it."
    )


@click.command()
@_FILE
@STATE_OPTION
@click.option("--replace", is_flag=True, help="Put the backup in the place of data that is there.")
@plain_errors
def restore(file: Path, state: Path, replace: bool) -> None:
    """Restores FILE into MOTCUA_DATABASE_URL and MOTCUA_FILES_URL, else into the state folder.

    Stop the system first. The master key of the backup must be in MOTCUA_MASTER_KEY or in the state folder.
    """
    from motcua.backup.restoring import restore_backup

    with _progress() as progress:
        manifest = restore_backup(
            state,
            file.absolute(),
            dict(os.environ),
            replace=replace,
            say=_say,
            told=lambda stage: _stage(progress, stage),
        )
    _tell(manifest, f"Đã khôi phục bản sao lưu lúc {manifest.made_at}. / Restored the backup of {manifest.made_at}.")


def _tell(manifest: Manifest, done: str) -> None:
    size = sum(part.size for part in manifest.parts.values())
    click.echo(f"{done} ({len(manifest.keys())} tệp / files, {say_size(size, 'vi')})")


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True, highlight=False, markup=False)
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not sys.stderr.isatty()) as progress:
        yield progress


def _stage(progress: Progress, description: str) -> Told:
    task = progress.add_task(description, total=None)
    return lambda size: progress.advance(task, size)
