"""What the environment says about the authority's portal."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

from kernel.configuration.kinds import Seconds, Secret, Shape, Text
from kernel.configuration.settings import Environment
from kernel.configuration.urls import OutsideUrl

REAL_BASE_URL: Final = "https://api-tbltkbtt.bocongan.gov.vn"
SANDBOX_BASE_URL: Final = "http://127.0.0.1:8025/authority"
SANDBOX_COUNT_PATH: Final = "/client-service/kbtt/3th/so-luong"
_CALLS_BEFORE: Final = 4
_PAIR: Final = Shape("[^:]+:.+", 'cần cặp "tên:bí mật" của nhà cung cấp', 'the vendor\'s "name:secret" is needed')
_PATH: Final = Shape(r"/[!-\"$-~]*", "đường dẫn phải bắt đầu bằng /", "a path that begins with / is needed")
BASE_URL: Final = OutsideUrl("MOTCUA_AUTHORITY_BASE_URL", SANDBOX_BASE_URL, real=REAL_BASE_URL)
LOGIN: Final = Secret("MOTCUA_AUTHORITY_LOGIN_BASIC", "sandbox-vendor:sandbox-vendor-secret", shape=_PAIR)
REFRESH: Final = Secret("MOTCUA_AUTHORITY_REFRESH_BASIC", "sandbox-vendor-refresh:sandbox-refresh-secret", shape=_PAIR)
COUNT_PATH: Final = Text("MOTCUA_AUTHORITY_COUNT_PATH", SANDBOX_COUNT_PATH, in_production="", shape=_PATH)
TIMEOUT: Final = Seconds("MOTCUA_AUTHORITY_TIMEOUT_SECONDS", 15, 1, 60)


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
    def preparing_s(self) -> float:
        """The longest that the calls before the last one of an array may take: a refresh, a log-in, a call that is
        refused for its token, and another log-in."""
        return self.timeout_s * _CALLS_BEFORE

    @classmethod
    def read(cls, env: Environment, connections: int) -> "AuthoritySettings":
        return cls(
            base_url=BASE_URL.read(env),
            login=LOGIN.read(env),
            refresh=REFRESH.read(env),
            count_path=COUNT_PATH.read(env),
            timeout_s=TIMEOUT.read(env),
            connections=connections,
        )


def basic(pair: str) -> str:
    """The Authorization header of a pair."""
    return "Basic " + b64encode(pair.encode()).decode()
