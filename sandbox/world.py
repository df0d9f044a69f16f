"""What every twin shares: where it runs, its secrets, its dice, its clock, and the numbers that were written to."""

import json
import random
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Final

from aiohttp import web
from yarl import URL

from sandbox.faults import Faults

_MOST_FIELDS = 100
_PREFIX: Final = "MOTCUA_SANDBOX_"
_OF_THE_COMMAND: Final = ("host", "port", "ready_file")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SettingsError(Exception):
    """The sandbox may not or cannot run as it was told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Credentials the twins accept, and bounds. All of them are worthless outside this process."""

    seed: int = 1
    api_url: str = "http://127.0.0.1:8000"
    keep: int = 1_000_000
    twilio_account_sid: str = "AC5a17b0c5000000000000000000000001"
    twilio_auth_token: str = "sandbox-twilio-auth-token"  # noqa: S105
    esms_api_key: str = "sandbox-esms-api-key"
    esms_secret_key: str = "sandbox-esms-secret-key"  # noqa: S105
    esms_brandname: str = "UBND DBan"
    zalo_app_id: str = "431250000000000001"
    zalo_app_secret: str = "sandbox-zalo-app-secret"  # noqa: S105
    zalo_oa_id: str = "3876000000000000001"
    zalo_oa_secret: str = "sandbox-zalo-oa-secret"  # noqa: S105
    zalo_refresh_token: str = "sandbox-zalo-refresh-token"  # noqa: S105
    zalo_webhook_url: str = ""
    authority_login_basic: str = "sandbox-vendor:sandbox-vendor-secret"
    authority_refresh_basic: str = "sandbox-vendor-refresh:sandbox-refresh-secret"
    authority_password: str = "sandbox-authority-password"  # noqa: S105
    eid_client_id: str = "sandbox-motcua"
    registry_key: str = "sandbox-registry-key"
    eid_client_secret: str = "sandbox-eid-client-secret"  # noqa: S105

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """From MOTCUA_SANDBOX_ and the name of the field in capitals."""
        given: dict[str, Any] = {}
        for name, kind in cls.__annotations__.items():
            value = environ.get("MOTCUA_SANDBOX_" + name.upper(), "").strip()
            if not value:
                continue
            if kind is int and not re.fullmatch("[0-9]{1,12}", value):
                raise SettingsError(f"MOTCUA_SANDBOX_{name.upper()}: không phải số nguyên / not a whole number")
            given[name] = kind(value)
        _refuse_misspelt(environ, cls.__annotations__)
        return cls(**given)


def _refuse_misspelt(environ: Mapping[str, str], fields: Collection[str]) -> None:
    known = {f"{_PREFIX}{name.upper()}" for name in (*fields, *_OF_THE_COMMAND)}
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            near = get_close_matches(name, known, 1)
            meant = f"; {near[0]}?" if near else ""
            raise SettingsError(f"{name}: không có tên này / no such setting{meant}")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as a phone shows it. `at` is Unix time in seconds; `state` is queued, sent, delivered or failed.

    `encoding` and `parts` are a text message's; what does not come in parts has 0, and says its form in `encoding`.
    """

    at: float
    sender: str
    text: str
    channel: str
    encoding: str
    parts: int
    state: str


class PhoneBook:
    """Gives every number an opaque handle, so that the sandbox's page addresses hold no number.

    Numbers stand in the order of their latest message; past `bound` the stalest is forgotten.
    """

    def __init__(self, bound: int = 200_000) -> None:
        self._bound = bound
        self.clear()

    def clear(self) -> None:
        self._handles: dict[str, int] = {}
        self._numbers: dict[int, str] = {}
        self._next = 1

    def touch(self, number: str) -> None:
        handle = self._handles.pop(number, None)
        if handle is None:
            handle = self._next
            self._next += 1
            self._numbers[handle] = number
            if len(self._handles) >= self._bound:
                stalest = next(iter(self._handles))
                del self._numbers[self._handles.pop(stalest)]
        self._handles[number] = handle

    def number(self, handle: int) -> str | None:
        return self._numbers.get(handle)

    def latest(self, limit: int) -> list[tuple[int, str]]:
        """(handle, number), the number written to last first."""
        rows: list[tuple[int, str]] = []
        for number in reversed(self._handles):
            if len(rows) == limit:
                break
            rows.append((self._handles[number], number))
        return rows

    def __len__(self) -> int:
        return len(self._handles)


class World:
    """One sandbox. `origin` is its own address ("http://127.0.0.1:8025"), known once the socket is bound."""

    def __init__(self, origin: str, settings: Settings) -> None:
        self.origin = origin
        self.settings = settings
        self.seed = settings.seed
        self.book = PhoneBook()
        self.twins: list[Twin] = []
        # Anchored once: messages are found by date in their order of arrival, so time must not step back.
        self._epoch = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix time in seconds that never steps back."""
        return self._epoch + time.monotonic()

    def dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a twin: `name` is what a fault rule calls it; `path` is relative to the twin's prefix."""

    method: str
    path: str
    name: str
    handler: Handler


class Twin(ABC):
    """One outside party. A new one is a file with a subclass, plus its line in `sandbox.app.TWINS`."""

    name: ClassVar[str]
    modes: ClassVar[frozenset[str]] = frozenset()
    """Misbehaviours of its own that `/_control/<name>/faults` takes beside those of `sandbox.faults`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults(self.modes, self.failure, world.dice("faults:" + self.name))

    @abstractmethod
    def routes(self) -> Sequence[Op]:
        """What the outside party offers, mounted under `/<name>`."""

    def controls(self) -> Sequence[Op]:
        """What only the sandbox offers, mounted under `/_control/<name>`."""
        return ()

    def state(self) -> dict[str, Any]:
        """Counts and settings for `/_control/state`."""
        return {}

    def reset(self) -> None:
        """Back to the first moment, with the world's seed."""
        self.faults.reset(self.world.dice("faults:" + self.name))

    def failure(self, status: int) -> web.Response:
        """How this party words an error of its own."""
        return web.json_response({"error": status}, status=status)

    def heard(self, number: str, limit: int) -> list[Heard]:
        """The latest messages this party brought to `number`, oldest first."""
        del number, limit
        return []

    def lifetime(self) -> AbstractAsyncContextManager[None]:
        """Entered inside the running loop before the first request, left after the last."""
        return nullcontext()


def pairs_of(raw: str | bytes) -> list[tuple[str, str]]:
    """The pairs of a query string or form body; octets that are not UTF-8 are replaced. Over 100 pairs: HTTP 400."""
    octets = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    if octets.count(b"&") >= _MOST_FIELDS:
        raise web.HTTPBadRequest(text="too many fields")
    # yarl parses as urllib's parse_qsl does, in a fifth of its time: this is a third of what a text message costs here.
    return list(URL.build(query_string=octets.decode("utf-8", "replace"), encoded=True).query.items())


def query(request: web.Request) -> dict[str, str]:
    """The query parameters, last one wins."""
    return dict(pairs_of(request.rel_url.raw_query_string))


async def json_object(request: web.Request) -> dict[str, Any]:
    """The request's JSON object, {} for an empty body; anything else is an HTTP 400."""
    raw = await request.read()
    try:
        value = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise web.HTTPBadRequest(text="a JSON object is expected") from error
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return value
