"""What log-in offers to a process: providers to talk to, keys to sign with, tokens to read."""

from typing import TYPE_CHECKING, Final

from auth.eid.port import EidProvider
from auth.registry.port import BusinessRegistry
from auth.settings import AuthSettings
from kernel.part import Container, Service

if TYPE_CHECKING:
    from auth.tokens.keyring import KeyRing
    from auth.tokens.reader import TokenReader

EID: Final["Service[EidProvider]"] = Service("auth.eid")
REGISTRY: Final["Service[BusinessRegistry]"] = Service("auth.registry")
KEYS: Final["Service[KeyRing]"] = Service("auth.keys")
TOKEN_READER: Final["Service[TokenReader]"] = Service("auth.token_reader")


def open_eid(container: Container) -> EidProvider:
    from auth.eid.dialects import open_provider

    return open_provider(container.settings_of(AuthSettings).eid, container.clock)


def open_registry(container: Container) -> BusinessRegistry:
    from auth.registry.http import HttpRegistry

    return HttpRegistry(container.settings_of(AuthSettings).registry)


def open_keys(container: Container) -> "KeyRing":
    from auth.tokens.keyring import KeyRing

    keys = KeyRing(container.database, container.vault, container.clock)
    container.watch.on_change(keys.forget_all)
    return keys


def open_token_reader(container: Container) -> "TokenReader":
    from auth.tokens.reader import TokenReader

    sessions = container.settings_of(AuthSettings).sessions
    reader = TokenReader(container.database, container.get(KEYS), container.clock, sessions)
    container.watch.on_change(reader.forget_all)
    return reader
