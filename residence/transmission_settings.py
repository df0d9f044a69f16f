"""What the environment says about sending declarations to the authority."""

from dataclasses import dataclass
from datetime import timedelta

from kernel.settings import Environment
from residence.authority.settings import AuthoritySettings
from residence.transmission_news import Patience


@dataclass(frozen=True, slots=True)
class TransmissionSettings:
    """`in_flight`: calls open at once in one process; `array`: the most guests of one call. `probe`: whether what the
    authority said yes to and does not count is sent once more, to see whether it knows it."""

    authority: AuthoritySettings
    patience: Patience
    in_flight: int
    array: int
    probe: bool

    @classmethod
    def read(cls, env: Environment) -> "TransmissionSettings":
        in_flight = _between(env, "MOTCUA_AUTHORITY_IN_FLIGHT", 16, 1, 256)
        authority = AuthoritySettings.read(env, in_flight)
        return cls(
            authority=authority,
            patience=Patience(
                start_within=timedelta(seconds=5),
                longest=timedelta(seconds=authority.longest_s),
                timeout=timedelta(seconds=authority.timeout_s),
                margin=timedelta(seconds=env.seconds("MOTCUA_AUTHORITY_MARGIN_SECONDS", 5.0)),
                count_after=timedelta(seconds=env.seconds("MOTCUA_AUTHORITY_COUNT_AFTER_SECONDS", 30.0)),
            ),
            in_flight=in_flight,
            array=_between(env, "MOTCUA_AUTHORITY_ARRAY", 50, 1, 1000),
            probe=_check(env) == "probe",
        )


def _check(env: Environment) -> str:
    said = env.text("MOTCUA_AUTHORITY_CHECK", "count")
    if said not in ("count", "probe"):
        env.problems.append("MOTCUA_AUTHORITY_CHECK: count or probe")
    return said


def _between(env: Environment, name: str, default: int, least: int, most: int) -> int:
    value = env.integer(name, default)
    if not least <= value <= most:
        env.problems.append(f"{name}: from {least} to {most}")
        return default
    return value
