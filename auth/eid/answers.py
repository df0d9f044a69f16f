"""The boundary where a provider's words enter: JSON is read here, and text that nothing of ours can hold is marked.

No text column, header or address takes a NUL, another control character or half of a surrogate pair. Each becomes
U+FFFD, the sign that says "something stood here". Values that must be exact refuse the mark; names lose it.
"""

import json
import re
from typing import Any, Final

MARK: Final = "\ufffd"
_DEEPEST: Final = 32
_LONGEST_INTEGER: Final = 18
# Tabs and line breaks stay: a name may be wrapped, and an exact value refuses them.
_UNKEEPABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_json(octets: bytes) -> Any:
    """The value of a provider's JSON text, every string in it cleaned. Raises ValueError for anything else."""
    try:
        return clean(json.loads(octets, parse_int=_integer))
    except RecursionError:
        raise ValueError("too deep") from None


def clean(value: Any, depth: int = 0) -> Any:
    """`value` as JSON gives it, with MARK for each character that cannot be kept. Raises ValueError if too deep."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        return _UNKEEPABLE.sub(MARK, value)
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_UNKEEPABLE.sub(MARK, name): clean(item, depth + 1) for name, item in value.items()}
    return value


def _integer(digits: str) -> int | float:
    # Nothing that we read is longer, and the work of reading one grows with the square of its length.
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)
