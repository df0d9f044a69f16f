"""What commands write and read at a terminal of any encoding, and refusals as sentences."""

import codecs
import io
import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click

from kernel.configuration.settings import SettingsError
from kernel.errors import DomainError
from kernel.texts.folding import spell
from kernel.vault import VaultError
from motcua.local.embedded import EngineError
from motcua.local.ports import HIGHEST

_ERRORS: Final = "motcua-nearest"
_ASCII: Final = "motcua-ascii"
_LIKE: Final = {"đ": "d", "Đ": "D", "…": "...", "–": "-", "—": "-", "→": "->", "“": '"', "”": '"'}


def set_up_streams() -> None:
    """Makes every sign writable: what the terminal's encoding lacks is written without its accents, or as an escape."""
    codecs.register_error(_ERRORS, _nearest)
    codecs.register(_find_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Under its own name click would take ASCII for a mistake and write UTF-8.
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if ascii_only else None, errors=_ERRORS)


def json_text(value: Any) -> str:
    """JSON for standard output: with letters as they are where its encoding holds them all, else escaped."""
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "ascii").name
    return json.dumps(value, ensure_ascii=not encoding.startswith("utf"))


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_plain(sign, error.encoding) for sign in lacking), error.end


def _plain(sign: str, encoding: str) -> str:
    for candidate in (_LIKE.get(sign, spell(sign)), sign.encode("ascii", "backslashreplace").decode()):
        try:
            candidate.encode("ascii" if encoding == _ASCII else encoding)
        except UnicodeEncodeError:
            continue
        if candidate:
            return candidate
    return "?"


def _find_ascii(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != _ASCII:
        return None
    found = codecs.lookup("ascii")
    return codecs.CodecInfo(
        found.encode,
        found.decode,
        streamreader=found.streamreader,
        streamwriter=found.streamwriter,
        incrementalencoder=found.incrementalencoder,
        incrementaldecoder=found.incrementaldecoder,
        name=_ASCII,
    )


class TerminalGroup(click.Group):
    """The whole command line: its help and its refusals, too, are written on any terminal."""

    def main(self, *args: Any, **options: Any) -> Any:
        set_up_streams()
        return super().main(*args, **options)


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal is a sentence on standard error and exit code 1, not a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except VaultError:
            click.echo(
                "MOTCUA_MASTER_KEY không mở được cơ sở dữ liệu này. / MOTCUA_MASTER_KEY does not open this database.",
                err=True,
            )
            sys.exit(1)
        except DomainError as refusal:
            click.echo(_sentences(refusal), err=True)
            sys.exit(1)
        except (SettingsError, EngineError, ValueError) as error:
            click.echo(str(error), err=True)
            sys.exit(1)

    return run


def _sentences(refusal: DomainError) -> str:
    """What the API would answer, in both languages: the refusal, and what is wrong with each field."""
    from api.edge.context import Language
    from api.edge.problems import document

    languages: tuple[Language, ...] = ("vi", "en")
    halves = []
    for language in languages:
        told = document(refusal, language, "")
        fields = [f"{each['pointer'].lstrip('/')}: {each['message']}" for each in told.get("errors", ())]
        halves.append(" ".join([told["detail"], *fields]))
    return " / ".join(halves)


class WholeNumber(click.ParamType[int, int]):
    """A whole number in a range; the refusal says the range in both languages."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(str(value), 10)
        except ValueError:
            number = self._least - 1
        if not self._least <= number <= self._most:
            self.fail(
                f"{value}: cần số nguyên từ {self._least} đến {self._most}. / "
                f"A whole number from {self._least} to {self._most} is needed.",
                param,
                ctx,
            )
        return number


PORT: Final = WholeNumber(1, HIGHEST)
COUNT: Final = WholeNumber(1, 1000)
