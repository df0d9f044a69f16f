"""Zalo's events at the edge, on a real database: signed or refused, stored once, answered with 200."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import capture_logs

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.port import Quota
from notify.channels.zalo.settings import SANDBOX_APP_ID
from notify.models import RAW_FIELD
from notify.pool.gateways import note_quota
from tests.api.edge_support import make_app
from tests.api.receiving_support import OUT_OF_USE, ReceivingContainer

URL = "/v1/webhooks/zalo"
EVENT_AT = datetime(2026, 11, 22, 5, tzinfo=UTC)
TIMESTAMP = str(int(EVENT_AT.timestamp() * 1000))
SECRET = "sandbox-zalo-oa-secret"


class Edge:
    def __init__(self, database: Database, clock: SettableClock) -> None:
        self.container = ReceivingContainer(database=database, clock=clock)
        self.client: FlaskClient = make_app(self.container).test_client()
        self.database = database

    def post(self, raw: bytes, *, signature: str | None = None, media_type: str = "application/json") -> Any:
        signed = _signature(raw) if signature is None else signature
        headers = {"X-ZEvent-Signature": signed, "X-ZEvent-Server": "ZNS"}
        return self.client.post(URL, data=raw, content_type=media_type, headers=headers)

    def receipts(self) -> list[Any]:
        with self.database.transaction() as session:
            return list(session.execute(text("SELECT * FROM receipt")).all())


@pytest.fixture
def edge(clean_database: Database, clock: SettableClock) -> Edge:
    return Edge(clean_database, clock)


def _signature(raw: bytes, secret: str = SECRET) -> str:
    timestamp = json.loads(raw).get("timestamp", "")
    return "mac=" + hashlib.sha256(f"{SANDBOX_APP_ID}".encode() + raw + f"{timestamp}{secret}".encode()).hexdigest()


def _event(name: str = "user_received_message", **members: Any) -> bytes:
    return json.dumps({"event_name": name, "app_id": SANDBOX_APP_ID, "timestamp": TIMESTAMP, **members}).encode()


def _received(attempt_id: UUID, msg_id: str = "m1") -> bytes:
    message = {"delivery_time": "1795315199000", "msg_id": msg_id, "tracking_id": attempt_id.hex}
    return _event(sender={"id": "2"}, recipient={"id": "84912345678"}, message=message)


def test_an_arrival_is_stored_once_and_sealed(edge: Edge) -> None:
    attempt_id = new_id()
    raw = _received(attempt_id)
    answers = [edge.post(raw) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    (row,) = edge.receipts()
    assert (row.attempt_id, row.provider, row.event_id) == (attempt_id, "zalo", "m1:user_received_message")
    assert (row.ref, row.kind) == ("m1", "delivered")
    assert b"912345678" not in bytes(row.raw)
    assert edge.container.vault.open_bytes(RAW_FIELD, row.id, row.raw) == raw


def test_a_retry_is_the_same_event(edge: Edge) -> None:
    raw = _received(new_id())
    edge.post(raw)
    assert edge.post(json.dumps({**json.loads(raw), "num_retry": "1"}).encode()).status_code == 200
    assert len(edge.receipts()) == 1


@pytest.mark.parametrize("signature", ["", "mac=", "mac=" + "0" * 64, "é", None])
def test_a_forged_event_leaves_nothing(edge: Edge, signature: str | None) -> None:
    raw = _received(new_id())
    answer = edge.post(raw, signature=_signature(raw, "another") if signature is None else signature)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "signature_invalid")
    assert edge.receipts() == []


def test_the_signature_is_over_the_bytes_as_they_came(edge: Edge) -> None:
    raw = _received(new_id())
    assert edge.post(raw + b"\n", signature=_signature(raw)).status_code == 403
    assert edge.post(raw, media_type="text/plain").status_code == 200


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{"])
def test_what_is_no_object_cannot_be_signed(edge: Edge, raw: bytes) -> None:
    assert edge.post(raw, signature="mac=" + "0" * 64).status_code == 403


def test_a_signed_event_that_lacks_its_message_is_bad(edge: Edge) -> None:
    assert edge.post(_event()).get_json()["code"] == "bad_request"


def test_what_is_not_about_us_is_answered_and_left(edge: Edge) -> None:
    foreign = _event(message={"msg_id": "m9", "tracking_id": "outbox-000123"})
    with capture_logs() as logs:
        for raw in (foreign, _event("follow"), _event("something_new")):
            assert edge.post(raw).status_code == 200
    assert edge.receipts() == []
    # A message of somebody else's by the same account is told to operators.
    assert [each["ref"] for each in logs if each["event"] == "notify.receipt_of_a_stranger"] == ["m9"]


def test_what_changes_in_the_account_is_logged_for_an_operator(edge: Edge) -> None:
    status = {"prev_status": "ENABLE", "new_status": "DISABLE"}
    with capture_logs() as logs:
        edge.post(_event("change_template_status", template_id="430001", status=status, reason="x"))
        edge.post(_event("change_oa_daily_quota", quota={"prev_value": "500", "new_value": "2000"}))
    told = {entry["event"]: entry for entry in logs}
    assert (told["zalo.template_changed"]["template_id"], told["zalo.template_changed"]["after"]) == (
        "430001", "DISABLE",
    )  # fmt: skip
    assert told["zalo.quota_changed"]["after"] == 2000


def test_another_quota_is_known_to_whoever_plans(edge: Edge) -> None:
    with edge.database.transaction() as session:
        note_quota(session, "zalo", Quota(500, 3, EVENT_AT - timedelta(seconds=1)))
    edge.post(_event("change_oa_daily_quota", quota={"prev_value": "500", "new_value": "2000"}))
    with edge.database.transaction() as session:
        assert session.scalar(text("SELECT remaining FROM gateway_quota")) == 1503


def test_without_an_account_nothing_can_be_believed(edge: Edge) -> None:
    edge.container.notify = OUT_OF_USE
    answer = edge.post(_received(new_id()))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "signature_invalid")


def test_a_body_beyond_bounds_is_refused(edge: Edge) -> None:
    assert edge.post(_event(pad="x" * 70_000)).status_code == 413
