"""The lists of codes that forms of procedures ask for."""

import re
from functools import cache
from typing import Final

from agencies.places import commune_names, communes, provinces
from kernel.texts.bilingual import Text
from kernel.texts.code_lists import CodeList, Entry
from kernel.texts.folding import strip_accents
from procedures.definition import Level
from procedures.forms.business_lines import business_lines
from tracking.states import LABELS

PROVINCES: Final = "provinces"
COMMUNES: Final = "communes"
DOSSIER_STATUSES: Final = "dossier-statuses"
AGENCY_LEVELS: Final = "agency-levels"
BUSINESS_LINES: Final = "business-lines"
# What a place is, as its full name begins.
_KINDS: Final = {
    "Thành phố": "City",
    "Tỉnh": "Province",
    "Phường": "Ward",
    "Xã": "Commune",
    "Đặc khu": "Special Zone",
}
_NAMED: Final = re.compile(f"({'|'.join(_KINDS)}) (.+)")
_LEVELS: Final = {
    Level.COMMUNE: Text("Cấp xã", "Commune"),
    Level.PROVINCE: Text("Cấp tỉnh", "Province"),
}


@cache
def code_lists() -> tuple[CodeList, ...]:
    """Every list of this domain, in the order in which they are shown."""
    return (
        CodeList(
            PROVINCES,
            "Tỉnh, thành phố",
            "Provinces and cities",
            tuple(Entry(code, name, english_place(name)) for code, name in provinces().items()),
        ),
        CodeList(
            COMMUNES,
            "Xã, phường, đặc khu",
            "Communes, wards and special zones",
            tuple(Entry(code, name, english_place(name), communes()[code]) for code, name in commune_names().items()),
            within="province",
            parent_list=PROVINCES,
        ),
        CodeList(
            BUSINESS_LINES,
            "Ngành kinh tế cấp 4 (VSIC)",
            "Lines of business, level 4 of VSIC (named in Vietnamese alone)",
            tuple(Entry(code, name, name) for code, name in business_lines().items()),
        ),
        CodeList(
            AGENCY_LEVELS,
            "Cấp của cơ quan",
            "Levels of agencies",
            tuple(Entry(level.value, label.vi, label.en) for level, label in _LEVELS.items()),
        ),
        CodeList(
            DOSSIER_STATUSES,
            "Trạng thái hồ sơ",
            "Statuses of dossiers",
            tuple(Entry(str(int(state)), label.vi, label.en) for state, label in LABELS.items()),
        ),
    )


def english_place(name: str) -> str:
    """A place's name as English text writes it: "Phường Điện Bàn" -> "Dien Ban Ward"."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return strip_accents(name)
    proper, kind = strip_accents(found[2]), _KINDS[found[1]]
    return f"{kind} {proper}" if proper.isdecimal() else f"{proper} {kind}"
