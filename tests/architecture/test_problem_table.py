"""Every refusal that can be raised has a status and a text in both languages, and no text is left over."""

import ast
import string

import pytest

from mobile_contract.problems import FIELD_TEXTS, PROBLEMS, TITLES
from tests.architecture.sources import calls, product, strings

# Members of a problem document that a refusal's params must not try to set.
RESERVED = frozenset({"type", "title", "status", "code", "detail", "request_id", "errors", "instance"})
OWN = "mobile_contract/"


def _first_argument(call: ast.Call) -> ast.expr | None:
    return call.args[0] if call.args else None


def _raised() -> dict[str, str]:
    """Code to the place where it is raised."""
    found: dict[str, str] = {}
    for source in product():
        for call in calls(source, "DomainError"):
            argument = _first_argument(call)
            if argument is not None:
                found.update(dict.fromkeys(strings(argument), f"{source.path}:{call.lineno}"))
    return found


def _declared() -> dict[str, str]:
    """Codes that operations say they may refuse with."""
    found: dict[str, str] = {}
    for source in product():
        for call in calls(source, "operation"):
            for keyword in call.keywords:
                if keyword.arg == "problems":
                    found.update(dict.fromkeys(strings(keyword.value), f"{source.path}:{call.lineno}"))
    return found


def _placed() -> dict[str, str]:
    """Codes of field errors, written out at the place."""
    found: dict[str, str] = {}
    for source in product():
        for call in calls(source, "FieldError"):
            if len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
                found[str(call.args[1].value)] = f"{source.path}:{call.lineno}"
        for name in ("BadPhone", "BadIdentityNumber", "ValidationError"):
            for call in calls(source, name):
                argument = _first_argument(call)
                if isinstance(argument, ast.Constant):
                    found[str(argument.value)] = f"{source.path}:{call.lineno}"
    return found


def test_every_refusal_raised_is_in_the_table() -> None:
    assert {code: place for code, place in _raised().items() if code not in PROBLEMS} == {}


def test_every_refusal_documented_is_in_the_table() -> None:
    assert {code: place for code, place in _declared().items() if code not in PROBLEMS} == {}


def test_every_field_error_has_its_text() -> None:
    assert {code: place for code, place in _placed().items() if code not in FIELD_TEXTS} == {}


def test_no_problem_is_left_over() -> None:
    said = {text for source in product() if not source.path.startswith(OWN) for text in strings(source.tree)}
    assert sorted(set(PROBLEMS) - said) == []


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _in_both(text: str, language: str) -> set[str]:
    return {name.removesuffix(language) for name in _placeholders(text)}


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_problem_speaks_both_languages(code: str) -> None:
    problem = PROBLEMS[code]
    assert problem.vi.strip()
    assert problem.en.strip()
    assert problem.vi != problem.en
    assert problem.status in TITLES
    # What has a name of its own in each language is given in both.
    assert _in_both(problem.vi, "_vi") == _in_both(problem.en, "_en")
    assert not _placeholders(problem.vi) & RESERVED


@pytest.mark.parametrize("code", sorted(FIELD_TEXTS))
def test_a_field_text_speaks_both_languages(code: str) -> None:
    vietnamese, english = FIELD_TEXTS[code]
    assert vietnamese.strip()
    assert english.strip()
    # A hint is a text itself, so there is one for each language.
    assert _in_both(vietnamese, "_vi") == _in_both(english, "_en")


def test_params_are_not_members_of_the_document() -> None:
    clashing = {
        f"{source.path}:{call.lineno}": sorted({keyword.arg or "" for keyword in call.keywords} & RESERVED)
        for source in product()
        for call in calls(source, "DomainError")
    }
    assert {place: names for place, names in clashing.items() if names} == {}
