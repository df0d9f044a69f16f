"""The kinds of settings: each is declared once, with all that it may be, and judged where it is read.

A value that cannot be is noted in the environment, and something of the right type stands in for it: the boot is
refused anyway, once every setting has been looked at.
"""

import base64
import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from kernel.configuration.environment import Environment, holds_unseen

T = TypeVar("T")
SANDBOX_MARK: Final = "sandbox-"
DECLARED: Final[dict[str, "Setting[Any]"]] = {}
"""Every setting that a loaded module declares, by name."""
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_NOT_SAID: Final = "\0"


class Unfit(Exception):  # noqa: N818 - reads as what it says
    """A value that a setting cannot have, and what it needs instead."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi = vi
        self.en = en


class Setting(ABC, Generic[T]):
    """One variable. `default` is written as one would type it, `in_production` is the default there where it differs;
    None: it must be set."""

    def __init__(self, name: str, default: str | None, *, in_production: str | None = _NOT_SAID) -> None:
        if name in DECLARED:
            raise ValueError(f"{name} is declared twice")
        self.name = name
        self.default = default
        self.in_production = default if in_production == _NOT_SAID else in_production
        DECLARED[name] = self

    def read(self, env: Environment) -> T:
        default = self.in_production if env.production else self.default
        if not self.is_set(env) and default is None:
            env.refuse(self.name, "chưa đặt", "missing")
        said = env.said(self.name) or default
        if not said:
            return self.nothing()
        try:
            if env.production:
                self.judge_for_production(said)
            return self.parse(said)
        except Unfit as unfit:
            env.refuse(self.name, unfit.vi, unfit.en)
            return self.nothing()

    def is_set(self, env: Environment) -> bool:
        return bool(env.said(self.name))

    @abstractmethod
    def parse(self, said: str) -> T:
        """Raises Unfit."""

    def judge_for_production(self, said: str) -> None:
        """What production asks beyond. Raises Unfit."""

    @abstractmethod
    def nothing(self) -> T:
        """What stands in for a value that is missing or unfit."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text must look like, as a pattern and in words."""

    pattern: str
    vi: str
    en: str


class Text(Setting[str]):
    """A line of text, of any shape or of one."""

    def __init__(
        self, name: str, default: str | None, *, in_production: str | None = _NOT_SAID, shape: Shape | None = None
    ) -> None:
        super().__init__(name, default, in_production=in_production)
        self.shape = shape

    def parse(self, said: str) -> str:
        if holds_unseen(said):
            raise Unfit("có ký tự không nhìn thấy được", "holds a character that nobody sees")
        if said and self.shape is not None and not re.fullmatch(self.shape.pattern, said):
            raise Unfit(self.shape.vi, self.shape.en)
        return said

    def nothing(self) -> str:
        return ""


class Account(Text):
    """Who we are at somebody's: in production it must be set, and not be the sandbox's."""

    def __init__(self, name: str, sandbox: str, *, shape: Shape | None = None) -> None:
        super().__init__(name, sandbox, in_production=None, shape=shape)

    def judge_for_production(self, said: str) -> None:
        if said == self.default:
            raise Unfit("không dùng tài khoản thử khi chạy thật", "a sandbox account is not allowed in production")


class Secret(Text):
    """A credential: in production it must be set (unless `optional`), and not be one of the sandbox's."""

    def __init__(self, name: str, sandbox: str, *, optional: bool = False, shape: Shape | None = None) -> None:
        super().__init__(name, sandbox, in_production="" if optional else None, shape=shape)

    def judge_for_production(self, said: str) -> None:
        if said.startswith(SANDBOX_MARK):
            raise Unfit("không dùng khóa thử khi chạy thật", "a sandbox key is not allowed in production")


class Words(Setting[str]):
    """One of a few words; capitals do not matter."""

    def __init__(self, name: str, default: str, words: tuple[str, ...]) -> None:
        super().__init__(name, default)
        self.words = words

    def parse(self, said: str) -> str:
        if said.lower() not in self.words:
            among = ", ".join(self.words)
            raise Unfit(f"chỉ nhận {among}", f"one of {among}")
        return said.lower()

    def nothing(self) -> str:
        return self.words[0]


class Whole(Setting[int]):
    """A whole number in a range."""

    def __init__(
        self, name: str, default: int, least: int, most: int, *, in_production: str | None = _NOT_SAID
    ) -> None:
        super().__init__(name, str(default), in_production=in_production)
        self.least = least
        self.most = most

    def parse(self, said: str) -> int:
        # int() alone would take 1_000 and the digits of every script.
        if not _WHOLE.fullmatch(said) or not self.least <= int(said) <= self.most:
            raise Unfit(
                f"phải là số nguyên từ {self.least} đến {self.most}",
                f"a whole number from {self.least} to {self.most} is needed",
            )
        return int(said)

    def nothing(self) -> int:
        return max(self.least, 1)


class Seconds(Setting[float]):
    """A length of time in seconds, in a range; a fraction is written with a point."""

    def __init__(self, name: str, default: float, least: float, most: float) -> None:
        super().__init__(name, f"{default:g}")
        self.least = least
        self.most = most

    def parse(self, said: str) -> float:
        # float() alone would take nan, inf, 1e9 and the digits of every script.
        if not _NUMBER.fullmatch(said) or not self.least <= float(said) <= self.most:
            raise Unfit(
                f"phải là số giây từ {self.least:g} đến {self.most:g}",
                f"a number of seconds from {self.least:g} to {self.most:g} is needed",
            )
        return float(said)

    def nothing(self) -> float:
        return max(self.least, 1.0)


class Key(Setting[bytes]):
    """A 256-bit key in base64 (standard or URL alphabet)."""

    def parse(self, said: str) -> bytes:
        try:
            octets = base64.b64decode(said.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            octets = b""
        if len(octets) != 32:
            raise Unfit("cần 32 byte viết bằng base64", "needs 32 bytes in base64")
        return octets

    def nothing(self) -> bytes:
        return b""


def read_pairs(said: str, pattern: str) -> Mapping[str, str] | None:
    """`a=1,b=2` as a mapping, each name once; None when a piece does not fit the pattern, which has two groups."""
    pieces = [re.fullmatch(pattern, piece.strip()) for piece in said.split(",")]
    pairs = {piece[1]: piece[2] for piece in pieces if piece is not None}
    return pairs if len(pairs) == len(pieces) else None


def read_list(said: str) -> tuple[str, ...]:
    """`a, b` as a tuple; empty pieces do not count."""
    return tuple(piece for piece in (part.strip() for part in said.split(",")) if piece)
