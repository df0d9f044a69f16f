"""The client of people refreshes as a phone does: before its token ends, and after a 401, but never for ever."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from journey.account import Account


class Api:
    """Counts refreshes; access token `access-N` is good while `good` says so."""

    def __init__(self) -> None:
        self.refreshes = 0
        self.calls: list[str] = []
        self.good = {"access-0"}
        self.expires_in = 300
        self.ended = False
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if api.ended:
                    self.answer(401, {"code": "unauthenticated"})
                    return
                api.refreshes += 1
                api.good = {f"access-{api.refreshes}"}
                self.answer(200, tokens(api.refreshes, api.expires_in))

            def do_GET(self) -> None:
                shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
                api.calls.append(shown)
                self.answer(200 if shown in api.good else 401, {"code": "unauthenticated"})

            def answer(self, status: int, body: object) -> None:
                octets = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(30)


def tokens(number: int, expires_in: int) -> dict[str, object]:
    return {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": expires_in}


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.close()


@pytest.fixture
def phone(api: Api) -> Iterator[Account]:
    phone = Account(api.url)
    yield phone
    phone.close()


def test_a_token_that_lasts_is_used_as_it_is(api: Api, phone: Account) -> None:
    phone.tokens = tokens(0, 300)
    assert [phone.ask("GET", "/v1/me").status for _ in range(3)] == [200] * 3
    assert (api.refreshes, api.calls) == (0, ["access-0"] * 3)


def test_a_token_about_to_end_is_replaced_before_it_is_shown(api: Api, phone: Account) -> None:
    phone.tokens = tokens(0, 0)
    assert [phone.ask("GET", "/v1/me").status for _ in range(3)] == [200] * 3
    assert (api.refreshes, api.calls) == (1, ["access-1"] * 3)


def test_a_refused_token_is_replaced_and_the_call_made_once_more(api: Api, phone: Account) -> None:
    phone.tokens, api.good = tokens(0, 300), set()
    assert phone.ask("GET", "/v1/me").status == 200
    assert (api.refreshes, api.calls) == (1, ["access-0", "access-1"])


@pytest.mark.parametrize("expires_in", [0, 300])
def test_a_session_that_ended_answers_as_it_is(api: Api, phone: Account, expires_in: int) -> None:
    phone.tokens, api.good, api.ended = tokens(0, expires_in), set(), True
    assert phone.ask("GET", "/v1/me").status == 401
    assert api.calls == ["access-0"]


def test_a_stranger_has_nothing_to_refresh(api: Api, phone: Account) -> None:
    assert phone.ask("GET", "/v1/me").status == 401
    assert (api.refreshes, api.calls) == (0, [""])
