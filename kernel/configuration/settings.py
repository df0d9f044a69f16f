"""Settings come from the environment, are read and judged once at boot, and every fault is named at once."""

from dataclasses import dataclass
from typing import Final

from kernel.configuration.environment import Environment, Mode, SettingsError
from kernel.configuration.kinds import Key, Whole, Words
from kernel.configuration.urls import BrokerUrl, DatabaseUrl, FilesUrl, OutsideUrl

__all__ = ["Environment", "KernelSettings", "Mode", "SettingsError"]

# Read by others than the settings of a process: tests, the supervisor.
ELSEWHERE: Final = frozenset({"MOTCUA_MODE", "MOTCUA_TEST_PROFILE", "MOTCUA_SUPERVISED"}) | {
    "MOTCUA_POSTGRES_PROGRAMS",
    "MOTCUA_VALKEY_PROGRAMS",
}
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
DATABASE_URL: Final = DatabaseUrl("MOTCUA_DATABASE_URL", None)
REDIS_URL: Final = BrokerUrl("MOTCUA_REDIS_URL", None)
FILES_URL: Final = FilesUrl("MOTCUA_FILES_URL", None)
PUBLIC_BASE_URL: Final = OutsideUrl("MOTCUA_PUBLIC_BASE_URL", "http://127.0.0.1:8000")
# Saying "0" is fine; saying nothing is not: gateways sign the public address and limits count the caller's.
TRUSTED_PROXIES: Final = Whole("MOTCUA_TRUSTED_PROXIES", 0, 0, 10, in_production=None)
MASTER_KEY: Final = Key("MOTCUA_MASTER_KEY", None)
POOL_SIZE: Final = Whole("MOTCUA_POOL_SIZE", 16, 1, 500)
LOG_LEVEL: Final = Words("MOTCUA_LOG_LEVEL", "info", LOG_LEVELS)
EVENT_TRIES: Final = Whole("MOTCUA_EVENT_TRIES", 8, 1, 1000)


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What every process needs. `trusted_proxies` is the number of proxies whose X-Forwarded-* is believed;
    `event_tries` how often an outbox event is handed to its handlers before it is put aside."""

    mode: Mode
    database_url: str
    redis_url: str
    files_url: str
    public_base_url: str
    trusted_proxies: int
    master_key: bytes
    pool_size: int
    log_level: str
    event_tries: int = 8

    @classmethod
    def read(cls, env: Environment) -> "KernelSettings":
        return cls(
            mode=env.mode,
            database_url=DATABASE_URL.read(env),
            redis_url=REDIS_URL.read(env),
            files_url=FILES_URL.read(env),
            public_base_url=PUBLIC_BASE_URL.read(env),
            trusted_proxies=TRUSTED_PROXIES.read(env),
            master_key=MASTER_KEY.read(env),
            pool_size=POOL_SIZE.read(env),
            log_level=LOG_LEVEL.read(env),
            event_tries=EVENT_TRIES.read(env),
        )
