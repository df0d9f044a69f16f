"""Settings of the HTTP edge."""

from dataclasses import dataclass
from typing import Final

from kernel.configuration.kinds import Secret
from kernel.configuration.settings import Environment

METRICS_TOKEN: Final = Secret("MOTCUA_METRICS_TOKEN", "", optional=True)


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`metrics_token`: bearer token that opens /metrics from afar; empty: only callers on this machine may read it."""

    metrics_token: str

    @classmethod
    def read(cls, env: Environment) -> "ApiSettings":
        return cls(metrics_token=METRICS_TOKEN.read(env))
