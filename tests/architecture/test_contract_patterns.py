"""Every pattern of the contract means the same in JSON Schema (ECMA-262) and here."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest
from marshmallow import ValidationError

from api.account.organisations.schemas import OrganisationRequest
from api.contract.openapi import render_detached
from api.edge.schemas import Shape

# One thing that ECMA-262 (with and without the flag u) and Python read alike. What is not here is refused: \Z, \A,
# (?P, (?#, (?i), \d (which takes other scripts' digits in Python), possessive repeats.
_SHARED: Final = re.compile(
    r"""
    [^\\\[\](){}^$.*+?|]                    # a sign that stands for itself
    | \\[\^$\\.*+?()\[\]{}|/]               # a sign of the syntax, escaped
    | \\[nrtfv] | \\x[0-9a-fA-F]{2} | \\u[0-9a-fA-F]{4}
    | \[\^?(?:[^\\\[\]] | \\[\^$\\.*+?()\[\]{}|/\-nrtfv] | \\x[0-9a-fA-F]{2} | \\u[0-9a-fA-F]{4})+\]
    | \((?:\?[:=!]|(?!\?)) | \) | \| | \^ | \$ | \.
    | (?:[*+?] | \{[0-9]+(?:,[0-9]*)?\})\??(?![+*])
    """,
    re.VERBOSE,
)


def _patterns(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _patterns(item)
    elif isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for item in node.values():
            yield from _patterns(item)


def _is_shared(pattern: str) -> bool:
    position = 0
    while position < len(pattern):
        found = _SHARED.match(pattern, position)
        if found is None:
            return False
        position = found.end()
    return pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")


PATTERNS: Final = sorted(set(_patterns(json.loads(render_detached()))))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_of_the_contract_is_read_alike_everywhere(pattern: str) -> None:
    assert _is_shared(pattern)
    jsonschema_rs.validator_for({"type": "string", "pattern": pattern})


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(\d{10}(-\d{3})?|\d{12})\Z",
        r"\A[0-9]{10}$",
        r"^(?P<code>[0-9]+)$",
        r"^(?i)abc$",
        r"^(?#note)a$",
        r"^[0-9]++$",
        r"^\d+$",
        r"^\w+$",
        r"[0-9]+",
        r"^a\-b$",
    ],
)
def test_a_pattern_of_python_alone_is_found(pattern: str) -> None:
    assert not _is_shared(pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "4001234567",
            "4001234567-001",
            "048187000021",
            "4001234567\n",
            "4001234567Z",
            " 4001234567",
            "٤٠٠١٢٣٤٥٦٧",
            "",
        ),
        *("0" * 64, "0" * 64 + "\n", "2026-11", "2026-11\n", "2026-13", "a_1", "a_1\n", "Ａ1", "key 1", "key\n"),
    ],
)
def test_the_server_judges_as_the_document_says(pattern: str, text: str) -> None:
    said = jsonschema_rs.validator_for({"type": "string", "pattern": pattern}).is_valid(text)
    try:
        Shape(pattern)(text)
    except ValidationError:
        assert not said
    else:
        assert said


@pytest.mark.parametrize(
    "number", ["4001234567Z", "Z4001234567", "400123456", "4001234567-01", "4001234567-001-", "MST 4001234567"]
)
def test_a_tax_code_of_another_form_is_told_the_form(number: str) -> None:
    sent = {"kind": "hotel", "name": "Khách sạn Thử", "registration_number": number, "display_name": "Thử"}
    assert OrganisationRequest().validate(sent)["registration_number"][0] in ("tax_code_form", "control_characters")


@pytest.mark.parametrize(
    "number",
    ["4001234567", "4001234567-001", "048187000021", " 4001234567\n", "4001 234 567", "4001234567–001", "٤٠٠١٢٣٤٥٦٧"],
)
def test_a_tax_code_of_the_form_is_taken(number: str) -> None:
    sent = {"kind": "hotel", "name": "Khách sạn Thử", "registration_number": number, "display_name": "Thử"}
    assert OrganisationRequest().validate(sent) == {}


def test_a_shape_says_where_it_begins_and_ends() -> None:
    with pytest.raises(ValueError, match="begins and ends"):
        Shape(r"[0-9]+")
