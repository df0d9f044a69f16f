"""What must not be read in a log: identity numbers, phones, e-mails, tokens. A filter, not a habit.

A number is judged by its digits, however they are grouped. What an operator needs to read stays: ids, instants, dossier
codes, network addresses, counts and durations.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

_TOKEN_KEYS: Final = re.compile(
    r"(authorization|token|secret|password|cookie|api[-_]?key|code_verifier|signature)$", re.IGNORECASE
)
_PERSON_KEYS: Final = re.compile(r"(phone|mobile|msisdn|identity|identity_number|cccd|cmnd)$", re.IGNORECASE)
_PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"mck_[0-9a-f]{32}_[\w-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)(?:\s+|%20|\+)[\w.~+/=%-]{8,}"), r"\1 [token]"),
    (re.compile(r"(?<=://)[^/\s@]+@(?=[\w\[])"), "[secret]@"),
    (
        re.compile(
            r"(?i)((?:token|secret|password|passwd|api[-_]?key|code_verifier|signature)[\"']?\s*[=:]\s*[\"']?)"
            r"(?=[^\s\"'&,;}\]\[]{0,200}\d)[^\s\"'&,;}\]\[]{8,}"
        ),
        r"\1[secret]",
    ),
    (
        # Begun only where a word begins: a long line without an "@" must not be read over and over.
        re.compile(r"(?:(?<![\w.+%-])|(?<=%40))(?:[\w.+-]|%(?!40))+(?:[@＠]|%40)[\w-]+(?:\.[\w-]+)+"),
        "[e-mail]",
    ),
)

# What looks like a number of a person's and is none is read first: ids, dossier codes (their agency has a letter),
# dates and times, network addresses, fractions.
_MONTH: Final = "(?:0[1-9]|1[0-2])"
_DAY: Final = "(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
_OFFSET: Final = "(?:Z|[+-][0-9]{2}:?[0-9]{2}(?![0-9]))"
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_KEPT: Final = "|".join(
    (
        r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])",
        r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,}(?![0-9A-Za-z])",
        rf"(?<![\w.])(?=[0-9.]*[A-Z])[0-9A-Z]+(?:\.[0-9A-Z]+)*-(?:20)?[0-9]{{2}}{_MONTH}{_DAY}-[0-9]{{4,8}}(?![0-9])",
        rf"(?<![0-9])(?:19|20)[0-9]{{2}}(?P<mark>[-/]){_MONTH}(?P=mark){_DAY}(?![0-9])(?:[T ]{_CLOCK})?{_OFFSET}?",
        rf"(?<![0-9]){_DAY}/{_MONTH}/(?:19|20)[0-9]{{2}}(?![0-9])",
        rf"(?<![0-9]){_CLOCK}(?![0-9])",
        rf"(?<![0-9.])(?:{_OCTET}\.){{3}}{_OCTET}(?::[0-9]{{1,5}})?(?![0-9.])",
        r"(?<![0-9.+)])(?!84\.)(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?(?![0-9.])",
    )
)
_UNSEEN: Final = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0f"
_BETWEEN: Final = rf"(?:%2[0-9A-Fa-f]|[\s.()\[\]/·•∙‧{_UNSEEN}\u2010-\u2015\u2212\uff0d-])"
_NUMBER: Final = re.compile(
    rf"(?P<kept>{_KEPT})|(?P<plus>(?:%2[Bb]|[+＋]){_BETWEEN}{{0,2}})?\d(?:{_BETWEEN}{{0,5}}\d)*"
)
_GROUP: Final = re.compile(r"%2[0-9A-Fa-f]|\d+")
_SHORTEST: Final = 8
_LONGEST: Final = 15


def mask_text(text: str) -> str:
    """`text` with every personal identifier and token replaced by its kind in brackets."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _NUMBER.sub(_without_persons, text)


def mask(value: Any, key: str = "") -> Any:
    """The same for any value of a log event: strings by content, values under telling keys whole."""
    if key and _TOKEN_KEYS.search(key):
        return "[secret]"
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {mask_text(str(name)): mask(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item, key) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return "[bytes]"
    if isinstance(value, int) and not isinstance(value, bool) and _PERSON_KEYS.search(key):
        return "[hidden]"
    if value is None or isinstance(value, int | float | Decimal | UUID | date | timedelta):
        return value
    # The renderer would write it by its own words, an error's message included.
    return mask_text(repr(value))


def _without_persons(found: re.Match[str]) -> str:
    """Numbers of people among groups of digits that stand side by side, each as long as it can be."""
    text = found[0]
    if found["kept"] is not None:
        return text
    groups = [group for group in _GROUP.finditer(text, len(found["plus"] or "")) if group[0][0] != "%"]
    shown, done, at = "", 0, 0
    while at < len(groups):
        plus = at == 0 and found["plus"] is not None
        end, kind = _longest_of(groups[at : at + _LONGEST], plus=plus)
        if kind:
            shown += text[done : 0 if plus else groups[at].start()] + kind
            done = groups[at + end - 1].end()
        at += end
    return shown + text[done:]


def _longest_of(groups: Sequence[re.Match[str]], *, plus: bool) -> tuple[int, str]:
    """How many of the first groups make up a number of a person's, and its kind; (1, "") when they do not."""
    best, digits = (1, ""), ""
    for number, group in enumerate(groups, 1):
        digits += "".join(str(int(sign)) for sign in group[0])
        if len(digits) > _LONGEST:
            break
        if len(digits) >= _SHORTEST and (kind := _kind(digits, [len(each[0]) for each in groups[:number]], plus=plus)):
            best = (number, kind)
    return best


def _kind(digits: str, sizes: Sequence[int], *, plus: bool) -> str:
    size, whole = len(digits), len(sizes) == 1
    if plus or _is_dialled(digits):
        return "[phone]"
    if whole and size in (9, 11, 12):
        return "[identity]"
    if size == 12 and (digits[0] == "0" or (digits[0] in "123" and set(sizes) in ({3}, {4}, {6}))):
        return "[identity]"
    short = not whole and size == 9 and digits[0] in "35789" and min(sizes) >= 2 and max(sizes) <= 4
    return "[phone]" if short else ""


def _is_dialled(digits: str) -> bool:
    """A phone at home or from abroad: mobile, landline, or one of the eleven digits that mobiles had until 2018."""
    abroad = digits.removeprefix("00") if digits.startswith("00") else digits
    if abroad.startswith("84") and abroad.removeprefix("84").removeprefix("0")[:1] in tuple("23456789"):
        return 9 <= len(abroad.removeprefix("84").removeprefix("0")) <= 10
    if digits.startswith("00"):
        return len(digits) >= 12 and digits[2] != "0"
    return digits[0] == "0" and len(digits) in (10, 11) and digits[1] != "0"
