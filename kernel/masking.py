"""What must not be read in a log: identity numbers, phones, e-mails, tokens. A filter, not a habit."""

import re
from typing import Any

_TOKEN_KEYS = re.compile(
    r"(authorization|token|secret|password|cookie|api[-_]?key|code_verifier|signature)$", re.IGNORECASE
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"\bmck_[0-9a-f]{32}_[\w-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
    # A phone may be written with separators; an id such as a UUID or a dossier code is left readable by the guards.
    (re.compile(r"(?<![\w.-])(?:\+?84|0)(?:[\s.-]?\d){9}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])\d{12}(?![\w-])"), "[identity]"),
    (re.compile(r"(?<![\w.-])\d{9}(?![\w-])"), "[identity]"),
)


def mask_text(text: str) -> str:
    """`text` with every personal identifier and token replaced by its kind in brackets."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def mask(value: Any, key: str = "") -> Any:
    """The same for any value of a log event: strings by content, values under telling keys whole."""
    if key and _TOKEN_KEYS.search(key):
        return "[secret]"
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {name: mask(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    if isinstance(value, bytes):
        return "[bytes]"
    return value
