"""Sessions where two web processes serve one account, each with what it remembers; log-in in VNeID's dialect."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest

from journey.account import Account
from motcua.local.embedded import Supervisor, engines
from motcua.local.ports import Ports, free_ports
from motcua.local.private import private_folder
from motcua.local.stack import environment, prepare, processes, web

# By when a revoked session has stopped everywhere.
STOPPED_S = 5.0


@dataclass(frozen=True)
class Webs:
    first: str
    second: str


@contextmanager
def running_webs(**settings: str) -> Iterator[Webs]:
    """The sandbox and two web processes over one database."""
    said = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    said |= {f"MOTCUA_{name}": value for name, value in settings.items()}
    with private_folder("flows") as folder, engines(folder, durable=False) as urls:
        ports, more = free_ports(), free_ports()
        env = environment(folder, urls, ports, said)
        prepare(env)
        sandbox = next(spec for spec in processes(env, ports) if spec.name == "sandbox")
        other = replace(web(env, Ports(more.api, ports.sandbox), 1), name="api-2")
        with Supervisor(folder, echo=None) as supervisor:
            supervisor.start([sandbox, web(env, ports, 1), other])
            yield Webs(f"http://127.0.0.1:{ports.api}", f"http://127.0.0.1:{more.api}")


@pytest.fixture(scope="module")
def webs() -> Iterator[Webs]:
    with running_webs(EID_DIALECT="vneid") as webs:
        yield webs


@dataclass(frozen=True)
class Device:
    """One session, seen through both processes."""

    first: Account
    second: Account

    def statuses(self) -> tuple[int, int]:
        return self.first.ask("GET", "/v1/me").status, self.second.ask("GET", "/v1/me").status


@contextmanager
def logged_in(webs: Webs, login: str) -> Iterator[Device]:
    with ExitStack() as closing:
        first, second = Account(webs.first), Account(webs.second)
        closing.callback(first.close)
        closing.callback(second.close)
        first.log_in(login)
        second.tokens = first.tokens
        device = Device(first, second)
        assert device.statuses() == (200, 200)
        yield device


def test_a_person_is_who_the_provider_says(webs: Webs) -> None:
    with logged_in(webs, "gia") as device:
        me = device.second.me()
    assert (me["full_name"], me["identity_number"], me["birth_date"]) == ("LÊ VĂN GIẢ", "048205000001", "2005-03-08")
    assert me["identity_level"] == 1


def test_a_revoked_session_stops_on_every_process_and_the_others_go_on(webs: Webs) -> None:
    with logged_in(webs, "thu") as stolen, logged_in(webs, "thu") as kept:
        lost = stolen.first.tokens["session_id"]
        assert kept.first.call("DELETE", f"/v1/me/sessions/{lost}").status == 204
        ends = time.monotonic() + STOPPED_S
        while time.monotonic() < ends:
            # It is asked all the time, so that nothing stops only because it was forgotten meanwhile.
            stolen.statuses()
            time.sleep(0.1)
        assert stolen.statuses() == (401, 401)
        assert kept.statuses() == (200, 200)
        refused = stolen.second.wire.ask(
            "POST", "/v1/auth/tokens", json_body={"refresh_token": stolen.first.tokens["refresh_token"]}
        )
        assert refused.status == 401


def test_a_log_out_stops_at_once_where_it_was_asked_for(webs: Webs) -> None:
    with logged_in(webs, "mau") as device:
        device.first.log_out()
        assert device.first.ask("GET", "/v1/me").status == 401


def test_a_refresh_lost_on_one_process_is_answered_alike_by_the_other(webs: Webs) -> None:
    with logged_in(webs, "nhap") as device:
        body = {"refresh_token": device.first.tokens["refresh_token"]}
        answers = [
            each.wire.call("POST", "/v1/auth/tokens", json_body=body).json()
            for each in (device.first, device.second, device.first)
        ]
        assert len({answer["refresh_token"] for answer in answers}) == 1
        device.second.tokens = answers[0]
        device.second.refresh()
        assert device.second.ask("GET", "/v1/me").status == 200
