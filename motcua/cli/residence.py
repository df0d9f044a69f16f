"""The `motcua residence` commands: a lodging's list checked at its own desk, with no account and no database."""

import sys
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from motcua.cli.terminal import json_text

_SHOWN: Final = 200


@click.group()
def residence() -> None:
    """Guests who stay the night."""


@residence.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def check(file: Path, as_json: bool) -> None:
    """Checks a list of guests (.xlsx, .csv, .xml, .json) before it is sent.

    Exit code 0: every guest can be accepted; 1: some, or the whole file, cannot; 2: the file cannot be opened.
    """
    from kernel.clock import SystemClock
    from residence.batches.check import check_file

    try:
        verdict = check_file(file, SystemClock().now())
    except OSError as error:
        click.echo(f"Không mở được tệp {file}: {_why(error)} / cannot open the file", err=True)
        sys.exit(2)
    document = verdict.as_dict()
    if as_json:
        click.echo(json_text(document))
    else:
        _print(document)
    sys.exit(1 if document["rejected"] else 0)


@residence.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Writes the empty sheet to fill in."""
    from residence.sheets.guests import write_template

    try:
        with file.open("xb") as out:
            write_template(out)
    except OSError as error:
        click.echo(f"Không ghi được tệp {file}: {_why(error)} / cannot write the file", err=True)
        sys.exit(2)


def _why(error: OSError) -> str:
    known = {
        FileNotFoundError: "không có tệp này",
        IsADirectoryError: "đây là thư mục",
        PermissionError: "không có quyền",
        FileExistsError: "tệp đã có",
    }
    return known.get(type(error), error.strerror or "lỗi")


def _print(document: dict[str, object]) -> None:
    console = Console(highlight=False, markup=False)
    for title, key in (("Không nhận", "rejected"), ("Lưu ý", "warnings")):
        notes = document[key]
        if not isinstance(notes, list) or not notes:
            continue
        table = Table("Dòng", "Cột", "Giá trị", "Mã", "Lý do", title=title)
        for note in notes[:_SHOWN]:
            table.add_row(str(note["row"] or ""), note["column"] or "", note["value"], note["code"], note["reason"])
        console.print(table)
        if len(notes) > _SHOWN:
            console.print(f"… và {len(notes) - _SHOWN} mục nữa (xem --json)")
    console.print(f"{document['rows']} khách, nhận được {document['accepted']}")
