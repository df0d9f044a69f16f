"""Settings of the HTTP edge."""

from dataclasses import dataclass

from kernel.settings import Environment


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`metrics_token`: bearer token that opens /metrics from afar; empty: only callers on this machine may read it."""

    metrics_token: str

    @classmethod
    def read(cls, env: Environment) -> "ApiSettings":
        return cls(metrics_token=env.secret("MOTCUA_METRICS_TOKEN", "") if _said(env) else "")


def _said(env: Environment) -> bool:
    return bool(env.text("MOTCUA_METRICS_TOKEN", ""))
