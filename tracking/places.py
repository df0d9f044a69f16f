"""Provinces and communes of Vietnam as they are since 2025; there is no level between them."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward or special zone: five-digit statistics code, full name, two-digit code of its province."""

    code: str
    name: str
    province_code: str


@cache
def provinces() -> Mapping[str, str]:
    """Two-digit statistics code -> full name."""
    return {row["code"]: row["full_name"] for row in _rows("provinces_2026.csv")}


@cache
def communes() -> Mapping[str, Commune]:
    """Every commune by its code."""
    rows = _rows("communes_2026.csv")
    return {row["code"]: Commune(row["code"], row["full_name"], row["province_code"]) for row in rows}


def _rows(name: str) -> Iterable[Mapping[str, str]]:
    text = files("tracking").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
