"""Every PUT sent again, because the first answer was lost, is as good as sent once."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.authorisation_support import World


def ask(world: World, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
    sent = {**world.callers["owner"].headers(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return world.client.open(path, method=method, json=body, headers=sent)


def test_a_form_saved_twice_with_the_tag_held_is_saved_once(world: World) -> None:
    draft = f"/v1/dossiers/{world.ids['draft_id']}"
    read = ask(world, "GET", draft)
    values = {**read.get_json()["form_values"], "hkd_tenVN": "Hộ kinh doanh Canh Ba"}
    tag = read.headers["ETag"]
    first = ask(world, "PUT", f"{draft}/form", {"form_values": values}, If_Match=tag)
    assert first.status_code == 200
    again = ask(world, "PUT", f"{draft}/form", {"form_values": _turned(values)}, If_Match=tag)
    assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    assert again.get_json() == first.get_json()
    other = {**values, "hkd_tenVN": "Hộ kinh doanh Canh Tư"}
    stranger = ask(world, "PUT", f"{draft}/form", {"form_values": other}, If_Match=tag)
    assert (stranger.status_code, stranger.get_json()["code"]) == (412, "precondition_failed")


def _turned(value: Any) -> Any:
    """The same JSON with its members the other way round."""
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return value


def test_papers_named_twice_change_nothing_the_second_time(world: World) -> None:
    draft = f"/v1/dossiers/{world.ids['draft_id']}"
    paper = ask(world, "GET", draft).get_json()["papers"][0]
    file = {"upload_id": world.ids["upload_id"], "sha256": world.ids["upload_sha256"]}
    body = {"files": [{**file, "size": int(world.ids["upload_size"])}]}
    first, again = (ask(world, "PUT", f"{draft}/papers/{paper['code']}", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.get_json() == first.get_json()
    nothing, still_nothing = (ask(world, "PUT", f"{draft}/papers/{paper['code']}", {"files": []}) for _ in range(2))
    assert nothing.get_json() == still_nothing.get_json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("rooms", {"rooms": [{"name": "101", "beds": 2}, {"name": "102"}]}),
        ("rooms", {"rooms": []}),
        ("staff", {"member_ids": []}),
    ],
)
def test_a_lodging_described_twice_is_described_once(world: World, path: str, body: Any) -> None:
    target = f"/v1/lodgings/{world.ids['lodging_id']}/{path}"
    first, again = (ask(world, "PUT", target, body) for _ in range(2))
    assert first.status_code == 200, first.text
    assert json.loads(again.data) == json.loads(first.data)
