"""The portal: tokens, the three arrays, and a count that no published document has."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar, Final

from aiohttp import web

from sandbox.authority import page
from sandbox.authority.controls import Controls
from sandbox.authority.dials import Dials
from sandbox.authority.rules import (
    NO_CHANGES,
    NO_GUESTS,
    Desk,
    day,
    document_of,
    joined,
    open_stay,
    wrong_change,
    wrong_guest,
)
from sandbox.authority.store import FOREIGN, VIETNAMESE, Imported, Stay
from sandbox.authority.tokens import TokenDesk, Vendor
from sandbox.world import Op, Twin, World, pairs_of, query

_VIETNAM: Final = timezone(timedelta(hours=7))
_SKIPPED_ROW: Final = 4
_DONE: Final = {"code": "200", "message": "Thành công", "data": None}


class LodgingAuthority(Twin):
    """Own faults: `empty_success` (an array is answered with success and nothing of it imported), `skip_row` (success,
    but the fourth guest is left out), `odd_text` (an array is refused with a text that is in no list)."""

    name: ClassVar[str] = "authority"
    modes: ClassVar[frozenset[str]] = frozenset({"empty_success", "skip_row", "odd_text"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        said = world.settings
        self.vendor = Vendor(said.authority_login_basic, said.authority_refresh_basic)
        self.tokens = TokenDesk(said.authority_refresh_basic, world.now)
        self.held = Imported()
        self._restart()

    def _restart(self) -> None:
        self.dials = Dials()
        self.tokens.restart()
        self.held.clear()
        self.calls: Counter[str] = Counter()

    def routes(self) -> Sequence[Op]:
        return (
            Op("POST", "/authorization-service/oauth/token", "token", self.token),
            Op("POST", "/authorization-service/oauth/refresh-token", "refresh", self.refresh),
            Op("DELETE", "/authorization-service/oauth/revoke", "revoke", self.revoke),
            Op("POST", "/client-service/kbtt/kbtt-3th", "foreign", self.foreign),
            Op("POST", "/client-service/kbtt-vn/kbtt-3th", "vietnamese", self.vietnamese),
            Op("POST", "/client-service/kbtt-vn/kbtt-3th/doi-ngay-tra-phong", "change", self.change),
            Op("GET", "/client-service/kbtt/3th/so-luong", "count", self.count),
            Op("GET", "", "page", self.index),
            Op("GET", "/{account:[A-Za-z0-9_.@-]{1,60}}.html", "page", self.account_page),
        )

    def controls(self) -> Sequence[Op]:
        return Controls(self).routes()

    def reset(self) -> None:
        super().reset()
        self._restart()

    def state(self) -> dict[str, Any]:
        return {
            "imported": len(self.held.stays),
            "doubled": self.held.doubled(),
            "accounts": len(self.held.accounts),
            "calls": dict(self.calls),
            "tokens": {
                "issued": self.tokens.issued,
                "refreshed": self.tokens.refreshed,
                "revoked": self.tokens.revoked,
            },
            "settings": self.dials.as_json(),
        }

    def failure(self, status: int) -> web.Response:
        return _answer(status, "Lỗi hệ thống")

    async def token(self, request: web.Request) -> web.StreamResponse:
        self.calls["token"] += 1
        form = dict(pairs_of(await request.read()))
        account = form.get("username", "")
        if Vendor.sent(request.headers.get("Authorization")) != self.vendor.login:
            return _answer(401, "Thông tin xác thực của đối tác không hợp lệ")
        if form.get("grant-type") != "api_cslt":
            return _answer(400, "grant-type không hợp lệ")
        if not account or form.get("password") != self.password_of(account):
            return _answer(400, "Tên đăng nhập hoặc mật khẩu không đúng")
        return web.json_response({**_DONE, "data": self.tokens.issue(account)})

    async def refresh(self, request: web.Request) -> web.StreamResponse:
        self.calls["refresh"] += 1
        if Vendor.sent(request.headers.get("Authorization")) != self.vendor.refresh:
            return _answer(401, "Thông tin xác thực của đối tác không hợp lệ")
        pair = self.tokens.renew(query(request).get("refresh_token", ""))
        if pair is None:
            return _answer(400, "Refresh token không hợp lệ")
        return web.json_response({**_DONE, "data": pair})

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        self.calls["revoke"] += 1
        self.tokens.revoke(query(request).get("access_token", ""))
        return web.json_response(_DONE)

    async def foreign(self, request: web.Request) -> web.StreamResponse:
        return await self._declare(request, FOREIGN)

    async def vietnamese(self, request: web.Request) -> web.StreamResponse:
        return await self._declare(request, VIETNAMESE)

    async def change(self, request: web.Request) -> web.StreamResponse:
        account, changes = await self._array(request, "change")
        if account is None:
            return _answer(401, "Phiên đăng nhập đã hết hạn")
        if not changes:
            return _answer(400, NO_CHANGES)
        desk = self._desk(account)
        refused = joined([wrong_change(desk, VIETNAMESE, each) for each in changes])
        if refused:
            return _answer(400, refused)
        for each in changes:
            self._apply(desk, each)
        return web.json_response(_DONE)

    async def count(self, request: web.Request) -> web.StreamResponse:
        """Unconfirmed: no published document has such a call. `ngay` is the day of arrival, `loai` one of the kinds."""
        self.calls["count"] += 1
        account, given = self._caller(request), query(request)
        if not self.dials.counts:
            return _answer(404, "Không tìm thấy")
        if account is None:
            return _answer(401, "Phiên đăng nhập đã hết hạn")
        try:
            night = date.fromisoformat(given.get("ngay", ""))
        except ValueError:
            return _answer(400, "Ngày không đúng định dạng yyyy-MM-dd")
        number = self.held.count(account, given.get("loai", ""), night)
        return web.json_response({**_DONE, "data": {"soLuong": number}})

    async def index(self, _request: web.Request) -> web.StreamResponse:
        return page.accounts(self.held)

    async def account_page(self, request: web.Request) -> web.StreamResponse:
        return page.of_account(self.held, request.match_info["account"])

    def password_of(self, account: str) -> str:
        return self.dials.passwords.get(account, self.world.settings.authority_password)

    async def _declare(self, request: web.Request, kind: str) -> web.StreamResponse:
        account, guests = await self._array(request, kind)
        if account is None:
            return _answer(401, "Phiên đăng nhập đã hết hạn")
        if not guests:
            return _answer(400, NO_GUESTS)
        if self.faults.take("odd_text"):
            return _answer(400, "Hệ thống đang bảo trì một phần, vui lòng kiểm tra lại dữ liệu")
        desk = self._desk(account)
        refused = joined([wrong_guest(desk, kind, each, guests[:n]) for n, each in enumerate(guests)])
        if refused:
            return _answer(400, refused)
        if not self.faults.take("empty_success"):
            skipped = _SKIPPED_ROW if self.faults.take("skip_row") else 0
            for number, guest in enumerate(guests, 1):
                if number != skipped:
                    self._import(account, kind, guest)
        return web.json_response(_DONE)

    async def _array(self, request: web.Request, op: str) -> tuple[str | None, list[Any]]:
        """Whose call it is (None: nobody's), and its array; an array of no length for anything else."""
        self.calls[op] += 1
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = []
        return self._caller(request), body if isinstance(body, list) else []

    def _caller(self, request: web.Request) -> str | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.tokens.account_of(token) if kind.lower() == "bearer" else None

    def _desk(self, account: str) -> Desk:
        now = datetime.fromtimestamp(self.world.now(), UTC).astimezone(_VIETNAM).replace(tzinfo=None)
        return Desk(
            account=account,
            today=self.dials.today or now.date(),
            now=now,
            held=self.held,
            room_required=account not in self.dials.without_rooms,
            refuses_duplicates=self.dials.refuses_duplicates,
        )

    def _import(self, account: str, kind: str, guest: dict[str, Any]) -> None:
        arrival, departure = day(guest["ngayDenCsltStr"]), day(guest["ngayDiDuKienStr"])
        if arrival is None or departure is None:
            return
        self.held.add(
            Stay(
                position=len(self.held.stays) + 1,
                account=account,
                kind=kind,
                name=str(guest["hoTen"]),
                document_kind=4 if kind == FOREIGN else int(guest["loaiGiayTo"]),
                document=document_of(kind, guest),
                arrival=arrival,
                departure=departure,
                room=str(guest.get("soPhong") or ""),
                body={name: value for name, value in guest.items() if not name.endswith("B64")},
            )
        )

    def _apply(self, desk: Desk, change: dict[str, Any]) -> None:
        stay = open_stay(desk, VIETNAMESE, str(change["soGiayTo"]))
        if stay is None:
            return
        given = day(change.get("thoiGianStr"))
        if change["loai"] == "TS":
            stay.left = given or desk.now
        elif given is not None:
            stay.departure = given


def _answer(status: int, message: str) -> web.Response:
    return web.json_response({"code": str(status), "message": message, "data": None}, status=status)
