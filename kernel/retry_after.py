"""The Retry-After header of whoever we call, in any form that RFC 9110 (10.2.3) and its senders give it. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_S: Final = 7 * 24 * 3600.0
"""What is longer is taken for this: nobody's clock is worth waiting for so long."""
_SECONDS: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,9})?")
_LONGEST_HEADER: Final = 64


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, at least 0; None where there is no header or nobody can read it.

    A date is held against the answer's own Date, since clocks differ; without one against `now`, by default our clock.
    """
    said = (headers.get("Retry-After") or "").strip().strip("\"'")
    if not said or len(said) > _LONGEST_HEADER:
        return None
    if _SECONDS.fullmatch(said):
        return min(float(said), LONGEST_S)
    until = _instant(said)
    if until is None:
        return None
    since = _instant((headers.get("Date") or "").strip()) or now or datetime.now(UTC)
    return min(max((until - since).total_seconds(), 0.0), LONGEST_S)


def _instant(text: str) -> datetime | None:
    if not text or len(text) > _LONGEST_HEADER or not text.isascii():
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # RFC 9110 knows Greenwich alone; the older forms leave it unsaid.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
