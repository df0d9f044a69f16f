"""Lines of business (ngành, nghề) by their four digits: level 4 of Quyết định 36/2025/QĐ-TTg."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def business_lines() -> Mapping[str, str]:
    """Code -> name in Vietnamese, the only language the decision has."""
    text = files("procedures").joinpath("data/business_lines_2025.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}
