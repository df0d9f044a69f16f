"""What the environment says about sending declarations to the authority."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kernel.configuration.kinds import Seconds, Whole, Words
from kernel.configuration.settings import Environment
from residence.authority.settings import AuthoritySettings
from residence.transmission.news import TransmissionPatience

IN_FLIGHT: Final = Whole("MOTCUA_AUTHORITY_IN_FLIGHT", 16, 1, 256)
ARRAY: Final = Whole("MOTCUA_AUTHORITY_ARRAY", 50, 1, 1000)
CHECK: Final = Words("MOTCUA_AUTHORITY_CHECK", "count", ("count", "probe"))
# A clock that is a little off must not end a lease while its call still runs.
MARGIN: Final = Seconds("MOTCUA_AUTHORITY_MARGIN_SECONDS", 5, 0.5, 300)
COUNT_AFTER: Final = Seconds("MOTCUA_AUTHORITY_COUNT_AFTER_SECONDS", 30, 0, 86400)


@dataclass(frozen=True, slots=True)
class TransmissionSettings:
    """`in_flight`: calls open at once in one process; `array`: the most guests of one call. `probe`: whether what the
    authority said yes to and does not count is sent once more, to see whether it knows it."""

    authority: AuthoritySettings
    patience: TransmissionPatience
    in_flight: int
    array: int
    probe: bool

    @classmethod
    def read(cls, env: Environment) -> "TransmissionSettings":
        in_flight = IN_FLIGHT.read(env)
        authority = AuthoritySettings.read(env, in_flight)
        return cls(
            authority=authority,
            patience=TransmissionPatience(
                start_within=timedelta(seconds=5),
                preparing=timedelta(seconds=authority.preparing_s),
                timeout=timedelta(seconds=authority.timeout_s),
                margin=timedelta(seconds=MARGIN.read(env)),
                count_after=timedelta(seconds=COUNT_AFTER.read(env)),
            ),
            in_flight=in_flight,
            array=ARRAY.read(env),
            probe=CHECK.read(env) == "probe",
        )
