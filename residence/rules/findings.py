"""What is wrong with a guest, a row or a file: a code that never changes, and a sentence. Pure.

Codes: E refuses a row, F a whole file, W warns. The table is `data/rules.yaml`.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from kernel.data_files import read_yaml

Language = Literal["vi", "en"]
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` as people quote it; several rules may share one, each with its own sentence."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken. `field` names a field of `GuestDeclaration`, `value` is what was given, as text.

    `value` and `params` may hold personal data: they are for the person who filed it, never for a log.
    """

    rule: str
    field: str | None = None
    value: str = ""
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def code(self) -> str:
        return rules()[self.rule].code

    @property
    def blocking(self) -> bool:
        return self.code[0] != "W"

    def reason(self, language: Language = "vi") -> str:
        """The sentence a receptionist reads."""
        sentence = getattr(rules()[self.rule], language)
        label = field_labels()[self.field][language] if self.field else ""
        shown = self.value if len(self.value) <= _SHOWN else self.value[:_SHOWN] + "…"
        told = {"label": label, "Label": label[:1].upper() + label[1:], "value": shown}
        text: str = sentence.format_map({**told, **self.params})
        return text[:1].upper() + text[1:]


class FileRefused(ValueError):  # noqa: N818 - reads as what it says of the file
    """A whole file that cannot be taken; `finding` says why."""

    def __init__(self, rule: str, *, field: str | None = None, value: str = "", **params: str | int) -> None:
        self.finding = Finding(rule, field, value, params)
        super().__init__(self.finding.reason("en"))


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name."""
    return {name: Rule(**entry) for name, entry in load_table("rules.yaml").items()}


@cache
def field_labels() -> Mapping[str, dict[str, str]]:
    """What sentences call a field, by language."""
    return {column["field"]: {"vi": column["vi"], "en": column["en"]} for column in load_table("columns.yaml")}


def load_table(name: str) -> Any:
    """A YAML file of `residence/data`."""
    return read_yaml("residence", f"data/{name}")
