"""Provinces and communes of Vietnam as they are since 2025; there is no level between them."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files


@cache
def provinces() -> Mapping[str, str]:
    """Two-digit statistics code -> full name."""
    return {row["code"]: row["full_name"] for row in _rows("provinces_2026.csv")}


@cache
def communes() -> Mapping[str, str]:
    """Five-digit statistics code of every commune, ward and special zone -> two-digit code of its province."""
    # One text for each province rather than for each of 3,321 communes: every web worker holds this.
    codes = {code: code for code in provinces()}
    return {row["code"]: codes[row["province_code"]] for row in _rows("communes_2026.csv")}


def commune_names() -> Mapping[str, str]:
    """Five-digit code -> full name. Read anew at each call: few who check a code show the name."""
    return {row["code"]: row["full_name"] for row in _rows("communes_2026.csv")}


def _rows(name: str) -> Iterable[Mapping[str, str]]:
    text = files("agencies").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
