"""Reads of what officers search for, a page at a time: open dossiers first, closed ones behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from kernel.actor import Actor
from kernel.vault import Vault
from tracking.models import PHONE_INDEX
from tracking.search import queries as search_queries
from tracking.search.typed import Kind, Sought, patterns_of

_COMMON: Final = 0.02
"""Of the latest closed dossiers hold a word, from this share on, so many that a page is soon full in order."""
_OPEN_STATES: Final = frozenset({1, 2, 4, 5, 6, 7, 9})


@dataclass(frozen=True, slots=True)
class Place:
    """The last line of the page before. `at` is its order_at for an open dossier, None for a closed one."""

    at: str | None
    id: UUID


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds dossiers of an officer's agency subtree. `person`: whose number the sought identity number is, if any."""

    connection: Connection
    vault: Vault
    actor: Actor
    sought: Sought
    person: UUID | None = None

    def page(self, *, state: int | None, after: Place | None, limit: int) -> Sequence[RowMapping]:
        """Up to `limit` lines behind `after`, in the columns of the inbox."""
        by, values = self._key()
        found = self._page(by, values, state=state, after=after, limit=limit)
        if not found and self.sought.kind is Kind.CODE:
            # The agency's code was not typed in full.
            return self._page("code_end", self._end(), state=state, after=after, limit=limit)
        if not found and self.sought.kind is Kind.CODE_END:
            # No code ends so: the number of a house or of a shop, perhaps.
            return self._page("words", self._words(), state=state, after=after, limit=limit)
        return found

    def _page(
        self, by: str, values: Mapping[str, Any], *, state: int | None, after: Place | None, limit: int
    ) -> Sequence[RowMapping]:
        common = {**values, "agency": self.actor.agency_code, "state": state}
        lines: list[RowMapping] = []
        if (after is None or after.at is not None) and state in {None, *_OPEN_STATES}:
            place = {"after_at": after.at if after else None, "after_id": after.id if after else None}
            lines += self._rows(search_queries.found_open(by, self._size(by)), {**common, **place, "limit": limit})
        if len(lines) < limit and state not in _OPEN_STATES:
            place = {"after_id": after.id if after and after.at is None else None}
            lines += self._closed(by, {**common, **place, "limit": limit - len(lines)})
        return lines

    def _closed(self, by: str, values: Mapping[str, Any]) -> Sequence[RowMapping]:
        if by == "words":
            sample = self.connection.execute(search_queries.sample_closed(self._size(by)), values).one()
            if sample.found > sample.looked_at * _COMMON:
                return self._rows(search_queries.closed_in_order(self._size(by)), values)
        return self._rows(search_queries.found_closed(by, self._size(by)), values)

    def _key(self) -> tuple[str, dict[str, Any]]:
        kind, value = self.sought.kind, self.sought.value
        if kind is Kind.PHONE:
            return "phone", {"value": self.vault.index(PHONE_INDEX, value)}
        if kind is Kind.IDENTITY:
            return "person", {"value": self.person}
        if kind is Kind.WORDS:
            return "words", self._words()
        return str(kind), {"value": value, "before": self.sought.before}

    def _end(self) -> dict[str, Any]:
        return {"value": "-".join(self.sought.value.rsplit("-", 2)[1:]), "before": self.sought.before}

    def _words(self) -> dict[str, Any]:
        return {f"word_{number}": pattern for number, pattern in enumerate(patterns_of(self.sought.words))}

    def _size(self, by: str) -> int:
        return len(self.sought.words) if by == "words" else 0

    def _rows(self, statement: Any, values: Mapping[str, Any]) -> Sequence[RowMapping]:
        return self.connection.execute(statement, values).mappings().all()
