"""The lodging authority's twin: token quirks, arrays refused whole, days, guests known again, bad manners."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.sandbox.authority_support import BASE, Portal, foreigner, now, text, vietnamese
from tests.unit.sandbox.support import SETTINGS, Caller


@pytest.fixture
def portal(call: Caller) -> Portal:
    return Portal(call)


def test_the_grant_type_is_written_with_a_hyphen(portal: Portal) -> None:
    data = portal.login().json()["data"]
    assert data["TokenType"] == "bearer"
    assert isinstance(data["Exp"], int)
    assert "kbtt:create-3th" in data["Authorities"]
    assert portal.login(**{"grant-type": "password"}).status == 400
    assert portal.login(password="wrong").json()["code"] == "400"


def test_a_refresh_token_is_good_once_and_needs_the_other_basic_value(portal: Portal) -> None:
    first = portal.login().json()["data"]["RefreshToken"]
    assert portal.refresh(first, SETTINGS.authority_login_basic).status == 401
    second = portal.refresh(first).json()["data"]
    assert second["RefreshToken"] != first
    assert portal.refresh(first).status == 400
    assert portal.foreign(foreigner(), token=second["AccessToken"]).status == 200


def test_a_refresh_token_needs_to_be_encoded(call: Caller, portal: Portal) -> None:
    token = portal.login().json()["data"]["RefreshToken"]
    raw = call("POST", f"{BASE}/authorization-service/oauth/refresh-token?refresh_token={token}")
    assert raw.status == 401
    assert "+" in token
    assert portal.refresh(token.replace("+", " ")).status == 400


def test_revoked_expired_and_ended_tokens_are_refused(call: Caller, portal: Portal) -> None:
    revoked = portal.login().json()["data"]["AccessToken"]
    portal.revoke(revoked)
    assert portal.foreign(foreigner(), token=revoked).status == 401
    call.control("PATCH", "/authority/tokens", {"life_s": 0})
    assert portal.foreign(foreigner(), token=portal.login().json()["data"]["AccessToken"]).status == 401
    call.control("PATCH", "/authority/tokens", {"life_s": 600, "end": True})
    assert portal.foreign(foreigner(), token="a.b.c").status == 401
    assert portal.imported() == []


def test_arrays_are_imported_and_nothing_names_what_was_made(portal: Portal) -> None:
    answer = portal.foreign(foreigner("K1"), foreigner("K2"))
    assert answer.json() == {"code": "200", "message": "Thành công", "data": None}
    assert portal.vietnamese(vietnamese()).status == 200
    assert [row["document"] for row in portal.imported()] == ["K1", "K2", "049090000001"]


def test_one_wrong_guest_refuses_the_whole_array(portal: Portal) -> None:
    past = text(now() - timedelta(days=2))
    answer = portal.foreign(foreigner("K1"), foreigner("K2", ngayDenCsltStr=past), foreigner("K3", gioiTinh="x"))
    assert answer.status == 400
    assert answer.json()["message"] == (
        "Bản khai báo 2: Ngày đến Cslt phải là ngày hiện tại hoặc hôm qua,\nBản khai báo 3: Giới tính phải là M hoặc F"
    )
    assert portal.imported() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hoTen": None}, "Họ tên không được để trống"),
        ({"soHoChieu": "K-1"}, "Số hộ chiếu không hợp lệ"),
        ({"quocTich": "ger"}, "Quốc tịch không tồn tại"),
        ({"soPhong": None}, "Số phòng không được để trống"),
        ({"ngayThangNamSinhStr": "08/03/1990"}, "định dạng"),
        ({"loaiNgayThangNamSinh": "M"}, "D hoặc Y"),
        ({"thoiHanTamTruStr": "2020-01-01 00:00:00"}, "Thời hạn tạm trú phải lớn hoặc bằng hôm nay"),
        ({"ngayDiDuKienStr": "2020-01-01 00:00:00"}, "Ngày đi dự kiến phải lớn hoặc bằng ngày hôm qua"),
    ],
)
def test_fields_of_a_foreign_guest(portal: Portal, changes: dict[str, Any], said: str) -> None:
    assert said in portal.foreign(foreigner(**changes)).json()["message"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"soGiayTo": "49090000001"}, "Thẻ CCCD phải gồm đúng 12 chữ số"),
        ({"loaiGiayTo": 9}, "Loại giấy tờ phải có giá trị từ 1 đến 8"),
        ({"lyDoCuTru": 20}, "Lý do chi tiết"),
        ({"lyDoCuTru": 21}, "từ 1 đến 20"),
        ({"lyDoCuTru": None}, "Lý do cư trú không được để trống"),
    ],
)
def test_fields_of_a_vietnamese_guest(portal: Portal, changes: dict[str, Any], said: str) -> None:
    assert said in portal.vietnamese(vietnamese(**changes)).json()["message"]


def test_guests_are_known_again(portal: Portal) -> None:
    first, second = foreigner("K1"), vietnamese()
    assert (portal.foreign(first).status, portal.vietnamese(second).status) == (200, 200)
    assert "đang tạm trú tại CSLT và chưa checkout" in portal.foreign(first).json()["message"]
    assert "trùng thời gian" in portal.vietnamese(second).json()["message"]
    assert "Bị trùng giấy tờ với bản ghi 1" in portal.foreign(foreigner("K9"), foreigner("k9")).json()["message"]
    assert len(portal.imported()) == 2


def test_leaving_early_and_staying_longer(portal: Portal) -> None:
    portal.vietnamese(vietnamese())

    def change(kind: str, days: int) -> Any:
        at = text(now() + timedelta(days=days))
        return portal.change({"loai": kind, "soGiayTo": "049090000001", "loaiGiayTo": 1, "thoiGianStr": at}).json()

    assert "30 ngày" in change("GH", 31)["message"]
    assert "lớn hơn" in change("GH", 1)["message"]
    assert change("XX", 3)["message"] == "Bản khai báo 1: Loại phải là GH hoặc TS"
    assert change("GH", 5)["code"] == "200"
    assert change("TS", 0)["code"] == "200"
    assert portal.imported()[0]["left"] is not None
    assert "Không tìm thấy" in change("TS", 0)["message"]
    assert portal.change().json()["message"] == "Danh sách đổi ngày trả phòng không được để trống"


def test_success_that_imports_nothing_or_leaves_one_out(call: Caller, portal: Portal) -> None:
    call.control("POST", "/authority/faults", {"mode": "empty_success", "count": 1})
    assert portal.foreign(foreigner("K1")).json()["code"] == "200"
    assert portal.imported() == []
    call.control("POST", "/authority/faults", {"mode": "skip_row", "count": 1})
    assert portal.foreign(*(foreigner(f"K{n}") for n in range(1, 6))).status == 200
    assert [row["document"] for row in portal.imported()] == ["K1", "K2", "K3", "K5"]


def test_it_counts_what_arrived_on_a_day_if_it_counts_at_all(call: Caller, portal: Portal) -> None:
    portal.foreign(foreigner("K1"), foreigner("K2"))
    today = f"{now():%Y-%m-%d}"
    assert portal.count("foreign", today).json()["data"] == {"soLuong": 2}
    assert portal.count("vietnamese", today).json()["data"] == {"soLuong": 0}
    call.control("PATCH", "/authority/settings", {"counts": False})
    assert portal.count("foreign", today).status == 404


def test_an_import_may_be_followed_by_a_reset(call: Caller, portal: Portal) -> None:
    portal.bearer()
    call.control("POST", "/authority/faults", {"mode": "reset", "op": "foreign", "count": 1})
    with pytest.raises(OSError, match=r"reset|Remote end closed"):
        portal.foreign(foreigner("K1"))
    assert len(portal.imported()) == 1


def test_settings_are_checked(call: Caller, portal: Portal) -> None:
    wrongs: list[dict[str, Any]] = [
        {"counts": 1},
        {"today": "soon"},
        {"passwords": []},
        {"without_rooms": "x"},
        {"odd": 1},
    ]
    for wrong in wrongs:
        assert call("PATCH", "/_control/authority/settings", data=wrong).status == 400
    call.control("PATCH", "/authority/settings", {"today": "2020-01-02", "passwords": {portal.account: "own"}})
    assert portal.login().status == 400
    token = portal.login(password="own").json()["data"]["AccessToken"]
    assert "hôm qua" in portal.foreign(foreigner(), token=token).json()["message"]


def test_a_page_shows_what_the_authority_has(call: Caller, portal: Portal) -> None:
    portal.vietnamese(vietnamese(hoTen="<b>Thử</b>"))
    assert portal.account in call("GET", "/authority").text
    shown = call("GET", f"/authority/{portal.account}.html").text
    assert "049090000001" in shown
    assert "<b>Thử" not in shown


def test_what_is_doubled_can_be_seen(call: Caller, portal: Portal) -> None:
    call.control("PATCH", "/authority/settings", {"refuses_duplicates": False})
    guest = foreigner("K1")
    assert (portal.foreign(guest).status, portal.foreign(guest).status) == (200, 200)
    assert call.twin("authority")["doubled"] == 1
