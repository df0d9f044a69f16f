"""One aiohttp application with every twin under its own prefix."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from sandbox import control
from sandbox.authority import LodgingAuthority
from sandbox.citizen_app import CitizenApp
from sandbox.eid import EidProvider
from sandbox.esms import EsmsGateway
from sandbox.home import home
from sandbox.phone import Phone
from sandbox.registry import BusinessRegistry
from sandbox.twilio import TwilioGateway
from sandbox.vneid import VneidProvider
from sandbox.world import Settings, SettingsError, Twin, World
from sandbox.zalo import ZaloAccount

TWINS: tuple[type[Twin], ...] = (
    EidProvider,
    VneidProvider,
    TwilioGateway,
    EsmsGateway,
    ZaloAccount,
    LodgingAuthority,
    BusinessRegistry,
    Phone,
    CitizenApp,
)
_LARGEST_BODY = 4 * 1024 * 1024


def build(world: World) -> web.Application:
    """The application for one world; fills `world.twins`."""
    app = web.Application(client_max_size=_LARGEST_BODY)
    world.twins = [kind(world) for kind in TWINS]
    for twin in world.twins:
        for op in twin.routes():
            app.router.add_route(op.method, f"/{twin.name}{op.path}", twin.faults.guard(op.name, op.handler))
    control.mount(app, world)

    async def health(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok", "twins": [twin.name for twin in world.twins]})

    app.router.add_get("/health", health)
    app.router.add_get("/", home)
    app.cleanup_ctx.append(_running(world))
    return app


def _running(world: World) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for twin in world.twins:
                await stack.enter_async_context(twin.lifetime())
            yield

    return context


def loopback(host: str) -> str:
    """The address to bind. Raises SettingsError for anything that is not this machine's loopback."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise SettingsError(f"the sandbox listens on loopback only, not on {host!r}")


@asynccontextmanager
async def serving(host: str, port: int, settings: Settings) -> AsyncIterator[World]:
    """Serves until the block ends; `port` 0 takes a free one. Yields the world, whose `origin` says where."""
    address = loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        shown = f"[{address}]" if family == socket.AF_INET6 else address
        world = World(f"http://{shown}:{sock.getsockname()[1]}", settings)
        runner = web.AppRunner(build(world), access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.SockSite(runner, sock, backlog=1024).start()
            yield world
        finally:
            await runner.cleanup()
    finally:
        sock.close()
