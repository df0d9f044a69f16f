"""What the environment says about the authority's portal."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

from kernel.settings import Environment

REAL_BASE_URL: Final = "https://api-tbltkbtt.bocongan.gov.vn"
SANDBOX_BASE_URL: Final = "http://127.0.0.1:8025/authority"
SANDBOX_COUNT_PATH: Final = "/client-service/kbtt/3th/so-luong"
_CALLS: Final = 5


@dataclass(frozen=True, slots=True)
class AuthoritySettings:
    """`login` and `refresh` are the vendor's pairs "name:secret". `count_path`: where the portal tells how many guests
    it has, "" when it does not; no published document names one, so in production it must be said."""

    base_url: str
    login: str = field(repr=False)
    refresh: str = field(repr=False)
    count_path: str
    timeout_s: float
    connections: int

    @property
    def longest_s(self) -> float:
        """The longest that an array may take: a refresh, a log-in, a call, and the latter two again."""
        return self.timeout_s * _CALLS

    @classmethod
    def read(cls, env: Environment, connections: int) -> "AuthoritySettings":
        return cls(
            base_url=_base_url(env),
            login=_pair(env, "MOTCUA_AUTHORITY_LOGIN_BASIC", "sandbox-vendor:sandbox-vendor-secret"),
            refresh=_pair(env, "MOTCUA_AUTHORITY_REFRESH_BASIC", "sandbox-vendor-refresh:sandbox-refresh-secret"),
            count_path=env.text("MOTCUA_AUTHORITY_COUNT_PATH", "" if env.production else SANDBOX_COUNT_PATH),
            timeout_s=env.seconds("MOTCUA_AUTHORITY_TIMEOUT_SECONDS", 15.0),
            connections=connections,
        )


def basic(pair: str) -> str:
    """The Authorization header of a pair."""
    return "Basic " + b64encode(pair.encode()).decode()


def _base_url(env: Environment) -> str:
    name = "MOTCUA_AUTHORITY_BASE_URL"
    if env.production:
        said = env.text(name, REAL_BASE_URL)
        return env.outside_url(name) if said != REAL_BASE_URL else said
    return env.text(name, SANDBOX_BASE_URL).rstrip("/")


def _pair(env: Environment, name: str, default: str) -> str:
    said = env.secret(name, default)
    if said and ":" not in said:
        env.problems.append(f'{name}: the vendor\'s "name:secret"')
    return said
