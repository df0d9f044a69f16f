"""The sandbox's first page: what can be looked at."""

from html import escape
from typing import Final

from aiohttp import web

from sandbox import frame

_LINKS: Final = (
    ("/eid/people", "Những người có thể đăng nhập", "invented people to log in as"),
    ("/phone", "Điện thoại thử: tin nhắn đã gửi", "the phone: texts that were sent"),
    ("/authority", "Cổng quản lý lưu trú: khai báo đã nhận", "the lodging authority: declarations it holds"),
)


async def home(_request: web.Request) -> web.StreamResponse:
    """Links, each with what stands behind it."""
    items = "".join(f'<li><a href="{path}">{escape(vi)}</a><br>{escape(en)}</li>' for path, vi, en in _LINKS)
    return frame.page("Môi trường thử", "Mọi bên ngoài của Một Cửa, đều là giả định.", f"<ul>{items}</ul>")
