"""The bare read route as a bench's limit: beside the system, on the same server, it answers with bytes that were read.

What it answers with is what a citizen reads of a dossier that was walked to its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench import load
from bench.bare import lay_page
from bench.ground import WEB_WORKERS, Ground
from journey.casework import file_dossier, open_office, walk_to_finish
from journey.handset import Handset, wait
from journey.phone import Phone
from journey.wire import Answer
from kernel.ids import new_id
from motcua.local.ports import free_ports

CLIENTS: Final = 16
STORY: Final = ("sandbox", "worker-plan", "worker-urgent", "worker-send", "worker-receipts", "cron")
"""What runs beside the API while a dossier is walked to its end."""
_SECONDS: Final = 2.0
_NUMBER: Final = "+84905000001"


@dataclass(frozen=True, slots=True)
class Walked:
    """A finished dossier, the phone of its citizen, and what that phone is shown."""

    phone: Phone
    dossier_id: str
    seen: Answer


@dataclass(frozen=True, slots=True)
class BareRoute:
    """Reads of the laid page, and of its tag alone, which answer 304."""

    port: int
    page: str
    walked: Walked

    def rate(self, *, conditional: bool = False) -> float:
        """Reads a second."""
        path = f"/{'tags' if conditional else 'pages'}/{self.page}"
        return read_rate(self.port, path, self.walked, conditional=conditional)


def walk_dossier(place: Ground) -> Walked:
    """A dossier with about ten rows in its timeline; `STORY` and the API run."""
    phone, handset = Phone(place.api_url, _NUMBER), Handset(place.sandbox_url, _NUMBER)
    phone.log_in("thu")
    office = open_office(place.api_url)
    dossier_id = str(file_dossier(phone, handset, "Quán Đo Đạc")["id"])
    office.receiver.accept(dossier_id)
    walk_to_finish(office, dossier_id)

    def told_of_all() -> bool:
        axes = [entry["axis"] for entry in phone.dossier(dossier_id)["timeline"]]
        return axes.count("notice") == axes.count("business")

    wait(told_of_all, "the last receipt", 30.0)
    office.close()
    handset.close()
    return Walked(phone, dossier_id, phone.read(dossier_id))


@contextmanager
def bare_route(place: Ground, walked: Walked) -> Iterator[BareRoute]:
    """A bare route that answers with what the citizen of `walked` reads, until the block ends."""
    port, page = free_ports().api, new_id()
    lay_page(place.environment["MOTCUA_DATABASE_URL"], page, walked.seen.etag, walked.seen.body)
    arguments = ("--port", str(port), "--workers", str(WEB_WORKERS))
    with place.keeping(place.module("bench.bare", *arguments, port=port)):
        yield BareRoute(port, str(page), walked)


def read_rate(port: int, path: str, walked: Walked, *, conditional: bool) -> float:
    """Reads a second, over and over by all clients. Raises AssertionError for another answer than `walked.seen`."""
    held = {"If-None-Match": walked.seen.etag} if conditional else {}
    request = load.request("GET", path, {**walked.phone.identified(), **held})
    outcome = load.send(port, [[request]] * CLIENTS, seconds=_SECONDS)
    expected, body = (304, b"") if conditional else (200, walked.seen.body)
    if set(outcome.statuses) != {expected} or outcome.body != body:
        raise AssertionError(f"not what was to be measured: {outcome.statuses}")
    return outcome.rate
