"""The message list: filters by number, sender and date sent, newest first, in pages that new messages do not shift."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sandbox.twilio.store import Message, MessageStore
from sandbox.world import pairs_of

_MOST = 1000
_TOKEN = re.compile(r"PA([0-9a-f]{16})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadQueryError(ValueError):
    """A list parameter that cannot be; the message names it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list request. `since` and `until` bound the Unix time sent: since <= t < until."""

    filters: tuple[tuple[str, str], ...]
    to: str | None
    sender: str | None
    since: float
    until: float
    size: int
    page: int
    below: int | None

    @classmethod
    def read(cls, raw_query: str) -> "Listing":
        """From the query string. Raises BadQueryError."""
        given = dict(pairs_of(raw_query))
        since, until = _bounds(given)
        token = _TOKEN.fullmatch(given["PageToken"]) if given.get("PageToken") else None
        if given.get("PageToken") and token is None:
            raise BadQueryError("PageToken")
        return cls(
            filters=tuple((key, value) for key, value in given.items() if key not in ("Page", "PageToken", "PageSize")),
            to=_number(given.get("To")),
            sender=_number(given.get("From")),
            since=since,
            until=until,
            size=min(_MOST, max(1, _whole(given, "PageSize", 50))),
            page=_whole(given, "Page", 0),
            below=None if token is None else int(token[1], 16),
        )

    def matches(self, store: MessageStore) -> Iterator[Message | None]:
        """The messages of this page and one more if there is one; None after every stretch of fruitless looking."""
        for looked, message in enumerate(store.newest(self.to, self.below)):
            if message.created < self.since - 1:
                return
            if self.since <= message.created < self.until and self.sender in (None, message.sender):
                yield message
            elif looked % 5000 == 4999:
                yield None

    def page_uri(self, base: str, page: int, below: int | None) -> str:
        parts = [*self.filters, ("PageSize", str(self.size)), ("Page", str(page))]
        if below is not None:
            parts.append(("PageToken", f"PA{below:016x}"))
        return f"{base}?{urlencode(parts)}"


def _bounds(given: dict[str, str]) -> tuple[float, float]:
    since, until = 0.0, float("inf")
    for key, value in given.items():
        if not key.startswith("DateSent") or not value:
            continue
        # Both spellings are in use: `DateSent>=2026-11-20` (the name ends in `>`) and `DateSent=>=2026-11-20`.
        sign = key.removeprefix("DateSent").removesuffix("=")
        text = value.lstrip("<>=")
        sign = sign or value[: len(value) - len(text)].removesuffix("=")
        first, after = _span(text)
        if sign not in ("", "<", ">"):
            raise BadQueryError(key)
        if sign != "<":
            since = max(since, first)
        if sign != ">":
            until = min(until, after)
    return since, until


def _span(text: str) -> tuple[float, float]:
    """The first instant of a GMT day or second, and the first after it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQueryError("DateSent") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    length = timedelta(days=1) if _DAY.fullmatch(text) else timedelta(seconds=1)
    return moment.timestamp(), moment.timestamp() + length.total_seconds()


def _number(value: str | None) -> str | None:
    # A plus sign that was not percent-encoded reaches a server as a space.
    return "+" + value[1:] if value and value.startswith(" ") else value or None


def _whole(given: dict[str, str], key: str, default: int) -> int:
    value = given.get(key) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise BadQueryError(key)
    return int(value)
