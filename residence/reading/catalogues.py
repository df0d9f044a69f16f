"""The authority's catalogues, and how one entry is read from a cell: code, "code - label" or label. Pure."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from kernel.texts.folding import fold, search_key
from residence.rules.findings import load_table

# Between code and label stands whichever dash a program or a keyboard makes of it.
_DASH: Final = r"\s*[-:\u2010-\u2015\u2212]\s*"
# A full stop or a bracket after a code stands before a word: "1. Du lịch", and no "1.5".
_CODE_AND_LABEL: Final = re.compile(rf"([0-9A-Za-z]{{1,9}}-?)(?:{_DASH}|\s*[.)]\s*(?=[^\W\d]))(.+)")
_NATIONALITY_AND_LABEL: Final = re.compile(rf"([0-9A-Z]{{1,3}}-?){_DASH}(.+)")
_THREE_CAPITALS: Final = re.compile(r"[A-Z]{3}")
# More texts than a file of the largest size can hold in its coded columns.
_REMEMBERED: Final = 4096
# How a province is called before its name.
_KINDS: Final = ("tỉnh", "thành phố", "tp", "t.p", "tp.")
_AROUND: Final = " .,;!"
_PARTS: Final = re.compile(rf"{_DASH}|[(),/]")
# A shorter label stands in other words by chance.
_TELLING: Final = 5
_LONGEST_LABEL: Final = 100


@dataclass(frozen=True, slots=True)
class NotInCatalogue:
    """A text that names no entry. `other` is the code to which its label belongs, if it is another one's; `near` the
    one entry whose label it holds in part."""

    other: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class NationalityCode:
    """A well-formed code as the authority spells it; `listed` tells whether its template knows it."""

    code: str
    listed: bool


@cache
def catalogue(name: str) -> Mapping[str, str]:
    """Code -> label of document_kinds, residence_kinds, reasons, sexes, birth_precisions or provinces."""
    return {str(code): label for code, label in _tables()[name].items()}


@cache
def nationalities() -> Mapping[str, str]:
    """Code -> label of the nationalities in the authority's template."""
    table = files("residence").joinpath("data/nationalities.csv").read_text(encoding="utf-8")
    return {row["code"]: row["label"] for row in csv.DictReader(table.splitlines())}


def cell_of(name: str, code: str | int | None) -> str:
    """An entry as the authority's files write it: "1 - Thẻ CCCD". Empty for None; a code unknown stands alone."""
    if code is None or code == "":
        return ""
    label = (nationalities() if name == "nationalities" else catalogue(name)).get(str(code))
    return f"{code} - {label}" if label else str(code)


@lru_cache(_REMEMBERED)
def find_code(name: str, text: str) -> str | NotInCatalogue:
    """The code that a cell's text names in a catalogue."""
    entries = catalogue(name)
    if text in entries:
        return text
    if len(text) > _LONGEST_LABEL:
        return NotInCatalogue()
    if (known := _entry_called(name, text)) is not None:
        return known
    match = _CODE_AND_LABEL.fullmatch(text)
    code = _code_like(match[1] if match else text, entries)
    other = _entry_called(name, match[2]) if match else None
    if code is None or (other is not None and other != code):
        return NotInCatalogue(other or "", "" if other else _nearest(name, text))
    return code


@lru_cache(_REMEMBERED)
def find_nationality(text: str) -> NationalityCode | NotInCatalogue:
    """A nationality by its code. Well-formed are three capital letters and the few odd codes of the live catalogue.

    Codes that passports carry and the authority spells otherwise are translated (DEU -> D).
    """
    listed = nationalities()
    if len(text) > _LONGEST_LABEL:
        return NotInCatalogue()
    if text in _tables()["mistaken_nationalities"]:
        return NotInCatalogue(_tables()["mistaken_nationalities"][text])
    match = None if text in listed else _NATIONALITY_AND_LABEL.fullmatch(text)
    code, label = match.groups() if match else (text, "")
    if code not in listed and code not in _odd() and not _THREE_CAPITALS.fullmatch(code):
        return NotInCatalogue(_country_named(text))
    # A label is a country's name: "Nga" after RUS is Russia, whatever country has the code NGA.
    other = _country_labels().get(_plain(label), "") if label else ""
    mapped = _tables()["nationality_map"].get(code, code)
    if other and other not in (code, mapped):
        return NotInCatalogue(other)
    return NationalityCode(mapped, mapped in listed)


def _country_named(text: str) -> str:
    found = {code for part in (text, *_PARTS.split(text)) if (code := _country_of(_plain(part)))}
    return found.pop() if len(found) == 1 else ""


def _country_of(folded: str) -> str:
    code = folded.upper()
    known = _country_labels().get(folded) or _country_labels().get(folded.removeprefix("nguoi "))
    return known or _two_letters().get(code) or (code if code in nationalities() else "")


@cache
def _two_letters() -> Mapping[str, str]:
    """Code of two letters -> code of the catalogue."""
    others = {"UK": "GBR"}
    return others | dict(pair.split("=") for pair in _alpha2().split())


def _alpha2() -> str:
    pairs: str = load_table("catalogues.yaml")["alpha2"]
    return pairs


@cache
def _country_labels() -> Mapping[str, str]:
    names = {_plain(label): code for code, label in nationalities().items()}
    return names | {_plain(name): code for name, code in _tables()["country_names"].items()}


def _plain(text: str) -> str:
    return search_key(text)


def _key(text: str) -> str:
    return fold(text)


def _entry_called(name: str, text: str) -> str | None:
    """The code of an entry by its label or another word for it; without accents where that names only one."""
    return _labels(name).get(_key(text)) or _bare_labels(name).get(_plain(text).strip(_AROUND))


def _nearest(name: str, text: str) -> str:
    """The code of the one entry whose label stands in the text; "" where several do, or none."""
    sought = f" {_plain(text)} "
    found = {code for label, code in _bare_labels(name).items() if len(label) >= _TELLING and f" {label} " in sought}
    return found.pop() if len(found) == 1 else ""


@cache
def _labels(name: str) -> Mapping[str, str]:
    entries = catalogue(name)
    short = {_key(_without_kind(label)): code for code, label in entries.items()}
    whole = {_key(label): code for code, label in entries.items()}
    return short | whole | {_key(f"{code} - {label}"): code for code, label in entries.items()}


@cache
def _bare_labels(name: str) -> Mapping[str, str]:
    """Labels and other words without accents; those that would name two entries are left out."""
    told = list(_labels(name).items())
    for code, words in load_table("catalogues.yaml")["aliases"].get(name, {}).items():
        told += [(word, code) for word in words]
    if name == "provinces":
        told += [(f"{kind} {_without_kind(label)}", code) for code, label in catalogue(name).items() for kind in _KINDS]
    codes: dict[str, set[str]] = {}
    for label, code in told:
        codes.setdefault(_plain(label), set()).add(str(code))
    return {label: named.pop() for label, named in codes.items() if len(named) == 1}


def _without_kind(label: str) -> str:
    return label.removeprefix("TP. ").removeprefix("Thẻ ")


def _code_like(text: str, entries: Mapping[str, str]) -> str | None:
    for code in (text, text.upper(), text.lstrip("0")):
        if code in entries:
            return code
    return None


@cache
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = load_table("catalogues.yaml")
    return tables


def _odd() -> frozenset[str]:
    return frozenset(_tables()["odd_nationalities"])
