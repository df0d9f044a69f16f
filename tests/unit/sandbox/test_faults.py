"""Each way to fail on the wire, as the caller feels it, and whether the work was done all the same."""

import asyncio
import http.client
import random
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.faults.provider import KINDS, Kind
from notify.channels.esms.gateway import EsmsGateway
from notify.channels.port import Certainty, Gateway
from notify.channels.twilio.gateway import TwilioGateway
from notify.channels.zalo.gateway import ZaloGateway
from sandbox.faults import BadRuleError, Faults
from tests.unit.sandbox.support import MESSAGES, Caller, basic, with_client


def fault(call: Caller, twin: str = "twilio", **rule: object) -> int:
    return int(call.control("POST", f"/{twin}/faults", rule)["id"])


def accepted(call: Caller) -> int:
    return int(call.twin("twilio")["accepted"])


@pytest.mark.parametrize("gateway", [TwilioGateway, EsmsGateway, ZaloGateway])
def test_a_drill_knows_of_each_gateway_whether_it_can_be_asked(gateway: type[Gateway]) -> None:
    kind = KINDS[gateway.name]
    assert (kind.question is not None) == (gateway.certainty is Certainty.ASKED)
    assert kind.certain == (gateway.certainty in (Certainty.ASKED, Certainty.DEDUPES))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_a_drill_breaks_is_there_to_be_broken(call: Caller, kind: Kind) -> None:
    broken = ["send"] if kind.question is None else ["send", kind.question]
    for op in broken:
        assert fault(call, twin=kind.name, mode="status", op=op, status=503) > 0


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503), (429, 20429)])
def test_a_refusal_does_nothing_and_passes(call: Caller, status: int, code: int) -> None:
    fault(call, mode="status", status=status, retry_after=7, count=2)
    for _ in range(2):
        answer = call.send()
        assert (answer.status, answer.headers["Retry-After"], answer.json()["code"]) == (status, "7", code)
    assert accepted(call) == 0
    assert call.send().status == 201


def test_a_refusal_can_hide_that_the_work_was_done(call: Caller) -> None:
    fault(call, mode="status", status=502, effect=True, body="<html>Bad gateway</html>", count=1)
    answer = call.send()
    assert (answer.status, answer.headers.get_content_type()) == (502, "text/html")
    assert answer.text == "<html>Bad gateway</html>"
    assert accepted(call) == 1


def test_an_answer_that_is_no_json(call: Caller) -> None:
    fault(call, mode="status", status=201, body="OK", content_type="application/json")
    answer = call.send()
    assert (answer.status, answer.text) == (201, "OK")


@pytest.mark.parametrize(("effect", "done"), [(None, 1), (False, 0), (True, 1)])
def test_a_reset_after_the_work(call: Caller, effect: bool | None, done: int) -> None:
    fault(call, mode="reset", effect=effect, count=1)
    with pytest.raises(ConnectionResetError):
        call.send()
    assert accepted(call) == done
    assert call.send().status == 201


def test_half_an_answer(call: Caller) -> None:
    fault(call, mode="half", count=1)
    with pytest.raises(http.client.IncompleteRead) as caught:
        call.send()
    assert caught.value.partial.startswith(b"{")
    assert caught.value.expected
    assert accepted(call) == 1
    assert call.send().status == 201


def test_silence_ends_without_an_answer(call: Caller) -> None:
    fault(call, mode="timeout", ms=150, count=1)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        call.send()
    assert accepted(call) == 1


def test_a_caller_gives_up_on_silence_and_asks_instead(call: Caller) -> None:
    fault(call, mode="timeout", ms=600_000, op="send", count=1)

    async def use(client: Any) -> list[str]:
        send = client.messages.create_async(to="+84905000001", from_="UBND DBan", body="Chi mot lan")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(send, 0.3)
        return [message.body for message in await client.messages.list_async(to="+84905000001")]

    assert with_client(call.origin, use) == ["Chi mot lan"]


