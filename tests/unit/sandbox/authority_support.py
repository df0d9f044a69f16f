"""The lodging authority's portal as a lodging's program calls it."""

import base64
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from tests.unit.sandbox.support import SETTINGS, Answer, Caller

ACCOUNT = "cslt-dienban-01"
BASE = "/authority"
_TOKEN = f"{BASE}/authorization-service/oauth"


def now() -> datetime:
    return datetime.now(timezone(timedelta(hours=7)))


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def foreigner(number: str = "K0000001", **changes: Any) -> dict[str, Any]:
    """A made-up guest who arrived just now."""
    guest = {
        "hoTen": "TEST GUEST",
        "quocTich": "FRA",
        "soHoChieu": number,
        "gioiTinh": "F",
        "loaiNgayThangNamSinh": "D",
        "ngayThangNamSinhStr": "1990-03-08",
        "ngayDenCsltStr": text(now()),
        "ngayDiDuKienStr": text(now() + timedelta(days=2)),
        "soPhong": "101",
        "thoiHanTamTruStr": text(now() + timedelta(days=30)),
    }
    return {name: value for name, value in {**guest, **changes}.items() if value is not None}


def vietnamese(number: str = "049090000001", **changes: Any) -> dict[str, Any]:
    guest = {
        "hoTen": "Nguyễn Văn Thử",
        "gioiTinh": "M",
        "ngayThangNamSinhStr": "1990-03-08",
        "ngayDenCsltStr": text(now()),
        "ngayDiDuKienStr": text(now() + timedelta(days=2)),
        "soPhong": "102",
        "lyDoCuTru": 1,
        "loaiGiayTo": 1,
        "soGiayTo": number,
    }
    return {name: value for name, value in {**guest, **changes}.items() if value is not None}


class Portal:
    """One account at the twin; logs in with the first call."""

    def __init__(self, call: Caller, account: str = ACCOUNT) -> None:
        self._call = call
        self.account = account
        self._token = ""

    def login(self, **changes: str) -> Answer:
        form = {"username": self.account, "password": SETTINGS.authority_password, "grant-type": "api_cslt", **changes}
        return self._call("POST", f"{_TOKEN}/token", form=form, headers=basic(SETTINGS.authority_login_basic))

    def refresh(self, token: str, pair: str = SETTINGS.authority_refresh_basic) -> Answer:
        address = f"{_TOKEN}/refresh-token?refresh_token={quote(token, safe='')}"
        return self._call("POST", address, headers=basic(pair))

    def revoke(self, token: str) -> Answer:
        return self._call("DELETE", f"{_TOKEN}/revoke?access_token={quote(token, safe='')}")

    def foreign(self, *guests: object, token: str | None = None) -> Answer:
        return self._post("/client-service/kbtt/kbtt-3th", list(guests), token)

    def vietnamese(self, *guests: object) -> Answer:
        return self._post("/client-service/kbtt-vn/kbtt-3th", list(guests), None)

    def change(self, *changes: object) -> Answer:
        return self._post("/client-service/kbtt-vn/kbtt-3th/doi-ngay-tra-phong", list(changes), None)

    def count(self, kind: str, night: str) -> Answer:
        address = f"{BASE}/client-service/kbtt/3th/so-luong?ngay={night}&loai={kind}"
        return self._call("GET", address, headers=self.bearer())

    def imported(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._call.control("GET", f"/authority/imported?account={self.account}")[
            "imported"
        ]
        return rows

    def bearer(self, token: str | None = None) -> dict[str, str]:
        if token is None:
            self._token = self._token or self.login().json()["data"]["AccessToken"]
        return {"Authorization": f"Bearer {token if token is not None else self._token}"}

    def _post(self, path: str, body: object, token: str | None) -> Answer:
        return self._call("POST", BASE + path, data=body, headers=self.bearer(token))


def basic(pair: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
