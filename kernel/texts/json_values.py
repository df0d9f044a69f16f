"""JSON values from outside: what no form can mean is refused before anything reads them, and spelling is made one.

A value that passes `check_values` can be validated, stored in PostgreSQL and sent again without surprise.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from kernel.errors import FieldError

# Integers beyond this lose digits in a phone's JavaScript.
MAX_NUMBER: Final = 2**53 - 1
_MAX_KEY: Final = 100
_MAX_ERRORS: Final = 50
_WHITE: Final = frozenset("\t\n\r")
# They show what follows them back to front: a text that holds one reads otherwise than it is. No keyboard has them.
_REVERSING: Final = re.compile("[\u202b\u202e\u2067]")


@dataclass(frozen=True, slots=True)
class Limits:
    """`depth` of nested lists and objects, `values` (scalars, lists, objects) in all, characters of one `text`."""

    depth: int
    values: int
    text: int


def check_values(document: Any, limits: Limits, pointer: str = "") -> list[FieldError]:
    """What is no plain JSON within the limits: field errors below `pointer`, at most 50. Never raises."""
    errors: list[FieldError] = []
    queue: list[tuple[str, Any, int]] = [(pointer, document, 0)]
    seen = 0
    while queue and len(errors) < _MAX_ERRORS:
        where, value, depth = queue.pop()
        seen += 1
        if seen > limits.values:
            return [FieldError(pointer, "too_many_values", {"max": limits.values})]
        if isinstance(value, dict | list):
            if depth == limits.depth:
                errors.append(FieldError(where, "too_deep", {"max": limits.depth}))
            elif isinstance(value, list):
                queue.extend((f"{where}/{place}", inner, depth + 1) for place, inner in enumerate(value))
            else:
                for key, inner in value.items():
                    if _is_key(key):
                        queue.append((where + _part(key), inner, depth + 1))
                    else:
                        errors.append(FieldError(where, "key_invalid"))
        else:
            errors += [FieldError(where, code, params) for code, params in _scalar(value, limits)]
    return errors


def normalise(document: Any, spell: Callable[[str], str] | None = None) -> Any:
    """The same checked document in one spelling: text in NFC without blanks around it, 5.0 as 5.

    `spell` gives text another spelling than that.
    """
    if isinstance(document, str):
        return spell(document) if spell else unicodedata.normalize("NFC", document).strip()
    if isinstance(document, list):
        return [normalise(inner, spell) for inner in document]
    if isinstance(document, dict):
        return {unicodedata.normalize("NFC", key): normalise(inner, spell) for key, inner in document.items()}
    if isinstance(document, float) and document.is_integer():
        return int(document)
    return document


def _scalar(value: Any, limits: Limits) -> list[tuple[str, dict[str, Any]]]:
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, str):
        if len(value) > limits.text:
            return [("length_max", {"max": limits.text})]
        if not _is_clean(value):
            return [("control_characters", {})]
        reversing = not value.isprintable() and _REVERSING.search(value)
        return [("text_reversed", {})] if reversing else []
    if isinstance(value, int | float):
        finite = isinstance(value, int) or math.isfinite(value)
        return [] if finite and abs(value) <= MAX_NUMBER else [("number_too_large", {})]
    return [("type", {"types": "JSON"})]


def _is_clean(text: str) -> bool:
    # PostgreSQL refuses U+0000 in any text; UTF-8 has no form for half of a surrogate pair.
    return text.isprintable() or all(c in _WHITE or unicodedata.category(c) not in ("Cc", "Cs") for c in text)


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and len(key) <= _MAX_KEY and _is_clean(key)


def _part(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