def test_a_slow_answer_is_overtaken(call: Caller) -> None:
    fault(call, mode="slow", ms=400, jitter_ms=50, op="send", count=1)
    order: list[str] = []

    async def use() -> None:
        async with aiohttp.ClientSession(headers=basic()) as session:

            async def step(name: str, method: str, form: dict[str, str] | None) -> int:
                async with session.request(method, call.origin + MESSAGES, data=form) as answer:
                    order.append(name)
                    return answer.status

            form = {"To": "+84905000001", "From": "UBND DBan", "Body": "x"}
            slow = asyncio.create_task(step("slow", "POST", form))
            await asyncio.sleep(0.1)
            assert await step("list", "GET", None) == 200
            assert await slow == 201

    asyncio.run(use())
    assert order == ["list", "slow"]


def test_a_slow_answer_may_come_of_work_that_is_done(call: Caller) -> None:
    fault(call, mode="slow", ms=2000, op="send", effect=True)

    async def use(client: Any) -> list[str]:
        send = client.messages.create_async(to="+84905000001", from_="UBND DBan", body="Da nhan")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(send, 0.3)
        return [message.body for message in await client.messages.list_async(to="+84905000001")]

    assert with_client(call.origin, use) == ["Da nhan"]


def test_rules_act_together_and_on_their_operation_only(call: Caller) -> None:
    fault(call, mode="slow", ms=1)
    fault(call, mode="status", op="list")
    assert call.send().status == 201
    assert call("GET", MESSAGES, headers=basic()).status == 500
    fired = {rule["mode"]: rule["fired"] for rule in call.control("GET", "/twilio/faults")["faults"]}
    assert fired == {"slow": 2, "status": 1}


def test_chance_follows_the_seed(call: Caller) -> None:
    def run(seed: int) -> list[int]:
        call.control("POST", "/reset", {"seed": seed})
        fault(call, mode="status", probability=0.5)
        return [call.send().status for _ in range(40)]

    first = run(11)
    assert set(first) == {201, 500}
    assert run(11) == first
    assert run(12) != first


def test_rules_are_listed_and_taken_away(call: Caller) -> None:
    one, two = fault(call, mode="status"), fault(call, mode="slow", ms=1)
    assert [rule["id"] for rule in call.twin("twilio")["faults"]] == [one, two]
    assert call.control("DELETE", f"/twilio/faults/{one}") == {"removed": 1}
    assert call("DELETE", f"/_control/twilio/faults/{one}").status == 404
    assert call.send().status == 201
    assert call.control("DELETE", "/twilio/faults") == {"removed": 1}


def test_the_eid_fails_in_its_own_words(call: Caller) -> None:
    fault(call, "eid", mode="status", status=503, op="token", count=1)
    answer = call("POST", "/eid/token", form={})
    assert (answer.status, answer.json()) == (503, {"error": "temporarily_unavailable"})
    fault(call, "eid", mode="status", op="discovery", count=1)
    assert call("GET", "/eid/.well-known/openid-configuration").json() == {"error": "server_error"}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"mode": "explode"},
        {"mode": "alg_none"},
        {"mode": "slow", "op": "token"},
        {"mode": "slow", "ms": "1"},
        {"mode": "slow", "ms": True},
        {"mode": "slow", "ms": 600_001},
        {"mode": "slow", "probability": 1.1},
        {"mode": "slow", "probability": float("nan")},
        {"mode": "slow", "count": -1},
        {"mode": "slow", "speed": 3},
        {"mode": "status", "status": 99},
        {"mode": "status", "status": 600},
        {"mode": "status", "retry_after": "1\r\nX: y"},
        {"mode": "status", "content_type": "text"},
    ],
)
def test_a_rule_that_cannot_be(call: Caller, rule: dict[str, object]) -> None:
    answer = call("POST", "/_control/twilio/faults", data=rule)
    assert answer.status == 400
    assert answer.json()["error"]
    assert call.control("GET", "/twilio/faults") == {"faults": []}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(["mode", "op", "count", "probability", "effect", "ms", "status", "retry_after", "body", "x"])


@given(st.dictionaries(names, json_values | st.sampled_from(["slow", "status", "own", "send"])))
def test_any_object_is_a_rule_or_is_refused_with_a_reason(given_rule: dict[str, Any]) -> None:
    faults = Faults(frozenset({"own"}), lambda _status: aiohttp.web.Response(), random.Random(1))
    with suppress(BadRuleError):
        faults.add(given_rule)
    assert all(rule.mode == given_rule["mode"] and 0 <= rule.probability <= 1 for rule in faults.rules)
