"""The registration of a household business by two invented members of a family, as their app fills it in."""

from typing import Any, Final

from journey.photos import File, photograph, scan

PROCEDURE: Final = "1.001612"
AGENCY: Final = "H17.20551"
REQUEST, MINUTES, CERTIFICATE = "giay_de_nghi", "bien_ban_hop", "giay_chung_nhan"
_HOME: Final = {"tinh": "48", "xa": "20551", "soNha": "12 đường Mẫu"}


def form_values(name: str, me: dict[str, Any], phone: str) -> dict[str, Any]:
    """A form that can be submitted; `me` is what `GET /v1/me` says of the applicant."""
    male = int(me["identity_number"][3]) % 2 == 0
    return {
        "kinhGui": "Cơ quan đăng ký kinh doanh phường Điện Bàn",
        "hkd_tenVN": f"Hộ kinh doanh {name}",
        "truSo": {**_HOME, "dienThoai": phone},
        "nganhNghe": [
            {"stt": 1, "ten": "Nhà hàng và các dịch vụ ăn uống phục vụ lưu động", "ma": "5610", "chinh": True},
            {"stt": 2, "ten": "Dịch vụ phục vụ đồ uống", "ma": "5630", "chinh": False},
        ],
        "vonKinhDoanh": {"so": 50_000_000, "bangChu": "Năm mươi triệu đồng"},
        "soLaoDong": 2,
        "chuThe": "thanh_vien_gd",
        "chuHo": {
            "hoTen": me["full_name"],
            "gioiTinh": "nam" if male else "nu",
            "ngaySinh": me["birth_date"],
            "soDinhDanh": me["identity_number"],
            "quocTich": "Việt Nam",
            "dienThoai": phone,
            "noiThuongTru": dict(_HOME),
            "noiOHienTai": dict(_HOME),
        },
        "thanhVien": [
            {
                "hoTen": "Trần Văn Ví Dụ",
                "gioiTinh": "nam",
                "ngaySinh": "1988-01-02",
                "soDinhDanh": "049088000002",
                "quocTich": "Việt Nam",
                "noiThuongTru": dict(_HOME),
            }
        ],
    }


def request_photo(*, seed: int = 1) -> File:
    lines = ("GIAY DE NGHI DANG KY HO KINH DOANH", "Kinh gui: UBND phuong Dien Ban", "Ten ho: Mi Quang Thu Nghiem")
    return photograph("giay-de-nghi.jpg", lines, seed=seed)


def minutes_photo(*, seed: int = 2) -> File:
    lines = ("BIEN BAN HOP GIA DINH", "Cac thanh vien cung thanh lap ho kinh doanh", "Chu ky cua cac thanh vien")
    return photograph("bien-ban-hop.jpg", lines, seed=seed)


def certificate() -> File:
    lines = ("GIAY CHUNG NHAN DANG KY HO KINH DOANH", "Cap lan dau", "Ten ho: Mi Quang Thu Nghiem")
    return scan("giay-chung-nhan.pdf", lines)
