"""Tags, conditions, compression, pages: how one state is shown and how a change names the state it means."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

from tests.api.edge_support import THING_ID, EdgeContainer, bearer

THING = f"/v1/things/{THING_ID}"


def test_a_tag_is_strong_and_differs_by_language_and_encoding(edge_client: FlaskClient) -> None:
    wishes = [{}, {"Accept-Language": "en"}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip;q=0"}]
    tags = [edge_client.get(THING, headers=wish).headers["ETag"] for wish in wishes]
    assert all(re.fullmatch(r'"[!-~]+"', tag) for tag in tags)
    assert len(set(tags)) == 3
    assert tags[0] == tags[3]


@pytest.mark.parametrize("spelling", ["{}", "W/{}", '"other", {}', '{}, "other"', "*"])
def test_what_is_already_held_is_answered_304(edge_client: FlaskClient, spelling: str) -> None:
    tag = edge_client.get(THING).headers["ETag"]
    response = edge_client.get(THING, headers={"If-None-Match": spelling.format(tag)})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("sent", ['"other"', "other", "", '"', "W/", 'x"*"', ","])
def test_another_tag_gets_the_whole_answer(edge_client: FlaskClient, sent: str) -> None:
    assert edge_client.get(THING, headers={"If-None-Match": sent}).status_code == 200


def test_a_tag_of_another_language_is_not_held(edge_client: FlaskClient) -> None:
    tag = edge_client.get(THING).headers["ETag"]
    response = edge_client.get(THING, headers={"If-None-Match": tag, "Accept-Language": "en"})
    assert response.status_code == 200


def test_a_change_must_say_which_state_it_means(edge_client: FlaskClient) -> None:
    response = edge_client.put(THING, json={"name": "a"})
    assert response.status_code == 428


@pytest.mark.parametrize("wish", [{}, {"Accept-Language": "en"}, {"Accept-Encoding": "gzip"}])
def test_a_change_of_the_state_that_was_read_goes_through(edge_client: FlaskClient, wish: dict[str, str]) -> None:
    tag = edge_client.get(THING, headers=wish).headers["ETag"]
    assert edge_client.put(THING, json={"name": "a"}, headers={"If-Match": tag}).status_code == 200
    assert edge_client.put(THING, json={"name": "a"}, headers={"If-Match": "*"}).status_code == 200


def test_a_change_of_another_state_is_refused_and_rolled_back(
    edge_client: FlaskClient, edge_container: EdgeContainer
) -> None:
    for sent in ('"stale.vi.id"', 'W/"stale.vi.id"', "nonsense"):
        assert edge_client.put(THING, json={"name": "a"}, headers={"If-Match": sent}).status_code == 412
    assert (edge_container.counts.committed, edge_container.counts.rolled_back) == (0, 3)


@pytest.mark.parametrize(
    "packed",
    ['W/"{}"', '"{}-gzip"', 'W/"{}-gzip"', '"{};gzip"', '"{}-br"', '"{}--gzip"', '"other", W/"{}"', 'W/"{}",W/"x"'],
)
def test_a_tag_that_a_proxy_made_weak_or_longer_still_names_the_state(edge_client: FlaskClient, packed: str) -> None:
    tag = packed.format(edge_client.get(THING).headers["ETag"].strip('"'))
    assert edge_client.put(THING, json={"name": "a"}, headers={"If-Match": tag}).status_code == 200
    assert edge_client.get(THING, headers={"If-None-Match": tag}).status_code == 304


def test_the_condition_is_asked_before_the_body_is_read(edge_client: FlaskClient) -> None:
    assert edge_client.put(THING, data=b"{", content_type="application/json").status_code == 428


def test_large_json_is_packed_for_those_who_take_it(edge_client: FlaskClient) -> None:
    plain = edge_client.get(THING)
    packed = edge_client.get(THING, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_equal_tags_promise_equal_bytes(edge_client: FlaskClient) -> None:
    first, second = (edge_client.get(THING, headers={"Accept-Encoding": "gzip"}) for _ in range(2))
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.data == second.data


def test_small_json_is_left_as_it_is(edge_client: FlaskClient) -> None:
    response = edge_client.get("/health/live", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers


def _walk(client: FlaskClient, first: str) -> list[list[int]]:
    pages, target = [], first
    while target:
        response = client.get(target, headers=bearer("citizen"))
        assert response.status_code == 200
        assert response.json is not None
        pages.append(response.json["items"])
        link = response.headers.get("Link")
        assert (link is None) == (response.json["next_cursor"] is None)
        found = re.fullmatch(r'<([^>]+)>; rel="next"', link or "")
        target = found[1] if found else ""
    return pages


def test_the_links_lead_through_the_whole_list(edge_client: FlaskClient) -> None:
    pages = _walk(edge_client, "/v1/things?limit=10")
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [number for page in pages for number in page] == list(range(1, 26))


def test_a_link_keeps_the_filter(edge_client: FlaskClient) -> None:
    pages = _walk(edge_client, "/v1/things?limit=5&parity=even")
    assert [number for page in pages for number in page] == list(range(2, 26, 2))


def test_a_list_that_fits_has_no_next_page(edge_client: FlaskClient) -> None:
    response = edge_client.get("/v1/things?limit=25", headers=bearer("citizen"))
    assert response.json is not None
    assert response.json["next_cursor"] is None
    assert "Link" not in response.headers


def _cursor(client: FlaskClient, query: str) -> str:
    response = client.get(f"/v1/things?{query}", headers=bearer("citizen"))
    assert response.json is not None
    return str(response.json["next_cursor"])


def test_a_cursor_is_good_only_for_its_list_and_account(edge_client: FlaskClient) -> None:
    cursor = _cursor(edge_client, "limit=5")
    tampered = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    tries = [
        (f"cursor={cursor}", "citizen", 200),
        (f"cursor={cursor}&limit=7", "citizen", 200),
        (f"cursor={cursor}&parity=odd", "citizen", 400),
        (f"cursor={cursor}", "other", 400),
        (f"cursor={tampered}", "citizen", 400),
        ("cursor=", "citizen", 400),
        ("cursor=%F0%9F%98%80", "citizen", 400),
        (f"cursor={'A' * 3000}", "citizen", 400),
    ]
    got = [edge_client.get(f"/v1/things?{query}", headers=bearer(token)).status_code for query, token, _ in tries]
    assert got == [expected for _, _, expected in tries]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "", "9" * 5000])
def test_the_limit_has_bounds(edge_client: FlaskClient, limit: str) -> None:
    response = edge_client.get(f"/v1/things?limit={limit}", headers=bearer("citizen"))
    assert response.status_code == 422
    assert response.json is not None
    assert [error["parameter"] for error in response.json["errors"]] == ["limit"]


def test_a_nul_in_the_query_is_refused(edge_client: FlaskClient) -> None:
    assert edge_client.get("/v1/things?parity=%00", headers=bearer("citizen")).status_code == 400
