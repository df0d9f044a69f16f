"""The `motcua sms` commands: what a text costs on the phone network. They read no settings and no database."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

_SHOWN: Final = 60
_BOM: Final = b"\xef\xbb\xbf"
# JSON's own white space (RFC 8259): what Python strips by itself is more, and such a line would be no JSON.
_SPACE: Final = " \t\r\n"


@click.group()
def sms() -> None:
    """Text messages."""


@sms.command()
@click.argument("texts", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def parts(texts: tuple[str, ...], as_json: bool) -> None:
    """Encoding, units and segments of TEXTS, or of the lines of standard input, each as given.

    A line is the text itself. One that begins with a quotation mark is a JSON string, for texts with line breaks.

    Units are septets (GSM-7) or 16-bit units (UCS-2). A line that cannot be read gets its error in place; the exit
    code is then 1, and the other lines are answered all the same.
    """
    answers = list_answers(map(_as_line, texts) if texts else sys.stdin.buffer)
    failed = _write_lines(answers) if as_json else _write_table(answers)
    sys.exit(1 if failed else 0)


def list_answers(lines: Iterable[bytes]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """(text, {"encoding", "units", "segments"}) of every line, or (None, {"error"}) where it cannot be read."""
    from notify.templates.sms_text import measure

    for number, line in enumerate(lines):
        read = _read(line.removeprefix(_BOM) if number == 0 else line)
        if isinstance(read, ValueError):
            yield None, {"error": str(read)}
        else:
            yield read, measure(read)._asdict()


def _as_line(text: str) -> bytes:
    return json.dumps(text).encode()


def _read(line: bytes) -> str | ValueError:
    try:
        kept = line.decode("utf-8")
        # Anything else is the text itself, so neither deep nesting nor a long number is ever parsed.
        return _string(kept) if kept.lstrip(_SPACE).startswith('"') else kept.removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return ValueError("không phải UTF-8 / not UTF-8")


def _string(line: str) -> str | ValueError:
    try:
        return str(json.loads(line.strip(_SPACE)))
    except json.JSONDecodeError as error:
        where = f"{error.msg.removesuffix(' at')}, character {error.pos + 1}"
        return ValueError(f"không phải chuỗi JSON / not a JSON string: {where}")


def _write_lines(answers: Iterable[tuple[str | None, dict[str, Any]]]) -> bool:
    failed = False
    for text, answer in answers:
        failed = failed or text is None
        # Flushed line by line, so that a program may ask and wait for each answer.
        print(json.dumps(answer), flush=True)  # noqa: T201
    return failed


def _write_table(answers: Iterable[tuple[str | None, dict[str, Any]]]) -> bool:
    table = Table("", "Mã hóa / encoding", "Đơn vị / units", "Phần / segments", "Nội dung / text")
    failed = False
    for number, (text, answer) in enumerate(answers, start=1):
        if text is None:
            failed = True
            table.add_row(str(number), "–", "–", "–", answer["error"])
        else:
            table.add_row(str(number), *map(str, answer.values()), _shown(text))
    Console(highlight=False, markup=False).print(table)
    return failed


def _shown(text: str) -> str:
    """The beginning of a text on one line; what a screen cannot show stands as an escape."""
    head = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in head)
