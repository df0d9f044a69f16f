"""A raw HTTP server on loopback that answers as a test says: whole, half, late, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`octets` of None sends a whole response of `status` and `body`; else just those octets. `reset` cuts the line."""

    status: int = 201
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    octets: bytes | None = None
    reset: bool = False
    delay_s: float = 0.0


@dataclass(slots=True)
class Wire:
    base_url: str
    requests: list[Request] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def serving(answer: Callable[[Request], Answer]) -> AsyncIterator[Wire]:
    wire = Wire("")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.connections += 1
        try:
            while (request := await _read(reader)) is not None:
                wire.requests.append(request)
                if not await _say(writer, answer(request)):
                    break
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    wire.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode().split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query)), headers, dict(parse_qsl(body.decode())), body)


async def _say(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    await asyncio.sleep(answer.delay_s)
    if answer.octets is not None:
        writer.write(answer.octets)
    elif not answer.reset:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        head = [f"HTTP/1.1 {answer.status} X", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    if answer.reset:
        writer.transport.abort()
    return not answer.reset and answer.octets is None
