"""The citizen's phone: which numbers were written to, and each one's screen."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from string import Template
from typing import Any, ClassVar

from aiohttp import web

from sandbox.world import Heard, Op, Twin

_VIETNAM = timezone(timedelta(hours=7))
_SHOWN = 200
_LISTED = 200
_PAGE = Template((Path(__file__).parent / "phone.html").read_text(encoding="utf-8"))
_STATES = {"queued": "Đang gửi", "sent": "Đã gửi", "delivered": "Đã nhận", "failed": "Không đến được"}


class Phone(Twin):
    """Shows what every other twin brought to a number. Addresses carry a handle, never the number."""

    name: ClassVar[str] = "phone"

    def routes(self) -> Sequence[Op]:
        return (
            Op("GET", "", "list", self.index),
            Op("GET", ".json", "list", self.index_json),
            Op("GET", "/{handle:[0-9]{1,9}}", "screen", self.screen),
            Op("GET", "/{handle:[0-9]{1,9}}.json", "screen", self.screen_json),
        )

    def state(self) -> dict[str, Any]:
        return {"numbers": len(self.world.book)}

    def _heard(self, number: str) -> list[Heard]:
        heard = [one for twin in self.world.twins for one in twin.heard(number, _SHOWN)]
        return sorted(heard, key=lambda one: one.at)[-_SHOWN:]

    def _found(self, request: web.Request) -> tuple[int, str]:
        handle = int(request.match_info["handle"])
        number = self.world.book.number(handle)
        if number is None:
            raise web.HTTPNotFound(text="Không có máy này.")
        return handle, number

    async def index_json(self, _request: web.Request) -> web.StreamResponse:
        rows = []
        for handle, number in self.world.book.latest(_LISTED):
            heard = self._heard(number)
            last = _wire(heard[-1].at) if heard else None
            rows.append({"handle": handle, "number": number, "messages": len(heard), "last_at": last})
        return web.json_response({"phones": rows, "total": len(self.world.book)})

    async def screen_json(self, request: web.Request) -> web.StreamResponse:
        handle, number = self._found(request)
        messages = [
            {
                "at": _wire(one.at),
                "from": one.sender,
                "text": one.text,
                "channel": one.channel,
                "encoding": one.encoding,
                "parts": one.parts,
                "state": one.state,
            }
            for one in self._heard(number)
        ]
        return web.json_response({"handle": handle, "number": number, "messages": messages})

    async def index(self, _request: web.Request) -> web.StreamResponse:
        rows = [self._row(handle, number) for handle, number in self.world.book.latest(_LISTED)]
        empty = '<p class="empty">Chưa có máy nào nhận tin nhắn.</p>'
        return _page("Điện thoại", "Những số đã được nhắn tin, mới nhất ở trên", "".join(rows) or empty, "list")

    def _row(self, handle: int, number: str) -> str:
        heard = self._heard(number)
        last = heard[-1] if heard else None
        text = escape(last.text) if last else ""
        time = _clock(last.at) if last else ""
        return (
            f'<a class="row" href="/phone/{handle}"><span class="face">{len(heard)}</span><span class="who">'
            f'{escape(_spaced(number))}<span class="last">{text}</span></span><time>{time}</time></a>'
        )

    async def screen(self, request: web.Request) -> web.StreamResponse:
        _, number = self._found(request)
        heard = self._heard(number)
        bubbles, day, sender = [], "", ""
        for one in heard:
            if _day(one.at) != day:
                day, sender = _day(one.at), ""
                bubbles.append(f'<p class="day">{day}</p>')
            if one.sender != sender:
                sender = one.sender
                bubbles.append(f'<p class="sender">{escape(sender)} · {escape(one.channel)}</p>')
            bubbles.append(_bubble(one))
        title = heard[-1].sender if heard else "Tin nhắn"
        return _page(title, f"Máy số {_spaced(number)}", "".join(bubbles), "thread")


def _bubble(one: Heard) -> str:
    size = f"{one.parts} phần · {one.encoding}" if one.parts else one.encoding
    return (
        f'<article class="bubble {one.state}"><p>{escape(one.text)}</p><footer><time>{_clock(one.at)}</time>'
        f'<span>{escape(size)}</span><span class="state">{_STATES[one.state]}</span>'
        "</footer></article>"
    )


def _page(title: str, subtitle: str, body: str, kind: str) -> web.Response:
    text = _PAGE.substitute(title=escape(title), subtitle=escape(subtitle), body=body, kind=kind)
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(_VIETNAM)


def _wire(at: float) -> str:
    return _local(at).isoformat(timespec="milliseconds")


def _clock(at: float) -> str:
    return _local(at).strftime("%H:%M")


def _day(at: float) -> str:
    return _local(at).strftime("%d/%m/%Y")


def _spaced(number: str) -> str:
    """0905 000 001 for a Vietnamese mobile, anything else as it is."""
    if number.startswith("+84") and len(number) == 12:
        national = "0" + number[3:]
        return f"{national[:4]} {national[4:7]} {national[7:]}"
    return number
