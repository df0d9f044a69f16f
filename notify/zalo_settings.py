"""Whether Zalo is in use, and with what credentials. Without an app id the channel is not on offer."""

import re
from datetime import time
from typing import Final

from kernel.settings import SANDBOX_MARK, Environment
from notify.channels.zalo_table import HOURS, REAL_BASE_URL, REAL_OAUTH_URL, ZaloSettings

SANDBOX_URL: Final = "http://127.0.0.1:8025/zalo"
SANDBOX_APP_ID: Final = "431250000000000001"
SANDBOX_OA_ID: Final = "3876000000000000001"
_APP_ID: Final = "MOTCUA_ZALO_APP_ID"
_OA_ID: Final = "MOTCUA_ZALO_OA_ID"
_HOURS: Final = "MOTCUA_ZALO_HOURS"
_ALWAYS: Final = "00:00-24:00"
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN: Final = re.compile(rf"{_ALWAYS}|({_CLOCK})-({_CLOCK})")
_REFRESH: Final = "MOTCUA_ZALO_REFRESH_TOKEN"


def read_zalo(env: Environment, timeout_s: float, connections: int) -> ZaloSettings | None:
    """The account's settings; None when no app is named."""
    if not env.text(_APP_ID, ""):
        return None
    return ZaloSettings(
        app_id=_identity(env, _APP_ID, SANDBOX_APP_ID),
        app_secret=env.secret("MOTCUA_ZALO_APP_SECRET", "sandbox-zalo-app-secret"),
        oa_id=_identity(env, _OA_ID, SANDBOX_OA_ID),
        oa_secret=env.secret("MOTCUA_ZALO_OA_SECRET", "sandbox-zalo-oa-secret"),
        refresh_token=_refresh_token(env),
        base_url=_url(env, "MOTCUA_ZALO_BASE_URL", REAL_BASE_URL),
        oauth_url=_url(env, "MOTCUA_ZALO_OAUTH_URL", REAL_OAUTH_URL),
        timeout_s=timeout_s,
        connections=connections,
        hours=_hours(env),
    )


def _hours(env: Environment) -> tuple[time, time] | None:
    """The local times between which Zalo takes messages; None for day and night."""
    said = _SPAN.fullmatch(env.text(_HOURS, f"{HOURS[0]:%H:%M}-{HOURS[1]:%H:%M}"))
    if said is not None and said[0] == _ALWAYS:
        return None
    begins, ends = (time.fromisoformat(each) for each in said.groups()) if said else HOURS
    if said is None or begins >= ends:
        env.problems.append(f"{_HOURS}: as in 06:00-22:00, or {_ALWAYS}")
        return HOURS
    return begins, ends


def _identity(env: Environment, name: str, sandbox: str) -> str:
    said = env.text(name, None if env.production else sandbox)
    if env.production and said == sandbox:
        env.problems.append(f"{name}: a sandbox account is not allowed in production")
    return said


def _refresh_token(env: Environment) -> str:
    """Need not be said: an account is also connected by `motcua zalo connect`."""
    said = env.text(_REFRESH, "" if env.production else "sandbox-zalo-refresh-token")
    if env.production and said.startswith(SANDBOX_MARK):
        env.problems.append(f"{_REFRESH}: a sandbox key is not allowed in production")
    return said


def _url(env: Environment, name: str, real: str) -> str:
    said = env.text(name, real if env.production else SANDBOX_URL)
    if env.production:
        return env.outside_url(name) if said != real else real
    return said.rstrip("/")
