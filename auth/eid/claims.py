"""What providers say of a person, read into our own terms. Providers differ in shape; nothing here trusts one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from auth.eid.http import EidRefused
from kernel.masking import mask_text
from kernel.vietnam import BadIdentityNumber, parse_identity_number

_NAME_PARTS: Final = ("family_name", "middle_name", "given_name")
_NAME_STAND_INS: Final = ("preferred_username", "nickname")
_ISO_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_VIETNAMESE_DATE: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


def required_text(answer: Mapping[str, Any], name: str) -> str:
    """A member that must be there. Raises EidRefused."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise EidRefused(f"answer_{name}")
    return value


def identity_number(claims: Mapping[str, Any], names: Iterable[str], today: date) -> str | None:
    """The personal number, from the first claim named that is there. The subject counts only if it is one.

    Raises EidRefused for a number that cannot be.
    """
    for name in names:
        value = claims.get(name)
        if value is None:
            continue
        try:
            return parse_identity_number(str(value), today=today).number
        except BadIdentityNumber:
            if name != "sub":
                raise EidRefused("identity_number") from None
    return None


def full_name(claims: Mapping[str, Any], name: str) -> str:
    """The name in one piece; else put together from its parts in Vietnamese order; else what the account is called."""
    whole = _line(claims.get(name)) or " ".join(filter(None, (_line(claims.get(part)) for part in _NAME_PARTS)))
    return whole or next(
        (name for name in (_line(claims.get(other)) for other in _NAME_STAND_INS) if _showable(name)), ""
    )


def birth_date(value: object) -> date | None:
    """A whole date, as yyyy-MM-dd, yyyyMMdd or dd/MM/yyyy; OpenID allows the year alone, or a year of 0000."""
    text = value.strip() if isinstance(value, str) else ""
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = found.groups()
    elif found := _VIETNAMESE_DATE.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def level(value: object) -> int:
    """1 unless level 2 is said, as a number ("2") or as an assurance class ("loa2")."""
    return 2 if str(value).lower() in {"2", "loa2"} else 1


def _showable(name: str) -> bool:
    """Names are kept in plain; an account may be called by an e-mail address or a number, which are not."""
    return bool(name) and mask_text(name) == name


def _line(value: object) -> str:
    return unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else ""
