"""`python -m bench.track [--conditional] [--json]`: a citizen reads one dossier with its timeline, over and over.

Against a bare Flask route that reads one row by primary key and returns the same bytes: same server, same pool. With
`--conditional` the reader holds the newest state already, and both sides answer 304.
"""

import sys
from typing import Final

from bench import load
from bench.bare import lay_page
from bench.ground import WEB_WORKERS, Ground, ground, worker_memory
from bench.journey.casework import file_dossier, open_office, walk_to_finish
from bench.journey.handset import Handset, wait
from bench.journey.phone import Phone
from bench.journey.wire import Answer
from bench.pairs import Result, finish, interleave
from kernel.ids import new_id
from motcua.local.ports import free_ports

CLIENTS: Final = 16
_SECONDS: Final = 2.0
_LEAST: Final = {False: 0.35, True: 0.5}
_NUMBER: Final = "+84905000001"
_OTHERS: Final = ("sandbox", "worker-plan", "worker-urgent", "worker-send", "worker-receipts", "cron")


def measure(*, conditional: bool) -> Result:
    with ground() as place, place.running("api") as supervisor:
        with place.running(*_OTHERS):
            phone, dossier_id = _walked_dossier(place)
        seen = phone.read(dossier_id)
        bare_port, page = free_ports().api, new_id()
        lay_page(place.environment["MOTCUA_DATABASE_URL"], page, seen.etag, seen.body)
        arguments = ("--port", str(bare_port), "--workers", str(WEB_WORKERS))
        with place.keeping(place.module("bench.bare", *arguments, port=bare_port)):
            headers = {**phone.identified(), **({"If-None-Match": seen.etag} if conditional else {})}
            ours = load.request("GET", f"/v1/dossiers/{dossier_id}", headers)
            bare = load.request("GET", f"/{'tags' if conditional else 'pages'}/{page}", headers)
            result = interleave(
                "track --conditional" if conditional else "track",
                "reads/s",
                _LEAST[conditional],
                lambda: _rate(place.ports.api, ours, seen, conditional=conditional),
                lambda: _rate(bare_port, bare, seen, conditional=conditional),
            )
        return result.with_memory(worker_memory(supervisor, "api"))


def _walked_dossier(place: Ground) -> tuple[Phone, str]:
    """A dossier handed over, with about ten rows in its timeline, and the phone it belongs to."""
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
    return phone, dossier_id


def _rate(port: int, request: bytes, seen: Answer, *, conditional: bool) -> float:
    outcome = load.send(port, [[request]] * CLIENTS, seconds=_SECONDS)
    expected = 304 if conditional else 200
    if set(outcome.statuses) != {expected} or outcome.body != (b"" if conditional else seen.body):
        raise AssertionError(f"not what was to be measured: {outcome.statuses}")
    return outcome.rate


if __name__ == "__main__":
    finish(measure(conditional="--conditional" in sys.argv), sys.argv)
