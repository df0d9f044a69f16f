"""`/v1/docs`: a page of its own, folded, that leads a newcomer on."""

import re

import pytest
from flask.testing import FlaskClient


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_all_that_the_page_names_is_served_here(edge_client: FlaskClient) -> None:
    named = re.findall(r'(?:src|href)="([^"]+)"', shown(edge_client, "/v1/docs"))
    assert {"/v1/docs/first-steps", "/v1/docs/page.css", "/v1/docs/page.js"} <= set(named)
    assert [each for each in named if not each.startswith("/")] == []
    own = [each for each in named if each.startswith("/v1/")]
    assert [each for each in own if edge_client.get(each).status_code != 200] == []


def test_groups_are_folded_and_no_path_is_broken_inside_a_word(edge_client: FlaskClient) -> None:
    assert 'docExpansion: "none"' in shown(edge_client, "/v1/docs/page.js")
    style = shown(edge_client, "/v1/docs/page.css")
    assert re.search(r"\.opblock-summary-path\{[^}]*word-break:normal", style)
    assert "@media (max-width:700px)" in style
    assert not re.search(r"https?:|@import|url\(", style)


def test_the_first_steps_are_written_for_this_address(edge_client: FlaskClient) -> None:
    text = shown(edge_client, "/v1/docs/first-steps")
    assert text.startswith("# First steps")
    assert edge_client.get("/v1/docs/first-steps").content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", ["page.html", "..%2froutes.py", "swagger-ui.css.map"])
def test_nothing_else_is_served(edge_client: FlaskClient, name: str) -> None:
    assert edge_client.get(f"/v1/docs/{name}").status_code == 404
