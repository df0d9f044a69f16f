"""Whether Zalo is in use, and with what credentials. Without an app id the channel is not on offer."""

import re
from datetime import time
from typing import Final

from kernel.configuration.kinds import Account, Secret, Shape, Text
from kernel.configuration.settings import Environment
from kernel.configuration.urls import OutsideUrl
from notify.channels.zalo.table import HOURS, REAL_BASE_URL, REAL_OAUTH_URL, ZaloSettings

SANDBOX_URL: Final = "http://127.0.0.1:8025/zalo"
SANDBOX_APP_ID: Final = "431250000000000001"
SANDBOX_OA_ID: Final = "3876000000000000001"
_ALWAYS: Final = "00:00-24:00"
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN: Final = re.compile(rf"{_ALWAYS}|({_CLOCK})-({_CLOCK})")
_NUMBER: Final = Shape("[0-9]{1,20}", "chỉ nhận chữ số", "digits are needed")
APP_ID: Final = Text("MOTCUA_ZALO_APP_ID", "", shape=_NUMBER)
APP_SECRET: Final = Secret("MOTCUA_ZALO_APP_SECRET", "sandbox-zalo-app-secret")
OA_ID: Final = Account("MOTCUA_ZALO_OA_ID", SANDBOX_OA_ID, shape=_NUMBER)
OA_SECRET: Final = Secret("MOTCUA_ZALO_OA_SECRET", "sandbox-zalo-oa-secret")
# Need not be said: an account is also connected by `motcua zalo connect`.
REFRESH_TOKEN: Final = Secret("MOTCUA_ZALO_REFRESH_TOKEN", "sandbox-zalo-refresh-token", optional=True)
BASE_URL: Final = OutsideUrl("MOTCUA_ZALO_BASE_URL", SANDBOX_URL, real=REAL_BASE_URL)
OAUTH_URL: Final = OutsideUrl("MOTCUA_ZALO_OAUTH_URL", SANDBOX_URL, real=REAL_OAUTH_URL)
ZALO_HOURS: Final = Text("MOTCUA_ZALO_HOURS", f"{HOURS[0]:%H:%M}-{HOURS[1]:%H:%M}")


def read_zalo(env: Environment, timeout_s: float, connections: int) -> ZaloSettings | None:
    """The account's settings; None when no app is named."""
    app_id = APP_ID.read(env)
    if not APP_ID.is_set(env):
        return None
    if env.production and app_id == SANDBOX_APP_ID:
        env.refuse(
            APP_ID.name, "không dùng tài khoản thử khi chạy thật", "a sandbox account is not allowed in production"
        )
    return ZaloSettings(
        app_id=app_id,
        app_secret=APP_SECRET.read(env),
        oa_id=OA_ID.read(env),
        oa_secret=OA_SECRET.read(env),
        refresh_token=REFRESH_TOKEN.read(env),
        base_url=BASE_URL.read(env),
        oauth_url=OAUTH_URL.read(env),
        timeout_s=timeout_s,
        connections=connections,
        hours=_hours(env),
    )


def _hours(env: Environment) -> tuple[time, time] | None:
    """The local times between which Zalo takes messages; None for day and night."""
    said = _SPAN.fullmatch(ZALO_HOURS.read(env))
    if said is not None and said[0] == _ALWAYS:
        return None
    begins, ends = (time.fromisoformat(each) for each in said.groups()) if said else HOURS
    if said is None or begins >= ends:
        env.refuse(ZALO_HOURS.name, f"viết như 06:00-22:00, hoặc {_ALWAYS}", f"as in 06:00-22:00, or {_ALWAYS}")
        return HOURS
    return begins, ends
