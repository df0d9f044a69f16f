"""What the tests of the Zalo twin share: a token, a message, and a webhook that keeps what was posted to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from typing import Any

from tests.unit.sandbox.support import PATIENCE_S, SETTINGS, Caller

TO = "+84905000001"
DATA = {
    "co_quan": "Ủy ban nhân dân phường Điện Bàn",
    "ma_ho_so": "H17.20551-261120-0001",
    "trang_thai": "Được tiếp nhận",
    "nguoi_xu_ly": "Trần Thị Mẫu",
    "ngay_nhan": "08:00 20/11/2026",
}


def token(call: Caller, refresh_token: str = SETTINGS.zalo_refresh_token, **changes: str) -> Any:
    """The token endpoint's answer to a refresh."""
    form = {"refresh_token": refresh_token, "app_id": SETTINGS.zalo_app_id, "grant_type": "refresh_token", **changes}
    return call("POST", "/zalo/v4/oa/access_token", form=form, headers={"secret_key": SETTINGS.zalo_app_secret}).json()


class Oa:
    """An official account's server with a good token."""

    def __init__(self, call: Caller) -> None:
        self.call = call
        self.access_token = token(call)["access_token"]
        call.control("PATCH", "/zalo/settings", {"clock": "10:00", "events": {"delay_ms": [0, 40], "double": 0}})

    def send(self, **changes: object) -> Any:
        """One message; a member set to None is left out."""
        usual = {"phone": "84905000001", "template_id": "430001", "template_data": DATA, "tracking_id": "ma-1"}
        body = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return self.post("/zalo/message/template", body)

    def post(self, path: str, body: object) -> Any:
        answer = self.call("POST", path, data=body, headers={"access_token": self.access_token})
        assert answer.status == 200
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.call("GET", path, headers={"access_token": self.access_token})
        assert answer.status == 200
        return answer.json()

    def turn(self, **dials: object) -> None:
        self.call.control("PATCH", "/zalo/settings", dials)


@dataclass(frozen=True)
class Told:
    """One event as it arrived."""

    raw: bytes
    signature: str
    server: str

    @property
    def members(self) -> Any:
        return loads(self.raw)


class Webhook:
    """`answer` decides the HTTP status from the number of events taken before."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.answer: Callable[[int], int] = lambda _before: 200
        self.url = ""
        self._changed = threading.Condition()

    def take(self, told: Told) -> int:
        with self._changed:
            status = self.answer(len(self.told))
            self.told.append(told)
            self._changed.notify_all()
        return status

    def wait(self, number: int) -> list[Told]:
        """The events so far, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= number, PATIENCE_S), self.told
            return list(self.told)


@contextmanager
def listening() -> Iterator[Webhook]:
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(
                webhook.take(Told(raw, self.headers["X-ZEvent-Signature"], self.headers["X-ZEvent-Server"]))
            )
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    webhook.url = f"http://127.0.0.1:{server.server_address[1]}/v1/nhan"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_S)
