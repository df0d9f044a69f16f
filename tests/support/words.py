"""What no sentence for people may hold: codes, names of types, numbers of states, missing accents. Pure."""

import re
import unicodedata
from typing import Final

# Template variables stand in braces where an admin types them.
_VARIABLE: Final = re.compile(r"\{[a-z_]+\}")
_CODE: Final = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
_ACCENTED: Final = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01b0\u1ea0-\u1ef9]")
_FORBIDDEN: Final = {
    "a number of a state": re.compile(r"\b(?:trạng thái|state|status)(?:s|es)? \d", re.IGNORECASE),
    "octets": re.compile(r"\b(?:bytes?|octets?)\b", re.IGNORECASE),
    "a type of a programming language": re.compile(
        r"\b(?:integer|string|boolean|null|None|True|False|NoneType|dict|str|int|float|bool|array|tuple|enum|regex)\b"
    ),
    "a media type": re.compile(r"\b(?:application|image|text)/[a-z]"),
    "two readings at once": re.compile(r"ký tự hoặc phần tử|characters or items|\(s\)"),
    "a long wait in seconds": re.compile(r"\b(?:9\d|\d{3,}) (?:giây|seconds)\b"),
    "an operation of the API": re.compile(r"/v1/|\b(?:GET|POST|PUT|PATCH|DELETE) /"),
    "a figure without groups": re.compile(r"(?<![\d.,/-])\d{5,}(?![\d.,-])"),
}
# Each language writes figures in its own way.
_OTHER_FIGURES: Final = {
    "vi": re.compile(r"\b\d{1,3}(?:,\d{3})+\b(?!,)"),
    "en": re.compile(r"\b\d{1,3}(?:\.\d{3})+\b(?!\.)"),
}
_ROLES: Final = re.compile(r"\b(?:receiver|appraiser|leader|hand_over|admin|resident_police)\b")
_BARE: Final = re.compile(
    r"\b(?:khong|duoc|nguoi|ho so|ket qua|giay to|trang thai|tiep nhan|xac nhan|tin nhan|hay thu lai|buoc|cua)\b",
    re.IGNORECASE,
)
_SHORT: Final = 2


def faults(text: str, language: str) -> list[str]:
    """What is wrong with a sentence that people read in "vi" or "en"; [] for a good one."""
    said = _VARIABLE.sub("", unicodedata.normalize("NFC", text))
    found = [f"{name}: {hit[0]}" for name, pattern in _FORBIDDEN.items() if (hit := pattern.search(said))]
    if hit := _CODE.search(said):
        found.append(f"a code: {hit[0]}")
    if hit := _OTHER_FIGURES[language].search(said):
        found.append(f"figures of the other language: {hit[0]}")
    if language == "vi":
        found += _of_vietnamese(said)
    return found


def _of_vietnamese(said: str) -> list[str]:
    found = []
    if hit := _ROLES.search(said):
        found.append(f"a role's code: {hit[0]}")
    if hit := _BARE.search(said):
        found.append(f"no accents: {hit[0]}")
    if len(said.split()) > _SHORT and not _ACCENTED.search(said):
        found.append("no accents at all")
    return found
