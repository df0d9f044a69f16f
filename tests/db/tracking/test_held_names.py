"""Names that were held under older rules are found taken by the new ones, once the sweep has been there."""

import pytest
from sqlalchemy import select

from kernel.texts.folding import FOLD_VERSION
from kernel.texts.vietnam import fold_name
from tests.db.tracking.conftest import Scene
from tracking import store
from tracking.models import ReservedName
from tracking.service.names import renew_held_names


def _held(scene: Scene) -> ReservedName:
    return scene.work.session.scalars(select(ReservedName)).one()


def _is_taken(scene: Scene, row: ReservedName, name: str) -> bool:
    return store.name_is_held(scene.work.session, row.scope, fold_name(name, ignore_prefixes=["Hộ kinh doanh"]))


@pytest.mark.parametrize(
    ("typed", "old"),
    [
        ("Hộ kinh doanh Ðức Anh", "ðức anh"),
        ("HỘ KINH DOANH Đức–Anh", "đức–anh"),
        ("Hộ kinh doanh Quảng Аn", "quảng аn"),
        ("Hộ kinh doanh Cà Phê Hoà", "cà phê hòa"),
        ("Hộ kinh dоanh Mì Quảng", "hộ kinh dоanh mì quảng"),
    ],
)
def test_a_name_held_by_an_older_key_is_taken_after_the_sweep(scene: Scene, typed: str, old: str) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN=typed)
    row = _held(scene)
    row.folded, row.fold_version = old, 0
    scene.work.session.flush()
    assert not _is_taken(scene, row, typed)
    assert renew_held_names(scene.work, scene.office) == 1
    assert _is_taken(scene, row, typed)
    assert row.fold_version == FOLD_VERSION
    assert renew_held_names(scene.work, scene.office) == 0


def test_a_form_that_was_changed_since_does_not_change_what_is_held(scene: Scene) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN="Hộ kinh doanh Mì Quảng Bà Thử")
    row = _held(scene)
    row.folded, row.fold_version = "ðức anh", 0
    scene.work.session.flush()
    renew_held_names(scene.work, scene.office)
    assert row.folded == "đức anh"


def test_a_name_without_a_dossier_is_made_anew_from_its_key(scene: Scene) -> None:
    row = ReservedName(scope="ho_kinh_doanh@H17.20551", folded="ðức  anh")
    scene.work.session.add(row)
    scene.work.session.flush()
    renew_held_names(scene.work, scene.office)
    assert row.folded == "đức anh"


def test_two_names_that_become_one_stay_held(scene: Scene) -> None:
    rows = [ReservedName(scope="ho_kinh_doanh@H17.20551", folded=name) for name in ("đức anh", "ðức anh")]
    scene.work.session.add_all(rows)
    scene.work.session.flush()
    assert renew_held_names(scene.work, scene.office) == 2
    assert [row.folded for row in rows] == ["đức anh", "ðức anh"]
    assert {row.fold_version for row in rows} == {FOLD_VERSION}


def test_a_name_that_is_held_now_has_the_new_key(scene: Scene) -> None:
    scene.submitted(scene.citizen(), hkd_tenVN="Hộ kinh doanh Mì Quảng Bà Thử")
    assert _held(scene).fold_version == FOLD_VERSION
    assert renew_held_names(scene.work, scene.office) == 0
