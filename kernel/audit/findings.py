"""What the verifier can find wrong, and what it tells besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

# More are counted, not kept: a chain cut in its first half would fill the memory.
MOST_KEPT: Final = 1000


class Wrong(StrEnum):
    """Everything that is wrong has one of these codes."""

    POSITIONS_MISSING = "positions_missing"
    ROW_REMOVED = "row_removed"
    ROW_REMOVED_BEFORE_CHAINED = "row_removed_before_chained"
    ROW_ALTERED = "row_altered"
    ROW_NOT_OURS = "row_not_ours"
    ROW_OUTSIDE = "row_outside"
    LINK_WITHOUT_KEY = "link_without_key"
    OLDER_CHAIN_BROKEN = "older_chain_broken"
    CHECKPOINT_NOT_OURS = "checkpoint_not_ours"
    CHECKPOINT_DIFFERS = "checkpoint_differs"
    CHECKPOINT_MISSING = "checkpoint_missing"
    END_NOT_SIGNED = "end_not_signed"
    ANCHOR_NOT_OURS = "anchor_not_ours"
    ANCHOR_MISSING = "anchor_missing"
    ANCHORS_DO_NOT_FIT = "anchors_do_not_fit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where in the chain, when, and `about` what (table, id, dossier…)."""

    code: Wrong
    position: int | None = None
    at: datetime | None = None
    about: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AcceptedRestore:
    """An older backup that somebody restored on purpose: anchors after `after`, made before `at`, are given up."""

    after: int
    until: int
    at: datetime
    reason: str


@dataclass(slots=True)
class Report:
    """What a walk over the whole trail has found.

    `length` is the last position. `anchored` is the newest position that fits an anchor, made at `anchored_at`; from
    `unanchored_since` on nothing is anchored. `waiting` rows are in no chain yet, the oldest since `waiting_since`.
    """

    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0
    length: int = 0
    anchored: int = 0
    anchored_at: datetime | None = None
    unanchored_since: datetime | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    restores: list[AcceptedRestore] = field(default_factory=list)

    def add(
        self,
        code: Wrong,
        position: int | None = None,
        at: datetime | None = None,
        about: Mapping[str, str | int] | None = None,
    ) -> None:
        """Takes one finding down."""
        self.wrong += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(Finding(code, position, at, about or {}))

    def wait(self, since: datetime) -> None:
        """One more row that waits for the sealer."""
        self.waiting += 1
        self.waiting_since = since if self.waiting_since is None else min(self.waiting_since, since)
