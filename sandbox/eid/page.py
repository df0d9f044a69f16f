"""The provider's pages: who logs in, and who can."""

from collections.abc import Sequence
from html import escape
from typing import Final

from aiohttp import web

from sandbox import frame
from sandbox.eid.people import Person

_LEAD: Final = "Môi trường thử: ai ở đây cũng là nhân vật giả định, không cần mật khẩu."


def choose(people: Sequence[Person], given: dict[str, str], notice: str | None) -> web.Response:
    """Everybody as a button of one form that carries the request's parameters along."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in given.items()
    )
    warning = f'<p class="notice">{escape(notice)}</p>' if notice else ""
    buttons = "".join(map(_button, people))
    form = f'{warning}<form method="post" action="authorize">{hidden}{buttons}</form>'
    return frame.page("Đăng nhập bằng tài khoản định danh điện tử", _LEAD, form)


def show(people: Sequence[Person]) -> web.Response:
    """Lists every invented person with their handle, while no log-in has begun."""
    how = (
        '<p class="notice">Mở <code>authorization_url</code> mà <code>POST /v1/auth/logins</code> trả về rồi chọn một '
        "người, hoặc thêm <code>&amp;login_hint=</code> và tên đăng nhập vào sau. Cán bộ, công an: gửi "
        '<code>{"as": "officer"}</code>. / Open the <code>authorization_url</code> of '
        "<code>POST /v1/auth/logins</code> and choose a person, or append <code>&amp;login_hint=</code> and the name "
        "shown here. Officers and police: "
        'send <code>{"as": "officer"}</code>.</p>'
    )
    rows = "".join(f'<div class="row">{_told(one)}<code>{escape(one.login)}</code></div>' for one in people)
    return frame.page("Những người có thể đăng nhập", _LEAD, how + rows)


def refuse(reason: str) -> web.Response:
    """For a request that may not be sent back to where it says it came from."""
    return frame.page("Không thể đăng nhập", _LEAD, f'<p class="notice">{escape(reason)}.</p>', 400)


def _button(person: Person) -> str:
    level = "level one" if person.identity_level == 1 else "level"
    return (
        f'<button name="person" value="{escape(person.login)}" class="row">{_told(person)}'
        f'<span class="{level}">Mức {person.identity_level}</span></button>'
    )


def _told(person: Person) -> str:
    masked = person.tax_code or f"{person.citizen_pid[:3]}•••••{person.citizen_pid[-4:]}"
    initial = person.name.rsplit(" ", 1)[-1][0]
    return (
        f'<span class="face" aria-hidden="true">{escape(initial)}</span>'
        f'<span>{escape(person.name)}<span class="role">{escape(person.role)} · {masked}</span></span>'
    )
