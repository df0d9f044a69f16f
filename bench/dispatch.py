"""`python -m bench.dispatch [--json]`: one worker process sends planned texts through the real drain.

To the sandbox's gateway on loopback, receipts off, against a bare loop of the async Twilio client with as many calls in
flight. The worker is the one of production: rung by the bell, its ledger in the database.
"""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import func, insert, select

from bench.bare_twilio import IN_FLIGHT, TEXT, phone
from bench.ground import Ground, ground
from bench.journey.handset import wait
from bench.journey.wire import Wire
from bench.load import ROOT
from bench.pairs import Result, finish, interleave
from kernel.ids import new_id
from kernel.vault import Vault
from notify.models import ADDRESS_FIELD, BODY_FIELD, Delivery, Notification
from notify.plan import Channel, Circumstances, Offer, Reach, plan
from notify.store import Notice, add_delivery, add_notification
from notify.template_events import events
from notify.texts import Rendered, shipped_templates
from wiring import Container, build_container

_LEAST: Final = 0.5
_COUNT: Final = 2000
_UNDONE: Final = ("queued", "waiting", "sending")
_PATIENCE_S: Final = 60.0


def measure() -> Result:
    with ground() as place, place.running("sandbox", "worker-send"):
        control = Wire(place.sandbox_url)
        control.call("PATCH", "/_control/twilio/settings", json_body={"receipts": {"enabled": False}})
        held = build_container(place.environment)
        if held.notify.send.in_flight != IN_FLIGHT:
            raise AssertionError("the two sides have different numbers of calls in flight")
        numbers = itertools.count()
        _drain(held, numbers, 50)
        result = interleave(
            "dispatch", "messages/s", _LEAST, lambda: _drain(held, numbers, _COUNT), lambda: _bare(place)
        )
        held.close()
        return result


def _drain(held: Container, numbers: Iterator[int], count: int) -> float:
    """Plans `count` texts, rings, and waits until the last outcome is recorded."""
    _plan(held, list(itertools.islice(numbers, count)))
    begun = time.perf_counter()
    held.bell.ring("send")
    wait(lambda: _undone(held) == 0, "the last text", _PATIENCE_S)
    rate = count / (time.perf_counter() - begun)
    _check_accepted(held)
    return rate


def _bare(place: Ground) -> float:
    base_url = place.environment["MOTCUA_TWILIO_BASE_URL"]
    argv = [sys.executable, "-m", "bench.bare_twilio", base_url, str(_COUNT)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=_PATIENCE_S)
    return float(done.stdout)


def _plan(held: Container, numbers: list[int]) -> None:
    """Deliveries as the plan drain leaves them: one made by it, the others its copies to other phones."""
    with held.database.transaction() as session:
        reach = Reach("vi", {Channel.SMS: phone(numbers[0])})
        offers = (Offer(Channel.SMS, "twilio"),)
        now = Circumstances(held.clock.now())
        (planned,) = plan(events()["dossier.finished"], reach, offers, shipped_templates(), now).deliveries
        said = Notice(
            event_id=new_id(),
            recipient=phone(numbers[0]),
            template="dossier.finished",
            purpose="dossier_status",
            legal=True,
            language="vi",
            facts={},
        )
        notice = add_notification(session, held.vault, said)
        assert notice is not None
        text = Rendered(TEXT, "GSM-7", len(TEXT), 1)
        first = add_delivery(session, held.vault, notice, said, planned, text)
        template = session.execute(select(Delivery.__table__).where(Delivery.id == first)).mappings().one()
        told = session.execute(select(Notification.__table__).where(Notification.id == notice)).mappings().one()
        notices = [{**told, "id": new_id(), "recipient": phone(number).encode()} for number in numbers[1:]]
        session.execute(insert(Notification), notices)
        copies = [
            _copied(held.vault, dict(template), notice["id"], phone(number))
            for notice, number in zip(notices, numbers[1:], strict=True)
        ]
        session.execute(insert(Delivery), copies)


def _copied(vault: Vault, row: dict[str, Any], notification_id: Any, to: str) -> dict[str, Any]:
    made = new_id()
    sealed = {"address": vault.seal(ADDRESS_FIELD, made, to), "body": vault.seal(BODY_FIELD, made, TEXT)}
    return {**row, **sealed, "id": made, "notification_id": notification_id, "fingerprint": to.encode()}


def _undone(held: Container) -> int:
    with held.database.reading() as connection:
        query = select(func.count()).select_from(Delivery).where(Delivery.state.in_(_UNDONE))
        return int(connection.scalar(query) or 0)


def _check_accepted(held: Container) -> None:
    with held.database.reading() as connection:
        states = set(connection.scalars(select(Delivery.state).distinct()))
    if states != {"accepted"}:
        raise AssertionError(f"not every text was taken by the gateway: {states}")


if __name__ == "__main__":
    finish(measure(), sys.argv)
