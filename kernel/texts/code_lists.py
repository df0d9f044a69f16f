"""Lists of codes that people choose from: places, nationalities, kinds of document. Pure.

A domain offers its lists; the edge shows them all as one resource.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from kernel.texts.folding import search_key

Language = Literal["vi", "en"]
_MOST_WORDS: Final = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One code with its name in both languages. `belongs_to` is the code of the entry above it, in another list."""

    code: str
    vi: str
    en: str
    belongs_to: str | None = None

    def name(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, eq=False)
class CodeList:
    """`within` names the filter that keeps the entries of one entry of the list `parent_list`."""

    name: str
    vi: str
    en: str
    entries: tuple[Entry, ...]
    within: str | None = None
    parent_list: str | None = None

    def title(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en

    @property
    def filters(self) -> tuple[str, ...]:
        return ("q", self.within) if self.within else ("q",)

    @cached_property
    def digest(self) -> str:
        """Changes whenever the list does."""
        held = "\n".join("\t".join((e.code, e.vi, e.en, e.belongs_to or "")) for e in self.entries)
        return hashlib.sha256(held.encode()).hexdigest()

    @cached_property
    def _keys(self) -> tuple[tuple[str, ...], ...]:
        return tuple(
            tuple(dict.fromkeys(f"{search_key(e.vi)} {search_key(e.en)} {search_key(e.code)}".split()))
            for e in self.entries
        )

    def select(self, *, within: str | None = None, sought: str = "") -> Sequence[Entry]:
        """Entries below `within`, each word of `sought` being the beginning of one of their words or of the code.

        Accents, case and look-alike signs do not count. Words that name nothing find nothing.
        """
        words = search_key(sought).split()[:_MOST_WORDS]
        kept: Sequence[Entry] = self.entries
        if words:
            kept = [e for e, keys in zip(self.entries, self._keys, strict=True) if _meets(words, keys)]
        elif sought.strip():
            return ()
        return kept if within is None else [entry for entry in kept if entry.belongs_to == within]


def by_name(lists: Sequence[CodeList]) -> Mapping[str, CodeList]:
    return {each.name: each for each in lists}


def _meets(words: Sequence[str], keys: Sequence[str]) -> bool:
    return all(any(key.startswith(word) for key in keys) for word in words)
