"""A household business registration as an invented citizen fills it in, and the procedure it is filed under."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from procedures.definition import Procedure
from procedures.loader import read_document, read_procedure

ROOT = Path(__file__).parents[3]
FILE = ROOT / "procedures/data/national/1.001612.yaml"
TODAY = date(2026, 11, 20)


@cache
def procedure() -> Procedure:
    return read_procedure(read_document(FILE))


def values() -> dict[str, Any]:
    """Form values that pass, fresh at each call."""
    home = {"tinh": "48", "xa": "20551", "soNha": "12 Hoàng Diệu"}
    return {
        "kinhGui": "Phòng Kinh tế phường Điện Bàn",
        "hkd_tenVN": "Hộ kinh doanh Mì Quảng Bà Thử",
        "truSo": {**home, "dienThoai": "0912345678", "email": "thu@example.vn"},
        "nganhNghe": [
            {"stt": 1, "ten": "Nhà hàng và các dịch vụ ăn uống", "ma": "5610", "chinh": True},
            {"stt": 2, "ten": "Dịch vụ phục vụ đồ uống", "ma": "5630", "chinh": False},
        ],
        "vonKinhDoanh": {"so": 50_000_000, "bangChu": "Năm mươi triệu đồng"},
        "ngayBatDau": "2026-12-01",
        "soLaoDong": 2,
        "phuongPhapGTGT": "ke_khai",
        "chuThe": "ca_nhan",
        "chuHo": {
            "hoTen": "Nguyễn Thị Thử",
            "gioiTinh": "nu",
            "ngaySinh": "1990-05-17",
            "soDinhDanh": "049190000001",
            "quocTich": "Việt Nam",
            "dienThoai": "+84 91 234 56 78",
            "noiThuongTru": home,
            "noiOHienTai": dict(home),
        },
    }


def member() -> dict[str, Any]:
    return {
        "hoTen": "Trần Văn Thử",
        "gioiTinh": "nam",
        "ngaySinh": "1988-01-02",
        "soDinhDanh": "049088000002",
        "quocTich": "Việt Nam",
        "noiThuongTru": {"tinh": "48", "xa": "20551", "soNha": "12 Hoàng Diệu"},
    }
