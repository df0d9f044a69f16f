"""Whatever JSON comes in, the form answers with findings: never an exception, never a value PostgreSQL refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.texts.json_values import MAX_NUMBER, Limits, check_values, normalise
from mobile_contract.problems import FIELD_TEXTS
from mobile_contract.wording import say
from procedures.forms.checking import LIMITS, check_form
from tests.unit.procedures.household import TODAY, procedure, values

TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["\x00", "\ud800", "\udfff", "a\x1b", "\u200b", "e\u0301", "0912345678", "049190000001", "2026-02-30", "9" * 400]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**30), 1e308, float("nan"), float("inf")])
KEYS = (
    st.sampled_from(sorted(values()) + sorted(values()["chuHo"]) + ["soNha", "xa", "", "$ref", "a/b", "\ud800"]) | TEXTS
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


def spoil(value: Any, path: list[int], other: Any) -> Any:
    """The value with one place of it replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return other
    if isinstance(value, list):
        place = path[0] % len(value)
        return [spoil(inner, path[1:], other) if n == place else inner for n, inner in enumerate(value)]
    name = sorted(value)[path[0] % len(value)]
    return {key: spoil(inner, path[1:], other) if key == name else inner for key, inner in value.items()}


def assert_answered(filled: Any, *, draft: bool) -> None:
    checked = check_form(procedure(), filled, draft=draft, today=TODAY)
    for error in (*checked.errors, *checked.warnings):
        vi, en = FIELD_TEXTS[error.code]
        assert "…" not in say(vi, error.params, "vi") + say(en, error.params, "en")
        error.pointer.encode()
    if not checked.errors:
        stored = json.dumps(checked.values, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in stored
        stored.encode()
        again = check_form(procedure(), checked.values, draft=draft, today=TODAY)
        assert again.errors == []
        assert again.values == checked.values


@given(ANYTHING, st.booleans())
def test_any_value_is_answered(filled: Any, draft: bool) -> None:
    assert_answered(filled, draft=draft)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4), ANYTHING, st.booleans())
def test_a_good_form_with_anything_in_one_place_is_answered(path: list[int], other: Any, draft: bool) -> None:
    assert_answered(spoil(values(), path, other), draft=draft)


@pytest.mark.parametrize(
    ("filled", "code"),
    [
        ({"hkd_tenVN": "a\x00b"}, "control_characters"),
        ({"hkd_tenVN": "a\ud800b"}, "control_characters"),
        ({"hkd_tenVN": "a" * (LIMITS.text + 1)}, "length_max"),
        ({"vonKinhDoanh": {"so": 10**400}}, "number_too_large"),
        ({"vonKinhDoanh": {"so": float("nan")}}, "number_too_large"),
        ({"vonKinhDoanh": {"so": float("-inf")}}, "number_too_large"),
        ({"nganhNghe": [{}] * LIMITS.values}, "too_many_values"),
        ({"\x00": 1}, "key_invalid"),
        ({"k" * 101: 1}, "key_invalid"),
        ({5: 1}, "key_invalid"),
        ({"hkd_tenVN": b"bytes"}, "type"),
        ({"hkd_tenVN": {1, 2}}, "type"),
    ],
)
def test_what_no_form_can_mean_is_refused_first(filled: Any, code: str) -> None:
    checked = check_form(procedure(), filled, draft=True, today=TODAY)
    assert [error.code for error in checked.errors] == [code]
    assert checked.values == {}


@pytest.mark.parametrize("shape", [list, dict])
def test_a_value_nested_without_end_is_refused(shape: type) -> None:
    nested: Any = "x"
    for _ in range(200_000):
        nested = [nested] if shape is list else {"a": nested}
    (error,) = check_form(procedure(), {"chuHo": nested}, draft=True, today=TODAY).errors
    assert (error.code, error.params) == ("too_deep", {"max": LIMITS.depth})
    while isinstance(nested, list | dict):
        # Freed level by level: the interpreter's own way down is as deep as the value.
        nested = nested[0] if isinstance(nested, list) else nested["a"]


def test_a_value_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert [error.code for error in check_values(ring, LIMITS)] == ["too_deep"]


def test_errors_are_not_without_end() -> None:
    assert len(check_values(["\x00"] * 1000, Limits(depth=3, values=2000, text=10))) == 50
    filled = {f"la{n}": n for n in range(400)}
    assert len(check_form(procedure(), filled, draft=True, today=TODAY).errors) == 50


def test_limits_are_inclusive() -> None:
    limits = Limits(depth=2, values=4, text=3)
    assert check_values([["abc", MAX_NUMBER]], limits) == []
    assert [error.code for error in check_values([[["abc"]]], limits)] == ["too_deep"]
    assert [error.code for error in check_values([["abc", 1, 2]], limits)] == ["too_many_values"]
    assert [error.code for error in check_values(["abcd"], limits)] == ["length_max"]
    assert [error.code for error in check_values([-MAX_NUMBER - 1], limits)] == ["number_too_large"]


def test_white_space_inside_text_stays() -> None:
    assert check_values("dòng một\n\tdòng hai\r\n", LIMITS) == []
    assert normalise({"a": [" x\n", 2.0, 2.5, None, True]}) == {"a": ["x", 2, 2.5, None, True]}
