"""A plain page of what the authority has."""

from html import escape
from typing import Final
from urllib.parse import quote

from aiohttp import web

from sandbox.authority.store import Imported

_SHOWN: Final = 500
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#15181c}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d8dde3}"
    "th{background:#eef2f6}a{color:#0a5bc4}"
)


def accounts(held: Imported) -> web.Response:
    """Every account that has declared a guest."""
    rows = [
        f'<tr><td><a href="/authority/{quote(name)}.html">{escape(name)}</a></td><td>{number}</td></tr>'
        for name, number in sorted(held.accounts.items())[:_SHOWN]
    ]
    table = _table(("Tài khoản cơ sở", "Số khai báo"), rows)
    return _page("Cổng khai báo tạm trú (thử nghiệm)", f"<p>Đã nhận {len(held.stays)} khai báo.</p>{table}")


def of_account(held: Imported, account: str) -> web.Response:
    """The latest declarations of one account."""
    stays = [stay for stay in reversed(held.stays) if stay.account == account][:_SHOWN]
    rows = [
        "<tr>"
        + "".join(
            f"<td>{escape(text)}</td>"
            for text in (
                stay.name,
                stay.document,
                f"{stay.arrival:%d/%m/%Y %H:%M}",
                f"{stay.ends:%d/%m/%Y %H:%M}",
                stay.room,
                "Đã trả phòng" if stay.left else "Đang tạm trú",
            )
        )
        + "</tr>"
        for stay in stays
    ]
    table = _table(("Họ tên", "Số giấy tờ", "Ngày đến", "Ngày đi", "Phòng", "Tình trạng"), rows)
    return _page(f"Cơ sở {account}", f'<p><a href="/authority">Tất cả cơ sở</a></p>{table}')


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _page(title: str, body: str) -> web.Response:
    text = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
