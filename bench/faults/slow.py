"""The row `slow-senders`: whoever sends or reads slowly, and whoever waits for a provider that sleeps, disturbs nobody.

Five honest requests a second (is it alive, read a dossier, file one) are measured three times: alone; among 200
connections whose bodies never end, whose heads drip or who do not read, with 40 log-ins at a provider that sleeps; and
among 24 phones that upload over 3G. Lost is a dossier that was answered as filed and is not, doubled one filed twice.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text

from bench import load
from bench.drafts import Copy, copy_draft
from bench.faults.crowd import Crowd, Ended, Sender
from bench.faults.verdict import Verdict
from bench.ground import Ground, ground
from bench.paced import Paced, send_paced
from journey.account import new_key, visit_provider
from journey.casework import Draft, file_dossier, prepare_draft
from journey.handset import Handset
from journey.outside import OutsideParty
from journey.phone import Phone
from journey.photos import File, photograph
from journey.uploads import PIECE, begin_upload
from kernel.work import Work
from motcua.wiring.joins.edge import Container, build_container

NAME: Final = "slow-senders"
MEANING: Final = "200 connections send or read nothing, 40 log-ins wait for a provider that sleeps, 24 phones are on 3G"
KINDS: Final = ("live", "read", "file")
BOUND_S: Final = 0.1
_TIMES: Final = 3.0
_TOLD_S: Final = 15.0
HONEST: Final = 90
"""Requests in each measurement, 18 seconds of them."""
_EVERY_S: Final = 0.2
_SLOW_SENDERS: Final = 200
_LOGINS: Final = 40
_PHONES: Final = 24
_SLEEP_MS: Final = 30_000
# 384 kbit a second.
_3G: Final = 48_000
_NUMBER: Final = "+84905000001"
_NAME: Final = "quan-cham-so-000000"
# Everybody comes from an address of their own, which a proxy tells.
_SETTINGS: Final[Mapping[str, str]] = {"MOTCUA_TRUSTED_PROXIES": "1", "MOTCUA_LOG_LEVEL": "warning"}
_NEEDED: Final = ("sandbox", "api", "worker-plan", "worker-urgent", "worker-send", "cron")
_FILED: Final = "SELECT id, count(*) OVER (PARTITION BY code) FROM dossier WHERE state = 1"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """95th percentile of each kind in seconds; `odd`: what was answered otherwise than with success."""

    p95: Mapping[str, float]
    odd: tuple[str, ...]


@dataclass(slots=True)
class _Scene:
    place: Ground
    held: Container
    phone: Phone
    dossier_id: str
    draft: Draft
    copies: list[Copy]
    sent: list[UUID]

    def honest(self, number: int) -> list[bytes]:
        """So many requests, the kinds taking turns."""
        identified = self.phone.identified()
        live = load.request("GET", "/health/live", {})
        read = load.request("GET", f"/v1/dossiers/{self.dossier_id}", identified)
        return [(live, read, b"")[place % 3] or self._filing() for place in range(number)]

    def _filing(self) -> bytes:
        copy = self.copies.pop()
        self.sent.append(copy.dossier_id)
        papers = {
            code: [{**file, "upload_id": str(copy.ids[UUID(file["upload_id"])])} for file in files]
            for code, files in self.draft.papers.items()
        }
        body = json.dumps({"notify_phone": self.phone.number, "papers": papers}).encode()
        headers = {**self.phone.identified(), "Idempotency-Key": new_key(), "Content-Type": "application/json"}
        return load.request("POST", f"/v1/dossiers/{copy.dossier_id}/submission", headers, body)

    def measure(self, number: int) -> Measured:
        self.phone.refresh()
        return _read(send_paced(self.place.ports.api, self.honest(number), _EVERY_S))


def run_slow(seed: int, honest: int, say: Say) -> Verdict:
    """One schedule; so many honest requests in each of the three measurements."""
    dice = random.Random(seed)
    with ground(_SETTINGS) as place, place.running(*_NEEDED):
        scene = _scene(place, 2 * honest)
        try:
            return _drill(scene, dice, honest, say)
        finally:
            scene.phone.close()
            scene.held.close()


def _drill(scene: _Scene, dice: random.Random, honest: int, say: Say) -> Verdict:
    scene.measure(min(honest, 15))
    idle = scene.measure(honest)
    say(f"alone: {_shown(idle)}")
    logins = [_login(scene, number) for number in range(_LOGINS)]
    with (
        closing(OutsideParty(scene.place.sandbox_url, "eid")) as provider,
        provider.failing("slow", op="token", ms=_SLEEP_MS),
        closing(Crowd(scene.place.ports.api, [*logins, *_slow_ones(scene, dice)])) as crowd,
    ):
        crowded = scene.measure(honest)
        told = crowd.done(wait=True)
    say(f"among slow senders: {_shown(crowded)}")
    files = [_paper(number) for number in range(_PHONES)]
    places = [begin_upload(scene.phone, file) for file in files]
    with closing(
        Crowd(scene.place.ports.api, [_upload(scene, *each) for each in zip(places, files, strict=True)])
    ) as crowd:
        uploading = scene.measure(honest)
        ended = crowd.done(wait=True)
    say(f"among slow uploads: {_shown(uploading)}")
    well = sum(_is_whole(scene, *each) for each in zip(places, files, strict=True))
    return _verdict(scene, (idle, crowded, uploading), told, ended, well)


def _verdict(
    scene: _Scene, found: Sequence[Measured], told: Sequence[Ended], uploads: Sequence[Ended], well: int
) -> Verdict:
    with scene.held.database.engine.connect() as connection:
        filed = {row[0]: int(row[1]) for row in connection.execute(text(_FILED))}
    odd = [
        f"{kind}: {each}"
        for kind, measured in zip(("alone", "crowded", "3G"), found, strict=True)
        for each in measured.odd
    ]
    odd += [f"a log-in was answered {each.status}" for each in told if each.status != 503]
    odd += [f"an upload was answered {each.status}" for each in uploads if each.status != 204]
    if well != _PHONES:
        odd.append(f"{_PHONES - well} uploads are not whole")
    slowest = max(each.seconds for each in told)
    late = [*_late(found[0], found[1], "slow senders"), *_late(found[0], found[2], "slow uploads")]
    if slowest > _TOLD_S:
        late.append(f"a log-in was told after {slowest:.1f} s")
    figures = {
        **{
            f"{kind}_p95_ms_{name}": round(measured.p95[kind] * 1000, 1)
            for name, measured in zip(("alone", "slow_senders", "slow_uploads"), found, strict=True)
            for kind in KINDS
        },
        "logins_told": sum(each.status != 0 for each in told),
        "slowest_login_s": round(slowest, 1),
        "uploads_ended_well": well,
    }
    return Verdict(
        messages=len(scene.sent),
        faults=_SLOW_SENDERS + _LOGINS + _PHONES,
        lost=sum(each not in filed for each in scene.sent),
        duplicated=sum(filed.get(each, 1) > 1 for each in scene.sent),
        allowed=0,
        unexpected=tuple(odd),
        recovered_s=0.0,
        stranded_s=0.0,
        late=tuple(late),
        figures=figures,
    )


def bound(idle_s: float) -> float:
    """Seconds that 95 of 100 honest requests may take: three times as long as alone, or a tenth of a second."""
    return max(BOUND_S, _TIMES * idle_s)


def p95(seconds: Sequence[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * 95 // 100) - 1)]


def _late(idle: Measured, other: Measured, whom: str) -> list[str]:
    return [
        f"{kind} among {whom}: p95 {other.p95[kind] * 1000:.0f} ms, {idle.p95[kind] * 1000:.0f} ms alone"
        for kind in KINDS
        if other.p95[kind] > bound(idle.p95[kind])
    ]


def _read(paced: Paced) -> Measured:
    odd = [f"{times} answers {status}" for status, times in paced.statuses.items() if not 200 <= status < 300]
    return Measured({kind: p95(paced.seconds[place::3]) for place, kind in enumerate(KINDS)}, tuple(odd))


def _scene(place: Ground, number: int) -> _Scene:
    held = build_container(place.environment)
    phone = Phone(place.api_url, _NUMBER)
    phone.log_in("thu")
    with closing(Handset(place.sandbox_url, phone.number)) as handset:
        dossier_id = str(file_dossier(phone, handset, "Quán Chậm Rãi")["id"])
    draft = prepare_draft(phone, _NAME)
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        copies = copy_draft(work, UUID(draft.id), _NAME, [f"quan-cham-so-{each:06d}" for each in range(1, number + 1)])
    return _Scene(place, held, phone, dossier_id, draft, copies, [])


def _slow_ones(scene: _Scene, dice: random.Random) -> list[Sender]:
    """Those who never end, in turn; nobody of them is let in by name but the uploads."""
    place = begin_upload(scene.phone, _paper(999))
    mine = scene.phone.identified()
    upload = {**mine, **PIECE, "Upload-Offset": "0", "Content-Length": "900"}
    slow = []
    for number in range(_SLOW_SENDERS):
        address = _address(dice)
        kinds = (
            Sender(_head("POST", "/v1/lookups", address, {"Content-Length": "500"}) + b"{", b" "),
            Sender(_head("POST", "/v1/auth/logins", address, {"Content-Length": "500"}) + b"{"),
            Sender(_head("POST", "/v1/lookups", address, {"Transfer-Encoding": "chunked"}), b"1\r\n \r\n"),
            Sender(_head("PATCH", place, address, upload)),
            Sender(b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"y"),
            Sender(_head("GET", "/v1/openapi.json", address, {}) * 20, reads=False),
        )
        slow.append(kinds[number % len(kinds)])
    return slow


def _head(method: str, path: str, address: str, fields: Mapping[str, str]) -> bytes:
    named = {"Content-Type": "application/json", **fields, "X-Forwarded-For": address}
    return load.request(method, path, named)


def _address(dice: random.Random) -> str:
    """Of those that are kept for documents (RFC 5737)."""
    return f"203.0.113.{dice.randrange(1, 255)}"


def _login(scene: _Scene, number: int) -> Sender:
    """A log-in that lacks nothing but its completion."""
    begun = scene.phone.wire.call("POST", "/v1/auth/logins", json_body={"as": "citizen"}).json()
    back = visit_provider(begun["authorization_url"], "mau")
    body = json.dumps({"callback_query": back, "login_secret": begun["login_secret"]}).encode()
    path = f"/v1/auth/logins/{begun['login_id']}/complete"
    headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number + 1}"}
    return Sender(load.request("POST", path, headers, body), honest=True)


def _paper(number: int) -> File:
    return photograph(f"giay-{number}.jpg", (f"Giấy số {number}",), seed=number)


def _upload(scene: _Scene, place: str, file: File) -> Sender:
    headers = {**scene.phone.identified(), **PIECE, "Upload-Offset": "0", "Content-Length": str(file.size)}
    return Sender(load.request("PATCH", place, headers), rest=file.content, pace=_3G, honest=True)


def _is_whole(scene: _Scene, place: str, file: File) -> bool:
    shown = scene.phone.call("GET", place).json()
    return bool(shown["state"] == "complete" and shown["sha256"] == hashlib.sha256(file.content).hexdigest())


def _shown(measured: Measured) -> str:
    return ", ".join(f"{kind} p95 {seconds * 1000:.0f} ms" for kind, seconds in measured.p95.items())
