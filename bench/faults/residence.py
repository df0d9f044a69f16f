"""The row `residence`: hotels declare guests while uploads are cut, processes killed, and the authority misbehaves.

The witness is the authority's own list. Lost is a guest whose declaration was taken and whom it does not have, doubled
one whom it has twice; whoever is not confirmed at the end is not as it should be.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from bench.faults.hotels import as_json, open_hotels, sheet_of
from bench.faults.residence_scene import Scene, wait_until
from bench.faults.verdict import Span, Verdict
from bench.ground import Ground, ground
from journey.outside import OutsideParty
from journey.wire import Answer
from kernel.clock import local
from kernel.ids import new_id
from motcua.local.embedded import Supervisor
from motcua.local.stack import processes
from motcua.wiring.joins.edge import Container, build_container
from residence.guests import GuestDeclaration

NAME: Final = "residence"
MEANING: Final = "hotels file guests while uploads are cut, processes killed, and the authority is down or lies"
FAULTS: Final = 12
NOTHING_IMPORTED: Final = "success with nothing imported"
_PATIENCE: Final[Mapping[str, str]] = {
    "MOTCUA_AUTHORITY_TIMEOUT_SECONDS": "1.5",
    "MOTCUA_AUTHORITY_MARGIN_SECONDS": "0.5",
    "MOTCUA_AUTHORITY_COUNT_AFTER_SECONDS": "0.5",
    "MOTCUA_AUTHORITY_ARRAY": "20",
    "MOTCUA_LOG_LEVEL": "warning",
}
_NEEDED: Final = ("sandbox", "api", "worker-plan", "worker-batches", "worker-sweep", "cron")
_HOTELS: Final = 8
_FILE: Final = 60
# More than a request judges.
_LONG_FILE: Final = 400
_PAUSE_S: Final = 0.05
_GAP_S: Final = (0.3, 1.2)
_QUIET_S: Final = 240.0
_OPEN: Final = """SELECT (SELECT count(*) FROM outbox_event WHERE kind = 'residence.declared' AND done_at IS NULL)
    + (SELECT count(*) FROM batch WHERE due_at IS NOT NULL)
    + (SELECT count(*) FROM transmission WHERE due_at IS NOT NULL)"""
_CLAIMED: Final = "SELECT count(*) FROM batch WHERE due_at IS NOT NULL AND generation > 0"
_STATES: Final = "SELECT i.state, count(*) AS number FROM transmission_item i GROUP BY i.state"
_SENT: Final = (
    "SELECT extract(epoch FROM transmitted_at) FROM transmission WHERE transmitted_at > '-infinity' ORDER BY 1"
)

Say = Callable[[str], None]


def run_residence(seed: int, faults: int | None, say: Say, kinds: Sequence[str] = ()) -> Verdict:
    """One schedule from an empty folder to a verdict; of `kinds` each once, where they are named."""
    dice = random.Random(seed)
    with ground(_PATIENCE) as place:
        specs = processes(place.environment, place.ports, web_workers=2)
        with place.keeping(*(spec for spec in specs if spec.name in _NEEDED)) as supervisor:
            held = build_container(place.environment)
            try:
                with closing(OutsideParty(place.sandbox_url, "authority")) as authority:
                    scene = _scene(place, supervisor, held, authority)
                    return _drill(scene, _plan(dice, faults or FAULTS, kinds), dice, say)
            finally:
                held.close()


def _scene(place: Ground, supervisor: Supervisor, held: Container, authority: OutsideParty) -> Scene:
    hotels = open_hotels(held, place.api_url, _HOTELS)
    return Scene(place, supervisor, held, hotels, authority, local(held.clock.now()).date())


def _plan(dice: random.Random, faults: int, kinds: Sequence[str]) -> list[str]:
    """Each fault at least once, in an order of the seed's."""
    if kinds:
        return list(kinds)
    plan = [*_FAULTS, *dice.choices(list(_FAULTS), k=max(0, faults - len(_FAULTS)))]
    dice.shuffle(plan)
    return plan


def _drill(scene: Scene, plan: list[str], dice: random.Random, say: Say) -> Verdict:
    desks = [threading.Thread(target=_desk, args=(scene, place)) for place in range(_HOTELS)]
    for desk in desks:
        desk.start()
    spans: list[Span] = []
    try:
        for name in plan:
            time.sleep(dice.uniform(*_GAP_S))
            began = time.time()
            _FAULTS[name](scene, dice)
            spans.append(Span(began, time.time(), name))
            say(f"{spans[-1].returned - began:5.1f} s  {name}")
        time.sleep(2.0)
    finally:
        scene.stop.set()
        for desk in desks:
            desk.join()
        scene.authority.behave()
    waited = _wait_for_quiet(scene)
    say(f"quiet after {waited:.1f} s; {len(scene.taken)} guests")
    return _judge(scene, spans)


def _desk(scene: Scene, place: int) -> None:
    """A front desk: one guest after the other, each until its declaration was taken."""
    lodging = scene.hotels.lodgings[place]
    while not scene.stop.is_set():
        guest = scene.guest()
        if _until_taken(partial(scene.hotels.desk.report, lodging, [as_json(guest)], str(new_id()))):
            scene.note(place, [guest])
        time.sleep(_PAUSE_S * 4)


