"""What officers read about a message, in both languages: its way, its end, what can be done. Pure.

Why a message goes its way is kept as clauses, codes with values, and put into words when somebody reads it.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from mobile_contract.wording import say
from notify.pages import read_page

Said = tuple[str, str]
"""One text in Vietnamese and in English."""
GIVEN_UP, REFUSED, UNDELIVERED = "given_up", "refused", "undelivered"


class Clause(NamedTuple):
    """One reason; `code` is a name in `data/explanations.yaml`, `values` fill its sentence and are never personal."""

    code: str
    values: Mapping[str, str | int] = {}


Why = tuple[Clause, ...]


def dump_why(why: Why) -> str:
    """The clauses as the column of a delivery holds them."""
    return json.dumps([[clause.code, dict(clause.values)] for clause in why], ensure_ascii=False)


def say_why(kept: str) -> Said:
    """The kept clauses in words. What was kept before there were clauses is a text, and stands as it is."""
    if not kept.startswith("["):
        return kept, kept
    clauses = json.loads(kept)
    vi, en = (" ".join(_sentence(code, values, language) for code, values in clauses) for language in ("vi", "en"))
    return vi, en


def explain_code(code: str | None, reason: str | None = None) -> Said | None:
    """What a code of ours says of a message or of an attempt; None for a gateway's own."""
    known = _page()["codes"]
    found = known.get(f"{code}.{reason}") or known.get(code or "")
    return (found["vi"], found["en"]) if found else None


def explain_circuit(state: str) -> Said:
    """A gateway's health in words."""
    found = _page()["circuits"][state]
    return found["vi"], found["en"]


def show_text(channel: str, body: str) -> str:
    """What a person reads, or will read: of an item of the inbox its title and body, of a form its fields."""
    if channel == "sms" or not body.startswith("{"):
        return body
    content: Mapping[str, Any] = json.loads(body)
    shown = content.get("template_data", content)
    return "\n".join(str(value) for value in shown.values())


def advice_for(code: str | None, ended: str = REFUSED) -> Said:
    """What to do about a message that ended with `code`, or else by how it did: GIVEN_UP, REFUSED or UNDELIVERED."""
    return _advice().get(code or ended) or _advice()[ended]


def clause_codes() -> frozenset[str]:
    return frozenset(_page()["why"])


def _sentence(code: str, values: Mapping[str, Any], language: str) -> str:
    return say(_page()["why"][code][language], values, language)


@cache
def _page() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    page: Mapping[str, Mapping[str, Mapping[str, str]]] = read_page("data/explanations.yaml")
    return page


@cache
def _advice() -> Mapping[str, Said]:
    """By the names of entries and by the codes they are for."""
    raw = read_page("data/advice.yaml")
    return {key: (said["vi"], said["en"]) for name, said in raw.items() for key in (name, *said.get("codes", ()))}
