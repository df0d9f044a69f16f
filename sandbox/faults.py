"""Ways in which any outside party can fail on the wire, each limited by a count or a probability."""

import asyncio
import random
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WIRE_MODES = frozenset({"slow", "status", "timeout", "half", "reset"})
# An answer that is lost is only interesting after the work was done; a refusal, only before.
_EFFECT = {"status": False, "timeout": True, "half": True, "reset": True}
_LONGEST_MS = 600_000


class BadRuleError(ValueError):
    """A fault rule that cannot be; the message says why."""


@dataclass(slots=True)
class Rule:
    """One misbehaviour.

    `op`: only this operation (None: all). `match`: only requests whose body holds this text. `count`: how often at most
    (None: always). `probability`: 0..1 each time.
    `ms`: delay of slow (plus up to `jitter_ms`), silence of timeout. `effect`: is the work done before slow, status,
    timeout, half or reset (None: not for slow and status, done for the others). `status`, `retry_after`, `body`,
    `content_type`: the answer of mode status; without `body` the party's own error form.
    """

    id: int
    mode: str
    op: str | None = None
    match: str | None = None
    count: int | None = None
    probability: float = 1.0
    effect: bool | None = None
    ms: int = 1000
    jitter_ms: int = 0
    status: int = 500
    retry_after: str | None = None
    body: str | None = None
    content_type: str = "text/html"
    fired: int = 0

    @property
    def spent(self) -> bool:
        return self.count is not None and self.fired >= self.count


_TYPES: dict[str, tuple[type, ...]] = {
    "op": (str,),
    "match": (str,),
    "count": (int,),
    "probability": (int, float),
    "effect": (bool,),
    "ms": (int,),
    "jitter_ms": (int,),
    "status": (int,),
    "retry_after": (str, int),
    "body": (str,),
    "content_type": (str,),
}


class Faults:
    """The rules of one party. `own` are its own modes, asked for by `take`; the wire's modes act in `guard`."""

    def __init__(self, own: frozenset[str], failure: Callable[[int], web.Response], dice: random.Random) -> None:
        self._own = own
        self._failure = failure
        self._ops: set[str] = set()
        self.reset(dice)

    def reset(self, dice: random.Random) -> None:
        self._dice = dice
        self._next = 1
        self.rules: list[Rule] = []
        self._wire: list[Rule] = []

    def add(self, given: dict[str, Any]) -> Rule:
        """A rule from JSON members as in `Rule`. Raises BadRuleError."""
        mode = given.get("mode")
        if not isinstance(mode, str) or mode not in WIRE_MODES | self._own:
            raise BadRuleError(f"mode: one of {', '.join(sorted(WIRE_MODES | self._own))}")
        options = {key: value for key, value in given.items() if key != "mode" and value is not None}
        for key, value in options.items():
            _check(key, value)
        if "op" in options and options["op"] not in self._ops:
            raise BadRuleError(f"op: one of {', '.join(sorted(self._ops))}")
        if "retry_after" in options:
            options["retry_after"] = str(options["retry_after"])
        rule = Rule(self._next, mode, **options)
        self._next += 1
        self.rules.append(rule)
        if rule.mode in WIRE_MODES:
            self._wire.append(rule)
        return rule

    def remove(self, rule_id: int | None = None) -> int:
        """Takes away one rule, or all; says how many went."""
        before = len(self.rules)
        self.rules = [rule for rule in self.rules if rule_id is not None and rule.id != rule_id]
        self._wire = [rule for rule in self.rules if rule.mode in WIRE_MODES]
        return before - len(self.rules)

    def take(self, mode: str) -> bool:
        """Does a mode of the party's own strike now? Counts it if so."""
        return any(self._strikes(rule) for rule in self.rules if rule.mode == mode)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.rules]

    def guard(self, op: str, handler: Handler) -> Handler:
        """The handler as the wire shows it while rules are in force."""
        self._ops.add(op)

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self._wire:
                return await handler(request)
            return await self._misbehave(op, handler, request)

        return guarded

    def _strikes(self, rule: Rule) -> bool:
        if rule.spent or self._dice.random() >= rule.probability:
            return False
        rule.fired += 1
        return True

    async def _misbehave(self, op: str, handler: Handler, request: web.Request) -> web.StreamResponse:
        for rule in tuple(self._wire):
            if rule.op not in (None, op) or not await _concerns(rule, request) or not self._strikes(rule):
                continue
            if rule.mode == "slow":
                made = await handler(request) if rule.effect else None
                await asyncio.sleep((rule.ms + self._dice.random() * rule.jitter_ms) / 1000)
                if made is not None:
                    return made
                continue
            effect = _EFFECT[rule.mode] if rule.effect is None else rule.effect
            answer = await handler(request) if effect else self._failure(500)
            return await self._spoil(rule, request, answer)
        return await handler(request)

    async def _spoil(self, rule: Rule, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        if rule.mode == "status":
            return self._refusal(rule)
        if rule.mode == "half":
            return await _half(request, answer)
        if rule.mode == "timeout":
            await _silence(request, rule.ms / 1000)
        _break(request)
        return web.Response()

    def _refusal(self, rule: Rule) -> web.Response:
        if rule.body is None:
            response = self._failure(rule.status)
        else:
            body = rule.body.encode("utf-8", "replace")
            response = web.Response(status=rule.status, body=body, content_type=rule.content_type)
        if rule.retry_after is not None:
            response.headers["Retry-After"] = rule.retry_after
        return response


async def _concerns(rule: Rule, request: web.Request) -> bool:
    return rule.match is None or rule.match.encode("utf-8", "replace") in await request.read()


_SHAPES = {"retry_after": re.compile(r"[ -~]{1,40}"), "content_type": re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)}
_KNOWN = {field.name for field in fields(Rule)} - {"id", "mode", "fired"}


def _check(key: str, value: object) -> None:
    if key not in _KNOWN:
        raise BadRuleError(f"{key}: unknown; one of {', '.join(sorted(_KNOWN))}")
    if not isinstance(value, _TYPES[key]) or (isinstance(value, bool) and bool not in _TYPES[key]):
        raise BadRuleError(f"{key}: not of the right type")
    if key in _SHAPES and not _SHAPES[key].fullmatch(str(value)):
        raise BadRuleError(f"{key}: not of the right form")
    lowest, highest = {"probability": (0, 1), "status": (200, 599)}.get(key, (0, _LONGEST_MS))
    if isinstance(value, int | float) and not lowest <= value <= highest:
        raise BadRuleError(f"{key}: from {lowest} to {highest}")


async def _half(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b"{}"
    torn = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    torn.content_length = len(body)
    await torn.prepare(request)
    await torn.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return torn


async def _silence(request: web.Request, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    # A caller that has given up frees the handler early; aiohttp neither cancels it nor offers an event to wait for.
    while loop.time() < end and request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(min(0.1, max(0.0, end - loop.time())))


def _break(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Zero linger makes the kernel send RST instead of FIN: the caller sees a reset, not an end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
