"""The provider's log-in page."""

from collections.abc import Sequence
from html import escape

from aiohttp import web

from sandbox.eid.people import Person

_STYLE = """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:#f3f1ec;color:#23211d;font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
main{max-width:38rem;margin:0 auto;padding:2rem 1rem 3rem}
header{border-top:6px solid #b3261e;background:#fff;border-radius:0 0 12px 12px;padding:1.25rem 1.5rem;
 box-shadow:0 1px 3px #0002;margin-bottom:1rem}
h1{font-size:1.25rem;margin:0}
header p{margin:.25rem 0 0;color:#6b665c;font-size:.9rem}
.notice{background:#fff4d6;border:1px solid #e6c668;border-radius:10px;padding:.75rem 1rem;margin:0 0 1rem}
button{display:grid;grid-template-columns:2.75rem 1fr auto;gap:.9rem;align-items:center;width:100%;text-align:left;
 background:#fff;border:1px solid #e2ded5;border-radius:12px;padding:.8rem 1rem;margin:0 0 .6rem;font:inherit;
 color:inherit;cursor:pointer}
button:hover,button:focus-visible{border-color:#b3261e;box-shadow:0 2px 8px #b3261e22;outline:none}
.face{width:2.75rem;height:2.75rem;border-radius:50%;background:#b3261e;color:#fff;display:grid;place-items:center;
 font-weight:600}
.role{display:block;color:#6b665c;font-size:.85rem}
.level{font-size:.75rem;border-radius:99px;padding:.15rem .6rem;background:#e5f2e6;color:#1d5b26;white-space:nowrap}
.level.one{background:#f7e8d0;color:#7a4a06}
"""


def _page(title: str, body: str, status: int) -> web.Response:
    text = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><header><h1>{escape(title)}</h1>"
        "<p>Môi trường thử: ai ở đây cũng là nhân vật giả định, không cần mật khẩu.</p></header>"
        f"{body}</main></body></html>"
    )
    return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def choose(people: Sequence[Person], given: dict[str, str], notice: str | None) -> web.Response:
    """Everybody as a button of one form that carries the request's parameters along."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in given.items()
    )
    warning = f'<p class="notice">{escape(notice)}</p>' if notice else ""
    buttons = "".join(map(_button, people))
    form = f'{warning}<form method="post" action="authorize">{hidden}{buttons}</form>'
    return _page("Đăng nhập bằng tài khoản định danh điện tử", form, 200)


def refuse(reason: str) -> web.Response:
    """For a request that may not be sent back to where it says it came from."""
    return _page("Không thể đăng nhập", f'<p class="notice">{escape(reason)}.</p>', 400)


def _button(person: Person) -> str:
    masked = person.tax_code or f"{person.citizen_pid[:3]}•••••{person.citizen_pid[-4:]}"
    level = "level one" if person.identity_level == 1 else "level"
    initial = person.name.rsplit(" ", 1)[-1][0]
    return (
        f'<button name="person" value="{escape(person.login)}"><span class="face" aria-hidden="true">{escape(initial)}'
        f'</span><span>{escape(person.name)}<span class="role">{escape(person.role)} · {masked}</span></span>'
        f'<span class="{level}">Mức {person.identity_level}</span></button>'
    )
