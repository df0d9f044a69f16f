"""Settings come from the environment, are read once at boot, and what is missing is named all at once."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["development", "production"]
SANDBOX_MARK = "sandbox-"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(Exception):
    """The environment does not describe a system that may boot; the message names every variable at fault."""


class Environment:
    """Reads `MOTCUA_*` variables and gathers what is wrong, so that one boot shows every gap.

    Call `finish()` after the last read: it raises SettingsError if anything was missing or unfit.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []
        mode = values.get("MOTCUA_MODE", "development")
        if mode not in ("development", "production"):
            self.problems.append("MOTCUA_MODE: development or production")
        self.mode: Mode = "production" if mode == "production" else "development"

    @property
    def production(self) -> bool:
        return self.mode == "production"

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.problems.append(f"{name}: missing")
            return ""
        return default

    def secret(self, name: str, default: str | None = None) -> str:
        """A credential: in production it must be set, and must not be one of the sandbox's."""
        value = self.text(name, None if self.production else default)
        if self.production and value.startswith(SANDBOX_MARK):
            self.problems.append(f"{name}: a sandbox key is not allowed in production")
        return value

    def outside_url(self, name: str, default: str | None = None) -> str:
        """The address of an outside party: in production https, and not this machine."""
        value = self.text(name, None if self.production else default)
        parts = urlsplit(value)
        if value and self.production and (parts.scheme != "https" or (parts.hostname or "") in LOOPBACK_HOSTS):
            self.problems.append(f"{name}: a public https address is needed in production")
        return value.rstrip("/")

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError:
            self.problems.append(f"{name}: not a whole number")
            return default

    def seconds(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            return float(value)
        except ValueError:
            self.problems.append(f"{name}: not a number of seconds")
            return default

    def key(self, name: str) -> bytes:
        """A 256-bit key in base64 (standard or URL alphabet)."""
        value = self.text(name)
        try:
            octets = base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            octets = b""
        if value and len(octets) != 32:
            self.problems.append(f"{name}: needs 32 bytes in base64")
        return octets

    def finish(self) -> None:
        if self.problems:
            raise SettingsError("The settings are not complete:\n  " + "\n  ".join(sorted(set(self.problems))))


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
            database_url=env.text("MOTCUA_DATABASE_URL"),
            redis_url=env.text("MOTCUA_REDIS_URL"),
            files_url=env.text("MOTCUA_FILES_URL"),
            public_base_url=env.outside_url("MOTCUA_PUBLIC_BASE_URL", "http://127.0.0.1:8000"),
            trusted_proxies=_trusted_proxies(env),
            master_key=env.key("MOTCUA_MASTER_KEY"),
            pool_size=env.integer("MOTCUA_POOL_SIZE", 16),
            log_level=env.text("MOTCUA_LOG_LEVEL", "info"),
            event_tries=env.integer("MOTCUA_EVENT_TRIES", 8),
        )


def _trusted_proxies(env: Environment) -> int:
    # Saying "0" is fine; saying nothing is not: gateways sign the public address and limits count the caller's.
    said = env.text("MOTCUA_TRUSTED_PROXIES", None if env.production else "0")
    if said and not said.isdigit():
        env.problems.append("MOTCUA_TRUSTED_PROXIES: the number of proxies in front, 0 if none")
        return 0
    return int(said or 0)
