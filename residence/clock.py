"""When a guest must be declared, when a night is over, and what being late may cost. Pure.

Vietnamese guests: Luật Cư trú Đ.30 (as of 01/07/2026): before 23:00 of the day the stay begins; for an arrival after
23:00 before 08:00 of the next day. Its words leave open to which day an arrival after midnight belongs: `NightRule`
holds the reading in use (docs/decisions/0047-the-night-of-an-arrival.md). Foreigners: Thông tư 53/2016/TT-BCA: at once,
at the latest 12 h after arrival, 24 h in remote communes. Fines: Nghị định 282/2025/NĐ-CP Đ.10 (from 15/12/2025); its
text was seen second-hand only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal

from kernel.clock import VIETNAM, local
from residence.guests import GuestKind, Moment

EVENING: Final = time(23)
MORNING: Final = time(8)
FIRST_REMINDER: Final = time(21, 30)
SECOND_REMINDER: Final = time(22, 30)
_HOURS: Final = {False: timedelta(hours=12), True: timedelta(hours=24)}
_DAY: Final = timedelta(days=1)
ReminderStep = Literal["first", "second"]


@dataclass(frozen=True, slots=True)
class NightRule:
    """To which night an arrival belongs: before `until` in the morning to the night before.

    At 00:00 no arrival does; then whoever comes after midnight belongs to that day, and is due at 23:00 of it.
    """

    until: time = MORNING

    def night_of(self, arrival: Moment) -> date:
        """The night of an arrival, by the date on which it begins. Where no time was told, it is that of the day."""
        return arrival.day - _DAY if arrival.clock is not None and arrival.clock < self.until else arrival.day


@dataclass(frozen=True, slots=True)
class Due:
    """A declaration is in time before `at`; also at the very instant where `included`."""

    at: datetime
    included: bool

    def missed(self, declared_at: datetime) -> bool:
        return declared_at > self.at or (declared_at == self.at and not self.included)


def due(kind: GuestKind, arrival: Moment, *, remote: bool, rule: NightRule) -> Due:
    """Until when an arrival must be declared. Where no time of day was told, the guest has the latest of that day."""
    if kind is GuestKind.FOREIGN:
        # Nobody is called late on the strength of a time that was never told.
        begins = arrival.instant if arrival.clock else _at(arrival.day, time()) + _DAY
        return Due(begins + _HOURS[remote], included=True)
    night = rule.night_of(arrival)
    if night < arrival.day or (arrival.clock is not None and arrival.clock >= EVENING):
        return Due(night_ends(night), included=False)
    return Due(filing_ends(night), included=False)


def tonight(now: datetime) -> date:
    """The night a lodging speaks of at this instant: until 08:00 still the one before."""
    here = local(now)
    return here.date() - _DAY if here.time() < MORNING else here.date()


def filing_ends(night: date) -> datetime:
    """From when a lodging that has filed nothing for a night is missing."""
    return _at(night, EVENING)


def night_ends(night: date) -> datetime:
    """When the last arrivals of a night had to be declared."""
    return _at(night + _DAY, MORNING)


def reminder(now: datetime) -> tuple[date, ReminderStep] | None:
    """The night and the step for which lodgings that have filed nothing are to be reminded now; None outside those
    hours."""
    here = local(now)
    if not FIRST_REMINDER <= here.time() < EVENING:
        return None
    return here.date(), "second" if here.time() >= SECOND_REMINDER else "first"


class NightState(StrEnum):
    """What a night looks like at a glance. `open`: nothing filed yet, and there is time; `missing`: there is none.
    `not_owed`: nothing filed, and the lodging was not approved, or was suspended or closed, when it would have been
    due."""

    OPEN = "open"
    NIL = "nil"
    FILED = "filed"
    MISSING = "missing"
    NOT_OWED = "not_owed"


def night_state(*, guests: int, nil: bool, owed: bool, night: date, now: datetime) -> NightState:
    """`guests` are those staying that night, whenever they were declared; `owed`: whether the lodging was active when
    the filing of the night ended, or is now where it has not."""
    if guests:
        return NightState.FILED
    if nil:
        return NightState.NIL
    if not owed:
        return NightState.NOT_OWED
    return NightState.OPEN if now < filing_ends(night) else NightState.MISSING


@dataclass(frozen=True, slots=True)
class Bracket:
    """A fine for not declaring `least` to `most` guests (None: or more), in đồng, for an individual."""

    least: int
    most: int | None
    low_vnd: int
    high_vnd: int


FINES: Final[Sequence[Bracket]] = (
    Bracket(1, 3, 2_000_000, 4_000_000),
    Bracket(4, 8, 4_000_000, 8_000_000),
    Bracket(9, None, 8_000_000, 12_000_000),
)
_FOR_ORGANISATIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a lodging risks for `guests` undeclared or late ones, in đồng."""

    guests: int
    low_vnd: int
    high_vnd: int


def exposure(guests: int, *, organisation: bool) -> Exposure | None:
    """The bracket for a number of guests, doubled for an organisation; None for no guest."""
    for bracket in FINES:
        if guests >= bracket.least and (bracket.most is None or guests <= bracket.most):
            times = _FOR_ORGANISATIONS if organisation else 1
            return Exposure(guests, bracket.low_vnd * times, bracket.high_vnd * times)
    return None


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, VIETNAM)
