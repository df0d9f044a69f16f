"""Delivery receipts as the gateway posts them: forged, repeated, late, or about nothing of ours."""

import base64
import hmac
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from journey.wire import Answer
from notify.channels.twilio.receipts import SIGNATURE_HEADER
from sandbox.world import Settings
from tests.support.system import NUMBERS, System, notices
from tests.support.waiting import eventually


@pytest.fixture
def silent(system: System) -> Any:
    """The system while the gateway posts no receipts of its own."""
    system.gateway.turn(receipts={"lost": 1})
    yield system
    system.gateway.behave()


def _signature(url: str, form: dict[str, str], *, token: str = Settings().twilio_auth_token) -> str:
    """As Twilio's documents say it signs: the address, and every name and value by name."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def _post(system: System, url: str, form: dict[str, str], *, signature: str | None = None) -> Answer:
    """A receipt to its address, well signed unless a signature is given."""
    signed = _signature(url, form) if signature is None else signature
    headers = {"Content-Type": "application/x-www-form-urlencoded", SIGNATURE_HEADER: signed}
    target = url.removeprefix(system.api_url)
    return system.wire().ask("POST", target, body=urlencode(form).encode(), headers=headers)


def _sent(system: System, code: str) -> Any:
    """The one message about a dossier, as the gateway keeps it, once it is there."""

    def found() -> list[Any]:
        return [each for each in system.gateway.messages(NUMBERS["mau"]) if code in each["body"]]

    assert eventually(found)
    (message,) = found()
    return message


def test_only_a_signed_receipt_counts_and_only_once(silent: System) -> None:
    shown = silent.filed()
    message = _sent(silent, shown["code"])
    url, form = message["status_callback"], {"MessageSid": message["sid"], "MessageStatus": "delivered"}
    before = silent.citizen().read(shown["id"]).etag
    # Signed for another address, and a signature put to another form, are as good as none.
    elsewhere = _signature(f"{silent.api_url}/v1/webhooks/twilio/{uuid.uuid4()}", form)
    for signature in (_signature(url, form, token="another token"), elsewhere, _signature(url, {}), "", "é"):
        answer = _post(silent, url, form, signature=signature)
        assert (answer.status, answer.json()["code"]) == (403, "signature_invalid")
    assert silent.citizen().read(shown["id"], etag=before).status == 304
    answers = [_post(silent, url, form) for _ in range(3)]
    assert [(answer.status, answer.body) for answer in answers] == [(204, b"")] * 3
    told = silent.told("mau", shown["id"], 1)
    assert notices(told) == ["delivered"]
    assert _post(silent, url, form).status == 204
    assert _post(silent, url, {**form, "MessageStatus": "sent"}).status == 204
    silent.office().receiver.accept(shown["id"])
    assert notices(silent.citizen().dossier(shown["id"])) == ["delivered"]


def test_a_receipt_about_nothing_of_ours(silent: System) -> None:
    form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered"}
    # It is signed, so it is kept: whose it is may show later, and a person can look it up.
    assert _post(silent, f"{silent.api_url}/v1/webhooks/twilio/{uuid.uuid4()}", form).status == 204
    answer = _post(silent, f"{silent.api_url}/v1/webhooks/twilio/{uuid.uuid4()}", {"MessageStatus": "delivered"})
    assert (answer.status, answer.json()["code"]) == (400, "bad_request")


def test_a_text_that_did_not_arrive_is_said_so(silent: System) -> None:
    shown = silent.filed()
    message = _sent(silent, shown["code"])
    form = {"MessageSid": message["sid"], "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert _post(silent, message["status_callback"], form).status == 204
    assert eventually(lambda: notices(silent.citizen().dossier(shown["id"])) == ["undelivered"])


def test_receipts_doubled_forged_and_out_of_order_tell_once(system: System) -> None:
    system.gateway.turn(receipts={"double": 1, "forge": 1, "reorder": 1})
    shown = system.filed()
    system.office().receiver.accept(shown["id"])
    told = system.told("mau", shown["id"], 2)
    system.gateway.behave()
    assert notices(told) == ["delivered", "delivered"]
