"""Where a browser ends when the address of the citizen's app is opened on a machine that has no such app.

A phone hands that address to the app. Here a page stands in for it, and says how the log-in goes on by hand.
"""

import ipaddress
import json
import shlex
from collections.abc import Sequence
from html import escape
from typing import ClassVar, Final
from urllib.parse import urlsplit

from aiohttp import web

from sandbox import frame
from sandbox.world import Op, Twin, query

_PREFIX: Final = "app"
_LONGEST: Final = 16_384
_GIVEN_SECRET: Final = "$LOGIN_SECRET"  # noqa: S105 - a variable of the reader's shell
_LEAD: Final = "Trên điện thoại, ứng dụng mở ra tại đây. / On a phone the app opens here."


def for_browser(origin: str, response: web.Response) -> web.Response:
    """The same answer to a person at a browser. It reaches loopback alone; for any other address the page stands in."""
    address = response.headers.get("Location", "")
    if address and not _reachable(address):
        response.headers["Location"] = f"{origin}/{_PREFIX}{_after_host(address)}"
    return response


def _reachable(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return False
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _after_host(address: str) -> str:
    """Path and query as they were written: how a provider encodes its query is what the page shows."""
    before, mark, asked = address.partition("?")
    path = urlsplit(before).path
    return (path if path.startswith("/") else f"/{path}") + mark + asked


class CitizenApp(Twin):
    """The stand-in for the app, at any path."""

    name: ClassVar[str] = _PREFIX

    def routes(self) -> Sequence[Op]:
        return (Op("GET", "/{path:.*}", "open", self.opened),)

    async def opened(self, request: web.Request) -> web.StreamResponse:
        """What the redirect brought, and the call that completes the log-in with it."""
        brought = request.rel_url.raw_query_string[:_LONGEST]
        if not brought:
            return frame.page("Ứng dụng của công dân", _LEAD, _nothing())
        refused = "error" in query(request)
        return frame.page(
            "Hoàn tất đăng nhập", _LEAD, _explained(self.world.settings.api_url, brought, refused=refused)
        )


def _nothing() -> str:
    return (
        '<p class="notice">Địa chỉ này không mang theo gì. Đăng nhập bắt đầu bằng <code>POST /v1/auth/logins</code>. / '
        "This address carries nothing. A log-in begins with <code>POST /v1/auth/logins</code>.</p>"
    )


def _explained(api_url: str, brought: str, *, refused: bool) -> str:
    told = (
        "Người này không cho phép; lệnh dưới đây báo điều đó cho máy chủ. / The person said no; the command below "
        "tells the server so."
        if refused
        else "Mã dùng một lần, hết hạn sau chưa đến một phút: chạy ngay. / The code works once and ends within a "
        "minute: run this now."
    )
    return (
        f'<p class="notice">{told}</p><h2>curl</h2>'
        "<p><code>LOGIN_ID</code> và <code>LOGIN_SECRET</code> là <code>login_id</code> và <code>login_secret</code> "
        "trong câu trả lời của <code>POST /v1/auth/logins</code>. / Both stand in the answer of "
        "<code>POST /v1/auth/logins</code>.</p>"
        f"<pre>{escape(_command(api_url, brought))}</pre><h2>/v1/docs, completeLogin</h2>"
        f"<pre>{escape(_body('login_secret', brought))}</pre>"
    )


def _command(api_url: str, brought: str) -> str:
    before, after = _body(_GIVEN_SECRET, brought).split(_GIVEN_SECRET, 1)
    body = f'{shlex.quote(before)}"{_GIVEN_SECRET}"{shlex.quote(after)}'
    return (
        f'curl -sS "{api_url}/v1/auth/logins/$LOGIN_ID/complete" \\\n'
        f"  -H 'Content-Type: application/json' \\\n  -d {body}"
    )


def _body(secret: str, brought: str) -> str:
    return json.dumps({"login_secret": secret, "callback_query": brought})
