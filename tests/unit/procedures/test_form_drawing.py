"""A phone draws a form in the order of the law's, with its sections, conditions and lists."""

import copy
from typing import Any

import pytest

from api.public.lists.routes import code_lists
from procedures.checks.check import check_document
from procedures.forms.form import subschemas, with_order
from procedures.loader import read_document
from tests.unit.procedures.household import FILE, procedure

FORM: dict[str, Any] = read_document(FILE)["form"]


def test_the_order_is_that_of_the_file_at_every_level() -> None:
    shown = with_order(procedure().form.schema)
    assert shown["x-order"] == list(FORM["properties"])
    assert shown["x-order"][:5] == ["kinhGui", "chuHo", "hkd_tenVN", "hkd_tenEN", "hkd_tenVietTat"]
    assert shown["properties"]["chuHo"]["x-order"][:3] == ["hoTen", "gioiTinh", "ngaySinh"]
    assert shown["properties"]["nganhNghe"]["items"]["x-order"] == ["stt", "ten", "ma", "chinh"]
    assert shown["$defs"]["dia_chi"]["x-order"] == ["tinh", "xa", "soNha"]


def test_a_field_called_properties_is_a_field() -> None:
    schema = {"type": "object", "properties": {"properties": {"type": "string"}, "a": {"type": "object"}}}
    assert with_order(schema) == {"x-order": ["properties", "a"], **schema}


def test_what_is_shown_is_the_schema_and_the_order() -> None:
    def without(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: without(value) for key, value in node.items() if key != "x-order"}
        return [without(inner) for inner in node] if isinstance(node, list) else node

    assert without(with_order(FORM)) == FORM


def test_every_list_that_the_form_asks_for_is_there_and_narrowed_as_it_takes() -> None:
    asked = [node["x-list"] for _, node in subschemas(FORM) if "x-list" in node]
    assert {each["name"] for each in asked} >= {"provinces", "communes", "nationalities"}
    for each in asked:
        assert set(each.get("narrowed_by", {})) <= set(code_lists()[each["name"]].filters)


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        (("x-sections",), [], "form_sections_differ"),
        (("x-sections",), [{"title": {"vi": "A"}, "fields": []}], "form_sections_differ"),
        (("x-sections",), "kinhGui", "form_sections_differ"),
        (("properties", "thanhVien", "x-shown-when"), {"field": "/khong"}, "form_never_shown"),
        (("properties", "thanhVien", "x-shown-when"), {"field": "/khong", "values": ["a"]}, "form_never_shown"),
        (("properties", "thanhVien", "x-shown-when"), {"field": "/chuThe", "values": ["ai"]}, "form_never_shown"),
        (("$defs", "tinh", "x-list"), {"name": "provinces"}, "form_list_unclear"),
        (("$defs", "tinh", "x-list"), {"name": "provinces", "takes": "all"}, "form_list_unclear"),
        (("$defs", "tinh", "x-list"), "provinces", "form_list_unclear"),
    ],
)
def test_what_cannot_be_drawn_is_found(where: tuple[str, ...], value: Any, code: str) -> None:
    document = copy.deepcopy(read_document(FILE))
    node = document["form"]
    for part in where[:-1]:
        node = node[part]
    node[where[-1]] = value
    assert [finding.code for finding in check_document(document)] == [code]


def test_sections_out_of_order_are_found() -> None:
    document = copy.deepcopy(read_document(FILE))
    document["form"]["x-sections"].reverse()
    assert [finding.code for finding in check_document(document)] == ["form_sections_differ"]
