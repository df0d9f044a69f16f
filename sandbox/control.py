"""`/_control`: makes any twin slow, wrong, forgetful or doubled, and shows what it saw. JSON in, JSON out."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.faults import BadRuleError
from sandbox.world import Handler, Twin, World, json_object

PREFIX = "/_control"


def mount(app: web.Application, world: World) -> None:
    """Adds the control routes of the world and of each of its twins."""
    router = app.router
    router.add_get(f"{PREFIX}/state", _on(world, _state))
    router.add_post(f"{PREFIX}/reset", _on(world, _reset))
    for twin in world.twins:
        base = f"{PREFIX}/{twin.name}"
        router.add_get(f"{base}/faults", _of(twin, _list_faults))
        router.add_post(f"{base}/faults", _of(twin, _add_fault))
        router.add_delete(f"{base}/faults", _of(twin, _clear_faults))
        router.add_delete(f"{base}/faults/{{id:[0-9]{{1,9}}}}", _of(twin, _remove_fault))
        for op in twin.controls():
            router.add_route(op.method, base + op.path, op.handler)


def _on(world: World, act: Callable[[World, dict[str, Any]], web.Response]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return act(world, await json_object(request))

    return handler


def _of(twin: Twin, act: Callable[[Twin, web.Request, dict[str, Any]], web.Response]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return act(twin, request, await json_object(request))

    return handler


def _error(text: str, status: int = 400) -> web.Response:
    return web.json_response({"error": text}, status=status)


def _state(world: World, _given: dict[str, Any]) -> web.Response:
    twins = {twin.name: {**twin.state(), "faults": twin.faults.as_json()} for twin in world.twins}
    return web.json_response({"origin": world.origin, "seed": world.seed, "twins": twins})


def _reset(world: World, given: dict[str, Any]) -> web.Response:
    """{"twin": name, "seed": number}, both optional: one twin or all, back to the first moment."""
    name, seed = given.get("twin"), given.get("seed", world.seed)
    chosen = [twin for twin in world.twins if name in (None, twin.name)]
    if not chosen or not isinstance(seed, int) or isinstance(seed, bool):
        return _error("twin: the name of one; seed: a whole number")
    world.seed = seed
    if name is None:
        world.book.clear()
    for twin in chosen:
        twin.reset()
    return _state(world, {})


def _list_faults(twin: Twin, _request: web.Request, _given: dict[str, Any]) -> web.Response:
    return web.json_response({"faults": twin.faults.as_json()})


def _add_fault(twin: Twin, _request: web.Request, given: dict[str, Any]) -> web.Response:
    try:
        rule = twin.faults.add(given)
    except BadRuleError as error:
        return _error(str(error))
    return web.json_response({"id": rule.id, "faults": twin.faults.as_json()}, status=201)


def _clear_faults(twin: Twin, _request: web.Request, _given: dict[str, Any]) -> web.Response:
    return web.json_response({"removed": twin.faults.remove()})


def _remove_fault(twin: Twin, request: web.Request, _given: dict[str, Any]) -> web.Response:
    removed = twin.faults.remove(int(request.match_info["id"]))
    return web.json_response({"removed": removed}, status=200 if removed else 404)
