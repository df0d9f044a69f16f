"""Lists of codes, the search of procedures and the order of a form, as a phone gets them."""

import json
from typing import Any

from procedures.loader import read_document
from tests.api.authorisation_support import World
from tests.unit.procedures.household import FILE


def get(world: World, path: str, **headers: str) -> Any:
    return world.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_index_names_every_list_with_its_filters(world: World) -> None:
    lines = {line["list"]: line for line in get(world, "/v1/lists").get_json()["items"]}
    assert lines["communes"]["filters"] == ["q", "province"]
    assert lines["communes"]["parent_list"] == "provinces"
    for name, line in lines.items():
        whole = get(world, f"/v1/lists/{name}").get_json()
        assert (whole["list"], len(whole["items"])) == (name, line["count"])


def test_a_list_is_kept_by_its_tag(world: World) -> None:
    for path in ("/v1/lists", "/v1/lists/provinces", "/v1/lists/communes?province=48&q=dien"):
        first = get(world, path)
        assert first.status_code == 200
        again = get(world, path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        assert get(world, path, If_None_Match=first.headers["ETag"], Accept_Language="en").status_code == 200


def test_both_languages(world: World) -> None:
    for language, name in (("vi", "Du lịch"), ("en", "Tourism")):
        items = get(world, "/v1/lists/guest-reasons", Accept_Language=language).get_json()["items"]
        assert items[0] == {"code": "1", "name": name, "belongs_to": None}


def test_communes_of_a_province_by_name(world: World) -> None:
    found = get(world, "/v1/lists/communes?province=48&q=DIEN ban").get_json()["items"]
    assert {"code": "20551", "name": "Phường Điện Bàn", "belongs_to": "48"} in found
    assert {entry["belongs_to"] for entry in found} == {"48"}


REFUSED = {
    "provinces?province=48": [("province", "parameter_unknown")],
    "communes?province=99": [("province", "province_unknown")],
    "communes?province=": [("province", "length_between")],
    "communes?tinh=48": [("tinh", "parameter_unknown")],
    "communes?q=a&q=b": [("q", "parameter_twice")],
}


def test_a_filter_that_is_not_the_lists_is_refused(world: World) -> None:
    for query, errors in REFUSED.items():
        answer = get(world, f"/v1/lists/{query}")
        assert answer.status_code == 422
        assert [(each["parameter"], each["code"]) for each in answer.get_json()["errors"]] == errors


def test_a_list_that_is_not_there(world: World) -> None:
    for name in ("khong", "Provinces", "%00", "%20", "a" * 500):
        answer = get(world, f"/v1/lists/{name}")
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"


def test_a_procedure_is_found_as_people_type(world: World) -> None:
    for sought in ("hộ kinh doanh", "ho kinh doanh", "HỘ  KINH", "1.001612", "1001612", "household", "biên bản họp"):
        found = world.client.get("/v1/procedures", query_string={"q": sought}).get_json()["items"]
        assert [each["code"] for each in found] == ["1.001612"], sought
    for absent in ({"q": "hộ chiếu"}, {"q": "..."}, {"level": "province"}):
        assert world.client.get("/v1/procedures", query_string=absent).get_json() == {"items": []}
    answer = world.client.get("/v1/procedures?level=district")
    assert [(each["parameter"], each["code"]) for each in answer.get_json()["errors"]] == [("level", "choice")]


def test_the_form_comes_in_the_order_of_the_file(world: World) -> None:
    form = json.loads(get(world, "/v1/procedures/1.001612").data)["form"]
    ours = read_document(FILE)["form"]
    assert list(form["properties"]) == form["x-order"] == list(ours["properties"])
    owner = form["properties"]["chuHo"]
    assert list(owner["properties"]) == owner["x-order"] == list(ours["properties"]["chuHo"]["properties"])
    assert [each["title"]["en"] for each in form["x-sections"]][:2] == ["Addressee and applicant", "Name"]