def _until_taken(send: Callable[[], Answer]) -> bool:
    """Whether it was taken within a minute."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(OSError, http.client.HTTPException):
            if send().status < 300:
                return True
        time.sleep(_PAUSE_S)
    return False


def _file(scene: Scene, dice: random.Random, number: int = _FILE) -> tuple[int, list[GuestDeclaration], bytes]:
    guests = [scene.guest() for _ in range(number)]
    return dice.randrange(_HOTELS), guests, sheet_of(guests)


def _cut_upload(scene: Scene, dice: random.Random) -> None:
    place, guests, content = _file(scene, dice)
    lodging: UUID = scene.hotels.lodgings[place]
    scene.hotels.desk.cut_off(lodging, content)
    if _until_taken(lambda: scene.hotels.desk.send_file(lodging, content)):
        scene.note(place, guests)


def _kill_web(scene: Scene, dice: random.Random) -> None:
    """In the middle of a batch; the hotel sends it again until it is taken."""
    place, guests, content = _file(scene, dice)
    lodging: UUID = scene.hotels.lodgings[place]
    done: list[bool] = []
    sender = threading.Thread(
        target=lambda: done.append(_until_taken(lambda: scene.hotels.desk.send_file(lodging, content)))
    )
    sender.start()
    time.sleep(dice.uniform(0.01, 0.3))
    scene.strike("api")
    sender.join()
    if done[0]:
        scene.note(place, guests)


def _kill_worker(scene: Scene, dice: random.Random) -> None:
    place, guests, content = _file(scene, dice)
    if _until_taken(lambda: scene.hotels.desk.send_file(scene.hotels.lodgings[place], content)):
        scene.note(place, guests)
    time.sleep(dice.uniform(0.0, 0.5))
    scene.strike("worker-sweep")


def _kill_judge(scene: Scene, dice: random.Random) -> None:
    """At a file that was answered, and that only the worker can end."""
    place, guests, content = _file(scene, dice, _LONG_FILE)
    if _until_taken(lambda: scene.hotels.desk.send_file(scene.hotels.lodgings[place], content)):
        scene.note(place, guests)
        wait_until(lambda: scene.number(_CLAIMED) > 0, 5.0)
    time.sleep(dice.uniform(0.0, 0.4))
    scene.strike("worker-batches")


def _down(scene: Scene, dice: random.Random) -> None:
    how: dict[str, Any] = dice.choice(({"mode": "status", "status": 503}, {"mode": "reset", "effect": False}))
    with scene.authority.failing(**how):
        time.sleep(dice.uniform(1.5, 3.5))


def _misbehave(*rules: Mapping[str, Any]) -> Callable[[Scene, random.Random], None]:
    def act(scene: Scene, dice: random.Random) -> None:
        place, guests, content = _file(scene, dice)
        for rule in rules:
            scene.authority.fail(**rule)
        if _until_taken(lambda: scene.hotels.desk.send_file(scene.hotels.lodgings[place], content)):
            scene.note(place, guests)
        time.sleep(1.0)

    return act


_FAULTS: Final[Mapping[str, Callable[[Scene, random.Random], None]]] = {
    "an upload is cut in the middle": _cut_upload,
    "the web is killed in the middle of a batch": _kill_web,
    "the worker is killed while it sends": _kill_worker,
    "the worker is killed while it judges": _kill_judge,
    "the authority is down": _down,
    "answers are lost after the import": _misbehave(
        {"mode": "reset", "op": "foreign", "count": 2}, {"mode": "half", "op": "vietnamese", "count": 2}
    ),
    NOTHING_IMPORTED: _misbehave({"mode": "empty_success", "count": 2}),
    "success with a row left out": _misbehave({"mode": "skip_row", "count": 2}),
    "an error after the import": _misbehave(
        {"mode": "status", "status": 502, "effect": True, "op": "foreign", "count": 2}
    ),
}


def _wait_for_quiet(scene: Scene) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < _QUIET_S and scene.number(_OPEN):
        time.sleep(0.25)
    return time.monotonic() - begun


def _judge(scene: Scene, spans: list[Span]) -> Verdict:
    has = Counter((row["account"], row["document"]) for _, row in scene.authority.entries("imported"))
    with scene.held.database.reading() as connection:
        states = [(str(row.state), int(row.number)) for row in connection.execute(text(_STATES))]
        sent = list(connection.scalars(text(_SENT)))
    after = [_recovered(sent, span, spans) for span in spans]
    odd = [f"{count} guests {state}" for state, count in states if state != "confirmed"]
    return Verdict(
        messages=len(scene.taken),
        faults=len(spans),
        lost=len(scene.taken.keys() - has.keys()),
        duplicated=sum(count - 1 for count in has.values()),
        allowed=0,
        unexpected=tuple(odd),
        recovered_s=max(after, default=0.0),
        stranded_s=0.0,
    )


def _recovered(sent: list[Any], span: Span, spans: list[Span]) -> float:
    """From the end of a fault to the next array that got through; 0 when another fault began before there was one."""
    first = next((float(at) for at in sent if at >= span.returned), span.returned)
    disturbed = any(span.returned < other.began < first for other in spans)
    return 0.0 if disturbed else first - span.returned
