"""eSMS's callbacks at the edge, on a real database: good by their address alone, stored once, silent in the logs."""

import logging
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.ids import new_id
from notify.channels.esms.receipts import CALLBACK_PURPOSE, callback_mac
from notify.models import RAW_FIELD
from tests.api.edge_support import make_app
from tests.api.receiving_support import OUT_OF_USE, ReceivingContainer

REFERENCE = "0190000000007000800000000000abcd-0"


class Edge:
    def __init__(self, database: Database, clock: SettableClock) -> None:
        self.container = ReceivingContainer(database=database, clock=clock)
        self.client: FlaskClient = make_app(self.container).test_client()
        self.database = database

    def address(self, attempt_id: UUID, reference: str = REFERENCE) -> str:
        mac = callback_mac(self.container.vault.derive(CALLBACK_PURPOSE), attempt_id, reference)
        return f"/v1/webhooks/esms/{attempt_id}/{mac}"

    def receipts(self) -> list[Any]:
        with self.database.transaction() as session:
            return list(session.execute(text("SELECT * FROM receipt")).all())


def _query(**changed: str) -> str:
    told = {
        "SMSID": "dc712784",
        "SendFailed": "0",
        "SendStatus": "5",
        "SendSuccess": "1",
        "TotalPrice": "850.0000",
        "RequestId": REFERENCE,
        "TypeId": "2",
        "telcoid": "1",
        "phonenumber": "0912345678",
        "switchsmsid": "",
    }
    return urlencode(told | changed)


@pytest.fixture
def edge(clean_database: Database, clock: SettableClock) -> Edge:
    return Edge(clean_database, clock)


def test_a_callback_is_stored_once_and_sealed(edge: Edge) -> None:
    attempt_id, query = new_id(), _query()
    answers = [edge.client.get(f"{edge.address(attempt_id)}?{query}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    (row,) = edge.receipts()
    assert (row.attempt_id, row.provider, row.event_id) == (attempt_id, "esms", "dc712784:5:1:0")
    assert (row.ref, row.kind, row.cost_vnd) == ("dc712784", "delivered", 850)
    assert b"912345678" not in bytes(row.raw)
    assert edge.container.vault.open_bytes(RAW_FIELD, row.id, row.raw) == query.encode()


def test_every_stage_of_a_message_is_stored(edge: Edge) -> None:
    attempt_id = new_id()
    for changed in ({"SendStatus": "7", "SendSuccess": "0"}, {}):
        assert edge.client.get(f"{edge.address(attempt_id)}?{_query(**changed)}").status_code == 204
    assert sorted(row.kind for row in edge.receipts()) == ["delivered", "progress"]


@pytest.mark.parametrize("mac", ["AAAAAAAAAAAAAAAAAAAAAA", "%C3%A9", "x"])
def test_a_guessed_address_is_refused(edge: Edge, mac: str) -> None:
    _refused(edge, f"/v1/webhooks/esms/{new_id()}/{mac}?{_query()}")


@pytest.mark.parametrize("changed", [{"RequestId": "another"}, {"RequestId": ""}])
def test_an_address_is_good_for_its_own_message_alone(edge: Edge, changed: dict[str, str]) -> None:
    attempt, other = new_id(), new_id()
    _refused(edge, f"{edge.address(attempt)}?{_query(**changed)}")
    _refused(edge, edge.address(attempt))
    _refused(edge, f"{edge.address(attempt).replace(str(attempt), str(other))}?{_query()}")


def _refused(edge: Edge, target: str) -> None:
    answer = edge.client.get(target)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "signature_invalid")
    assert edge.receipts() == []


@pytest.mark.parametrize(
    "query",
    [_query(SMSID=""), _query(SMSID="a\0b"), _query(SendSuccess="x"), _query(pad="x" * 9000), "a&" * 70 + _query()],
)
def test_what_is_no_callback_is_refused(edge: Edge, query: str) -> None:
    answer = edge.client.get(f"{edge.address(new_id())}?{query}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")
    assert edge.receipts() == []


def test_what_is_no_pair_is_passed_over(edge: Edge) -> None:
    assert edge.client.get(f"{edge.address(new_id())}?{_query()}&more&b=%FF").status_code == 204


def test_a_gateway_out_of_use_is_believed_nothing(edge: Edge) -> None:
    edge.container.notify = OUT_OF_USE
    assert edge.client.get(f"{edge.address(new_id())}?{_query()}").status_code == 403


def test_the_phone_of_the_query_is_in_no_log_line(
    edge: Edge, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for query in (_query(), _query(SMSID=""), _query(RequestId="x")):
        edge.client.get(f"{edge.address(new_id())}?{query}")
    shown = caplog.text + "".join(capfd.readouterr())
    assert "takeEsmsReceipt" in shown
    assert "912345678" not in shown
