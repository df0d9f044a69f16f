"""What the servers beside us must be, judged at boot and whenever somebody asks whether we are ready.

Texts are for whoever runs the system: Vietnamese, then English.
"""

from collections.abc import Mapping
from typing import Any, Final

import redis
from sqlalchemy import Connection, text

from kernel.configuration.environment import SettingsError

LEAST_POSTGRES: Final = 15
LEAST_VALKEY: Final = (7, 2)
LEAST_REDIS: Final = (7, 0)
_TRIGRAMS: Final = "pg_trgm"
_DATABASE: Final = text("""
SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
    current_setting('transaction_read_only') = 'on' AS read_only,
    EXISTS (SELECT FROM pg_available_extensions WHERE name = :trigrams) AS trigrams
""")


class ServerError(SettingsError):
    """A server beside us is not what it must be. `stops`: so much so that nothing may start."""

    stops = True

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi = vi
        self.en = en


class DoubtfulError(ServerError):
    """It can be worked with, less well than it should be: readiness tells."""

    stops = False


class NotYetError(ServerError):
    """It may be later, without anything of ours being changed: whoever can wait, waits."""


def database_away(error: Exception) -> NotYetError:
    # What libpq says names the host and the user, never the password.
    said = str(getattr(error, "orig", None) or type(error).__name__).strip().partition("\n")[0]
    return NotYetError(
        f"Chưa kết nối được PostgreSQL ở MOTCUA_DATABASE_URL: {said}",
        f"PostgreSQL at MOTCUA_DATABASE_URL cannot be reached: {said}",
    )


def judge_database(connection: Connection) -> None:
    """Raises ServerError when we cannot work with this PostgreSQL, NotYetError when it only reads for now."""
    found = connection.execute(_DATABASE, {"trigrams": _TRIGRAMS}).one()
    if found.version < LEAST_POSTGRES:
        raise ServerError(
            f"PostgreSQL {found.version} quá cũ; cần từ {LEAST_POSTGRES} trở lên.",
            f"PostgreSQL {found.version} is too old; {LEAST_POSTGRES} or newer is needed.",
        )
    if found.encoding != "UTF8":
        raise ServerError(
            f"Cơ sở dữ liệu mã hóa {found.encoding}; cần UTF8 (CREATE DATABASE … ENCODING 'UTF8').",
            f"The database's encoding is {found.encoding}; UTF8 is needed (CREATE DATABASE … ENCODING 'UTF8').",
        )
    if not found.trigrams:
        raise ServerError(
            f"PostgreSQL thiếu phần mở rộng {_TRIGRAMS} (gói postgresql-contrib).",
            f"PostgreSQL lacks the extension {_TRIGRAMS} (package postgresql-contrib).",
        )
    if found.read_only:
        raise NotYetError(
            "PostgreSQL này chỉ cho đọc (máy dự phòng?).", "This PostgreSQL can only be read (a standby?)."
        )


def judge_broker(client: redis.Redis) -> None:
    """Raises ServerError when bells cannot ring there. Raises RedisError when it does not answer."""
    about: Mapping[str, Any] = client.info()
    name, least = ("Valkey", LEAST_VALKEY) if "valkey_version" in about else ("Redis", LEAST_REDIS)
    said = str(about.get("valkey_version") or about.get("redis_version", "0"))
    if _numbers(said) < least:
        needed = ".".join(str(number) for number in least)
        raise ServerError(
            f"{name} {said} quá cũ; cần từ {needed} trở lên.", f"{name} {said} is too old; {needed} is needed."
        )
    if about.get("redis_mode") == "cluster":
        raise ServerError(
            f"{name} chạy kiểu cluster; cần một máy chủ đơn.", f"{name} runs as a cluster; a single server is needed."
        )
    if about.get("role") == "slave":
        raise ServerError(
            f"{name} này là bản sao chỉ đọc; cần máy chính.", f"This {name} is a replica; its primary is needed."
        )


def judge_eviction(client: redis.Redis) -> None:
    """Raises DoubtfulError when a full broker would forget counted tries instead of refusing new ones. No reason not to
    start, since nothing that must be kept lives there."""
    about: Mapping[str, Any] = client.info("memory")
    policy = str(about.get("maxmemory_policy", "noeviction"))
    if int(about.get("maxmemory", 0)) and policy != "noeviction":
        raise DoubtfulError(
            f"maxmemory-policy là {policy}: khi đầy, số lần thử bị quên; cần noeviction.",
            f"maxmemory-policy is {policy}: when full, counted tries are forgotten; noeviction is needed.",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
