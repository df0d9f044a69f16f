"""What a right that somebody made rests on: the rights of whoever answers for it. Pure.

A key, or a membership given by a member of the staff, can do no more than its grantor can now. The grantor (người ủy
quyền) is whoever made it, or whoever took it over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

MANDATES: Final = ("manage_members", "manage_clients", "manage_lodgings", "report_guests")
MANAGE_MEMBERS: Final = "manage_members"
MANAGE_CLIENTS: Final = "manage_clients"
# What a key may be good for, by the kind of its owner.
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "agency": ("dossiers:status",),
    "organisation": ("organisation:read", "residence:report", "residence:read"),
}
# Any one of these mandates lets a member do what the scope lets a key do; none is asked for what every member may do.
_SUFFICES: Final[Mapping[str, frozenset[str]]] = {
    "organisation:read": frozenset(),
    "residence:report": frozenset({"report_guests"}),
    "residence:read": frozenset({"report_guests", "manage_lodgings"}),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """What a member holds: mandates, and the last day on which they hold them; None for no end yet."""

    mandates: frozenset[str]
    until: date | None = None

    def lasts_as_long_as(self, other: date | None) -> bool:
        return self.until is None or (other is not None and self.until >= other)


NOTHING: Final = Holding(frozenset())


def mandates_of(role: str, mandates: Collection[str]) -> frozenset[str]:
    """A representative may do everything for the organisation."""
    return frozenset(MANDATES if role == "representative" else mandates)


def usable_scopes(scopes: Collection[str], mandates: Collection[str]) -> frozenset[str]:
    """What a key of an organisation can do while its grantor holds these mandates."""
    if MANAGE_CLIENTS not in mandates:
        return frozenset()
    return frozenset(each for each in scopes if each in _SUFFICES and _suffices(_SUFFICES[each], mandates))


def mandate_needed(scopes: Collection[str], mandates: Collection[str]) -> str | None:
    """A mandate that whoever makes such a key lacks, None if they may make it."""
    if MANAGE_CLIENTS not in mandates:
        return MANAGE_CLIENTS
    for each in sorted(scopes):
        if not _suffices(_SUFFICES[each], mandates):
            return sorted(_SUFFICES[each])[-1]
    return None


def may_have_given(grantor: Holding, mandates: Collection[str], until: date | None) -> bool:
    """Whether a membership of the staff with these mandates, up to that day, is within what its grantor may give."""
    return MANAGE_MEMBERS in grantor.mandates and grantor.mandates >= set(mandates) and grantor.lasts_as_long_as(until)


def _suffices(any_of: frozenset[str], mandates: Collection[str]) -> bool:
    return not any_of or not any_of.isdisjoint(mandates)
