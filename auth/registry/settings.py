"""What the environment says about the national business registry."""

from dataclasses import dataclass, field
from typing import Final

from kernel.configuration.kinds import Seconds, Secret
from kernel.configuration.settings import Environment
from kernel.configuration.urls import OutsideUrl

# How the real one is reached is not public (unconfirmed): in production it is left out until there is a contract.
URL: Final = OutsideUrl("MOTCUA_REGISTRY_URL", "http://127.0.0.1:8025/registry", real="")
KEY: Final = Secret("MOTCUA_REGISTRY_KEY", "sandbox-registry-key", optional=True)
TIMEOUT: Final = Seconds("MOTCUA_REGISTRY_TIMEOUT_SECONDS", 5, 1, 30)


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """`url` is empty where there is no registry to ask."""

    url: str
    key: str = field(repr=False)
    timeout_s: float

    @classmethod
    def read(cls, env: Environment) -> "RegistrySettings":
        settings = cls(url=URL.read(env), key=KEY.read(env), timeout_s=TIMEOUT.read(env))
        if env.production and bool(settings.url) is not bool(settings.key):
            env.refuse(KEY.name, f"phải đặt cùng {URL.name}", f"is set together with {URL.name}")
        return settings
