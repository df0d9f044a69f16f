"""The environment of a process, and what is wrong with it, gathered so that one boot shows every fault."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final, Literal

Mode = Literal["development", "production"]
PREFIX: Final = "MOTCUA_"
_SANDBOXES: Final = "MOTCUA_SANDBOX_"
MODE: Final = "MOTCUA_MODE"
MODES: Final = ("development", "production")
# How much alike a name must be to one of ours to be taken for a misspelling of it.
_ALIKE: Final = 0.8
# What Kubernetes and Docker set by themselves in every container beside a service that is called "motcua".
_OF_CONTAINERS: Final = re.compile(r"MOTCUA_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_[0-9]+_(TCP|UDP)(_\w+)?)?|NAME)")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


class SettingsError(Exception):
    """The environment does not describe a system that may boot; the message names every variable at fault."""


class Environment:
    """The `MOTCUA_*` variables. Settings are read from it by their kinds (`kernel.configuration.kinds`).

    Call `finish()` after the last read: it raises SettingsError if anything was missing or unfit.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []
        self.warnings: list[str] = []
        said = self.said(MODE).lower() or "development"
        if said not in MODES:
            self.refuse(MODE, "chỉ nhận development hoặc production", "development or production")
        self.mode: Mode = "production" if said == "production" else "development"

    @property
    def production(self) -> bool:
        return self.mode == "production"

    def said(self, name: str) -> str:
        """What a variable holds, without the blanks around it; "" when it is not set, or holds nothing else."""
        return self._values.get(name, "").strip()

    def refuse(self, name: str, vi: str, en: str) -> None:
        """Notes a fault. The value is never quoted: it may be a secret."""
        self.problems.append(f"{name}: {vi} / {en}")

    def look_for_misspelt(self, known: Collection[str]) -> None:
        """Refuses a name that is nearly one of ours, and warns of any other that begins as ours do.

        A variable that is set and never read is a trap: its owner believes that it holds.
        """
        for name in sorted(self._values):
            if not name.upper().startswith(PREFIX) or name in known:
                continue
            if name.startswith(_SANDBOXES) or _OF_CONTAINERS.fullmatch(name):
                continue
            near = get_close_matches(name.upper(), known, 1, _ALIKE)
            if near:
                self.refuse(name, f"không có tên này; có phải {near[0]}?", f"no such setting; is {near[0]} meant?")
            else:
                self.warnings.append(f"{name}: không ai đọc biến này / nobody reads this variable")

    def finish(self) -> None:
        if self.problems:
            heading = "Cài đặt chưa dùng được, chưa khởi động gì. / The settings are unfit, so nothing was started."
            raise SettingsError("\n  ".join([heading, *sorted(set(self.problems))]))


def tidied(values: Mapping[str, str]) -> dict[str, str]:
    """The same with our variables as they are read: without blanks around them, and the mode in small letters."""
    ours = {name: value.strip() for name, value in values.items() if name.startswith(PREFIX)}
    if MODE in ours:
        ours[MODE] = ours[MODE].lower()
    return {**values, **ours}


def holds_unseen(text: str) -> bool:
    """Whether there is a character in it that nobody sees: a line break, a mark that was pasted along."""
    return any(unicodedata.category(character) in _UNSEEN for character in text)
