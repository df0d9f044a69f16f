"""The sandbox's own pages: what leads where, and what a browser sees where the citizen's app would open."""

import json
import re
import shlex
from html import unescape
from urllib.parse import urlencode

import pytest

from sandbox.eid import people
from tests.unit.sandbox.eid_client import ASK
from tests.unit.sandbox.support import Answer, Caller

APP = "https://app.motcua.example/eid/callback"
VNEID = {name: ASK[name] for name in ("response_type", "client_id", "scope", "state")}


def choose(call: Caller, provider: str, redirect: str, person: str = "thu") -> Answer:
    asked = ASK if provider == "eid" else VNEID
    return call("POST", f"/{provider}/authorize", form={**asked, "redirect_uri": redirect, "person": person})


def landed(call: Caller, chosen: Answer) -> tuple[str, str]:
    """The query that the redirect brought, and the page that stands there."""
    assert chosen.status == 303
    where = chosen.headers["Location"].removeprefix(call.origin)
    page = call("GET", where)
    assert (page.status, page.headers.get_content_type()) == (200, "text/html")
    return where.partition("?")[2], unescape(page.text)


def test_every_link_of_the_first_page_leads_somewhere(call: Caller) -> None:
    links = re.findall(r'href="([^"]+)"', call("GET", "/").text)
    assert {"/eid/people", "/phone", "/authority"} <= set(links)
    assert [call("GET", link).status for link in links] == [200] * len(links)


def test_everybody_stands_on_the_page_of_people_with_their_handle_and_no_number(call: Caller) -> None:
    page = call("GET", "/eid/people").text
    for one in people.load().values():
        assert one.name in page
        assert f"<code>{one.login}</code>" in page
        assert not one.citizen_pid or one.citizen_pid not in page
    assert "officer" in page


@pytest.mark.parametrize("provider", ["eid", "vneid"])
@pytest.mark.parametrize("redirect", [APP, "vn.motcua.app:/eid/callback", "https://app.motcua.test/a?b=c"])
def test_the_address_of_the_app_leads_to_a_page_with_the_command_that_completes(
    call: Caller, provider: str, redirect: str
) -> None:
    if provider == "vneid" and "?" in redirect:
        redirect = redirect.partition("?")[0]
    brought, page = landed(call, choose(call, provider, redirect))
    assert "code=" in brought
    command = re.search(r"<pre>(curl .*?)</pre>", page, re.DOTALL)
    assert command is not None
    words = shlex.split(command[1].replace("\\\n", ""))
    assert words[2] == "http://127.0.0.1:8000/v1/auth/logins/$LOGIN_ID/complete"
    assert json.loads(words[-1]) == {"login_secret": "$LOGIN_SECRET", "callback_query": brought}


def test_a_refusal_is_completed_the_same_way(call: Caller) -> None:
    brought, page = landed(call, choose(call, "eid", APP, person="khong-ai"))
    assert "error=access_denied" in brought
    assert brought in page
    assert "said no" in page


@pytest.mark.parametrize("redirect", ["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x"])
def test_what_a_browser_reaches_it_is_sent_to(call: Caller, redirect: str) -> None:
    assert choose(call, "eid", redirect).headers["Location"].startswith(f"{redirect}?")


def test_a_program_is_sent_to_the_address_it_asked_for(call: Caller) -> None:
    asked = urlencode({**ASK, "redirect_uri": APP, "login_hint": "thu"})
    assert call("GET", f"/eid/authorize?{asked}").headers["Location"].startswith(f"{APP}?code=")


@pytest.mark.parametrize("query", ["", "?code=%3Cscript%3Ealert(1)%3C/script%3E", "?state='%22%5C", "?$LOGIN_SECRET"])
def test_the_page_holds_no_markup_or_command_of_the_caller(call: Caller, query: str) -> None:
    page = call("GET", f"/app/eid/callback{query}")
    assert page.status == 200
    assert "<script>" not in page.text
    for command in re.findall(r"<pre>(curl .*?)</pre>", page.text, re.DOTALL):
        body = shlex.split(unescape(command).replace("\\\n", ""))[-1]
        assert json.loads(body)["callback_query"] == query[1:]
