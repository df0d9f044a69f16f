"""A log-in that steps up: the provider is told to ask anew, and must say that it did."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from auth.eid.http import EidRefused
from auth.eid.id_token import LEEWAY_S, check_fresh
from auth.eid.oidc import OidcProvider
from tests.unit.auth.support import NOW, REQUEST

SINCE = NOW


def test_the_provider_is_told_to_ask_anew(eid: OidcProvider) -> None:
    usual = parse_qs(urlsplit(eid.authorization_url(REQUEST)).query)
    stepping = parse_qs(urlsplit(eid.authorization_url(replace(REQUEST, step_up=True))).query)
    assert stepping == {**usual, "prompt": ["login"], "max_age": ["0"]}


@pytest.mark.parametrize("late_s", [-LEEWAY_S, 0, 30])
def test_a_person_seen_since_then_is_fresh(late_s: int) -> None:
    check_fresh({"auth_time": int((SINCE + timedelta(seconds=late_s)).timestamp())}, SINCE)


@pytest.mark.parametrize(
    "claims",
    [{}, {"auth_time": None}, {"auth_time": "now"}, {"auth_time": int(SINCE.timestamp()) - LEEWAY_S - 1}],
    ids=["unsaid", "null", "no number", "before"],
)
def test_one_not_seen_since_then_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(EidRefused, match="id_token_auth_time"):
        check_fresh(claims, SINCE)
