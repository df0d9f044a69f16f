"""What is new in a version, told field by field, and values that find their place in it or are kept apart."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.problems import FIELD_TEXTS
from mobile_contract.wording import say
from procedures.changes import changes_between
from procedures.document import procedure_of
from procedures.forms.fitting import fit_values
from procedures.forms.form import Form
from procedures.loader import read_document
from tests.unit.procedures.household import FILE, values

Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    return read_document(FILE)


def after(change: Change) -> list[tuple[str, str]]:
    """(pointer, code) of everything that `change` of the document makes new."""
    newer = document()
    change(newer)
    found = changes_between(procedure_of(document()), procedure_of(newer))
    for each in found:
        for text in FIELD_TEXTS[each.code]:
            assert "…" not in say(text, each.params, "vi")
    return [(each.pointer, each.code) for each in found]


def _form(newer: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = newer["form"]["properties"]
    return properties


def _field(**more: Any) -> dict[str, Any]:
    return {"title": "Mục mới", "x-title-en": "New", "type": "string", **more}


def test_the_same_document_brings_nothing_new_whatever_the_order_of_its_keys() -> None:
    def turn(newer: dict[str, Any]) -> None:
        newer["form"] = dict(reversed(list(newer["form"].items())))
        _form(newer)["chuThe"]["enum"].reverse()
        newer["process"]["steps"][0]["budget_hours"] -= 1
        newer["legal_basis"].append("Nghị định khác")

    assert after(turn) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: _form(d).update(them=_field()), [("/form_values/them", "field_added")]),
        (
            lambda d: (_form(d).update(them=_field()), d["form"]["required"].append("them")),
            [("/form_values/them", "field_added_required")],
        ),
        (lambda d: _form(d).pop("hkd_tenEN"), [("/form_values/hkd_tenEN", "field_removed")]),
        (lambda d: d["form"]["required"].append("soLaoDong"), [("/form_values/soLaoDong", "field_now_required")]),
        (lambda d: d["form"]["required"].remove("kinhGui"), [("/form_values/kinhGui", "field_now_optional")]),
        (lambda d: _form(d)["soLaoDong"].update(type="string"), [("/form_values/soLaoDong", "field_type_changed")]),
        (lambda d: _form(d)["soLaoDong"].update(minimum=2), [("/form_values/soLaoDong", "field_rules_changed")]),
        (lambda d: _form(d)["chuThe"]["enum"].pop(), [("/form_values/chuThe", "field_rules_changed")]),
        (lambda d: _form(d)["kinhGui"].update(title="Gửi"), [("/form_values/kinhGui", "field_renamed")]),
        (
            lambda d: d["form"]["$defs"]["ho_ten"].update(maxLength=50),
            [
                ("/form_values/chuHo/hoTen", "field_rules_changed"),
                ("/form_values/thanhVien/-/hoTen", "field_rules_changed"),
            ],
        ),
        (
            lambda d: _form(d)["chuHo"]["properties"].update(nghe=_field()),
            [("/form_values/chuHo/nghe", "field_added")],
        ),
        (
            lambda d: _form(d)["nganhNghe"]["items"]["required"].remove("ten"),
            [("/form_values/nganhNghe/-/ten", "field_now_optional")],
        ),
        (lambda d: d["form"].pop("else"), [("/form_values", "form_rules_changed")]),
    ],
)  # fmt: skip
def test_a_change_of_the_form_names_its_field(change: Change, told: list[tuple[str, str]]) -> None:
    assert sorted(after(change)) == sorted(told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["papers"].append({**d["papers"][2], "code": "moi"}), ("/papers/moi", "paper_added")),
        (lambda d: d["papers"].append({**d["papers"][0], "code": "moi"}), ("/papers/moi", "paper_added_required")),
        (lambda d: d["papers"].pop(2), ("/papers/van_ban_uy_quyen", "paper_removed")),
        (lambda d: d["papers"][2].update(required=True), ("/papers/van_ban_uy_quyen", "paper_now_required")),
        (lambda d: d["papers"][0].update(required=False), ("/papers/giay_de_nghi", "paper_now_optional")),
        (
            lambda d: d["papers"][1]["condition"].update(values=["ca_nhan"]),
            ("/papers/bien_ban_hop", "paper_now_conditional"),
        ),
        (lambda d: d["papers"][0].update(max_bytes=1000), ("/papers/giay_de_nghi", "paper_rules_changed")),
        (lambda d: d["fees"][0].update(amount_vnd=50_000), ("/fees/le_phi_dang_ky", "fee_changed")),
        (lambda d: d["fees"].append({**d["fees"][0], "code": "phi"}), ("/fees/phi", "fee_added")),
        (lambda d: d["fees"].clear(), ("/fees/le_phi_dang_ky", "fee_removed")),
        (lambda d: d["term"].update(amount=5), ("/term", "term_changed")),
        (lambda d: d["term"].update(unit="days"), ("/term", "term_changed")),
        (lambda d: d["term"].update(cutoff="15:00"), ("/term", "term_rules_changed")),
        (lambda d: d.update(identity_level=2), ("/identity_level", "identity_level_changed")),
        (lambda d: d.update(level="province"), ("/agency_code", "competence_changed")),
    ],
)
def test_papers_fees_and_terms_are_told(change: Change, told: tuple[str, str]) -> None:
    assert after(change) == [told]


def test_a_fee_says_what_it_was_and_is() -> None:
    newer = document()
    newer["fees"][0]["amount_vnd"] = 1_250_000
    (change,) = changes_between(procedure_of(document()), procedure_of(newer))
    assert say(FIELD_TEXTS[change.code][0], change.params, "vi") == (
        "Khoản thu Lệ phí đăng ký hộ kinh doanh: 1.250.000 đồng (trước đây 100.000 đồng)."
    )


def test_values_without_a_field_are_kept_apart_and_come_back() -> None:
    newer = document()
    _form(newer).pop("hkd_tenEN")
    _form(newer)["chuHo"]["properties"].pop("email")
    _form(newer)["nganhNghe"]["items"]["properties"].pop("ten")
    typed = {**values(), "hkd_tenEN": "Quang noodles", "nganhNghe": values()["nganhNghe"][:1]}
    typed["chuHo"] = {**typed["chuHo"], "email": "thu@example.test"}
    kept, apart = fit_values(Form(newer["form"]), typed, {})
    assert apart == {
        "/hkd_tenEN": "Quang noodles",
        "/chuHo/email": "thu@example.test",
        "/nganhNghe/0/ten": typed["nganhNghe"][0]["ten"],
    }
    assert "hkd_tenEN" not in kept
    assert "ten" not in kept["nganhNghe"][0]
    assert fit_values(Form(document()["form"]), kept, apart) == (typed, {})


def test_what_was_typed_since_is_not_overwritten() -> None:
    kept, apart = fit_values(Form(document()["form"]), {"hkd_tenEN": "new"}, {"/hkd_tenEN": "old", "/chuHo/email": "x"})
    assert (kept, apart) == ({"hkd_tenEN": "new"}, {"/hkd_tenEN": "old", "/chuHo/email": "x"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chuHo", "nganhNghe", "ten", "hoTen", "a/b", "~", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["chuHo", "nganhNghe", "kinhGui", "gone", "a/b"]), _JSON, max_size=5))
def test_nothing_typed_is_ever_lost(typed: dict[str, Any]) -> None:
    form = Form(document()["form"])
    kept, apart = fit_values(form, typed, {})
    # Put back where they stood, the values apart make what was typed.
    anything = Form({"type": "object"})
    assert fit_values(anything, kept, apart) == (typed, {})
