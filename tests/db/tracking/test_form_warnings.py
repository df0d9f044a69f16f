"""Doubts about a form are told to the citizen and to the officer, in their language, while the dossier is open."""

from typing import Any

import pytest

from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.texts.bilingual import Language
from tests.db.tracking.conftest import Scene
from tracking.models import Dossier
from tracking.reading.views import Reader
from tracking.service import officer

DOUBTFUL = {"vonKinhDoanh": {"so": 50_000_000, "bangChu": "Năm triệu đồng"}, "ngayBatDau": "2099-01-01"}
TOLD = [("/form_values/ngayBatDau", "date_unusual"), ("/form_values/vonKinhDoanh/bangChu", "amount_words_differ")]


def seen(scene: Scene, actor: Actor, dossier: Dossier, language: Language = "vi") -> dict[str, Any]:
    scene.work.session.flush()
    reader = Reader(scene.work.session.connection(), scene.work.vault, language)
    found = reader.desk(actor, dossier.id) if actor.agency_code else reader.own(actor, dossier.id)
    assert found is not None
    return found[1]


def told(view: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((each["pointer"], each["code"]) for each in view["warnings"])


def test_both_see_them_while_it_is_open(scene: Scene) -> None:
    actor, receiver = scene.citizen(), scene.officer("receiver")
    draft = scene.draft(actor, **DOUBTFUL)
    assert told(seen(scene, actor, draft)) == TOLD
    filed = scene.submitted(actor, **DOUBTFUL, hkd_tenVN="Hộ kinh doanh Quán Hai")
    assert told(seen(scene, actor, filed)) == told(seen(scene, receiver, filed)) == TOLD
    words = {language: seen(scene, receiver, filed, language)["warnings"][0]["message"] for language in ("vi", "en")}
    assert words["vi"] != words["en"]
    officer.decline_dossier(
        scene.work, receiver, scene.office, filed.id, lambda _version: None, reason="Hồ sơ khai sai số tiền vốn."
    )
    assert told(seen(scene, receiver, filed)) == []


def test_an_ordinary_form_has_none(scene: Scene) -> None:
    actor = scene.citizen()
    assert seen(scene, actor, scene.submitted(actor))["warnings"] == []


@pytest.mark.parametrize(
    ("held", "sought"),
    [
        ("Đức Anh", "Ðức Аnh"),
        ("Út’s – Cơm", "Út's - Cơm"),
        ("“Nhớ”", '"Nhớ"'),
        ("Mì Quảng", "Ｍì\u200b Ｑuảng"),
        ("Hoà", "HÒA"),
    ],
)
def test_names_that_look_the_same_are_held_once(scene: Scene, held: str, sought: str) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN=f"Hộ kinh doanh {held}")
    with pytest.raises(DomainError) as caught:
        scene.submitted(scene.citizen("Lê Thị Thử"), hkd_tenVN=sought)
    assert [(error.pointer, error.code) for error in caught.value.fields] == [("/form_values/hkd_tenVN", "name_taken")]


def test_people_with_a_year_and_one_name_file(scene: Scene) -> None:
    actor = scene.citizen("Ơ")
    owner = {
        **scene_owner(),
        "hoTen": "Ơ",
        "ngaySinh": "1950",
        "soDinhDanh": "049150000009",
    }
    filed = scene.submitted(actor, chuHo=owner)
    assert seen(scene, scene.officer("receiver"), filed)["form_values"]["chuHo"]["ngaySinh"] == "1950"


def scene_owner() -> dict[str, Any]:
    home = {"tinh": "48", "xa": "20551", "soNha": "12 Hoàng Diệu"}
    return {
        "gioiTinh": "nu",
        "quocTich": "Việt Nam",
        "dienThoai": "0912345678",
        "noiThuongTru": home,
        "noiOHienTai": home,
    }
