"""How long what lodgings declare is kept, and how the law is read where its words leave a doubt.

The law names no term of keeping that could be confirmed, so each is a setting.
"""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Final

from kernel.configuration.kinds import Seconds, Whole
from kernel.configuration.settings import Environment
from residence.clock import MORNING, NightRule

_MONTH = timedelta(days=31)
_DAYS: Final = 3650
STAY_MONTHS: Final = Whole("MOTCUA_RESIDENCE_STAY_MONTHS", 24, 1, 600)
GUEST_MONTHS: Final = Whole("MOTCUA_RESIDENCE_GUEST_MONTHS", 12, 1, 600)
PHOTO_DAYS: Final = Whole("MOTCUA_RESIDENCE_PHOTO_DAYS", 30, 1, _DAYS)
FILE_DAYS: Final = Whole("MOTCUA_RESIDENCE_FILE_DAYS", 30, 1, _DAYS)
FALLBACK_AFTER: Final = Seconds("MOTCUA_AUTHORITY_FALLBACK_AFTER_SECONDS", 3600, 1, 604800)
NIGHT_UNTIL_HOUR: Final = Whole("MOTCUA_RESIDENCE_NIGHT_UNTIL_HOUR", MORNING.hour, 0, MORNING.hour)


@dataclass(frozen=True, slots=True)
class ResidenceSettings:
    """`stays_kept` counts from the departure, `photos_kept` from the photo, `files_kept` from the upload of a file,
    `guests_kept` from the last stay of a regular guest. `fallback_after`: how long a declaration waits for the
    authority until the lodging is offered the authority's own file for it. `night_rule`: to which night an arrival
    after midnight belongs."""

    stays_kept: timedelta = 24 * _MONTH
    guests_kept: timedelta = 12 * _MONTH
    photos_kept: timedelta = timedelta(days=30)
    files_kept: timedelta = timedelta(days=30)
    fallback_after: timedelta = timedelta(hours=1)
    night_rule: NightRule = field(default_factory=NightRule)

    @classmethod
    def read(cls, env: Environment) -> "ResidenceSettings":
        return cls(
            stays_kept=STAY_MONTHS.read(env) * _MONTH,
            guests_kept=GUEST_MONTHS.read(env) * _MONTH,
            photos_kept=timedelta(days=PHOTO_DAYS.read(env)),
            files_kept=timedelta(days=FILE_DAYS.read(env)),
            fallback_after=timedelta(seconds=FALLBACK_AFTER.read(env)),
            night_rule=NightRule(time(NIGHT_UNTIL_HOUR.read(env))),
        )
