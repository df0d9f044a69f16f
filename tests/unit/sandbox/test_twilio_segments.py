"""Part counts against cases on which three independent counters agree, and what holds for every text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.segments import count

_CASES = json.loads((Path(__file__).parents[2] / "data" / "sms_segment_cases.json").read_text(encoding="utf-8"))
_ALL = [*_CASES["named"], *_CASES["random"]]


@pytest.mark.parametrize("case", _ALL, ids=range(len(_ALL)))
def test_a_known_text_is_counted_as_known(case: dict[str, object]) -> None:
    assert count(str(case["text"])) == (case["encoding"], case["units"], case["segments"])


@given(st.text(max_size=700))
def test_one_part_holds_the_whole_limit_and_more_parts_hold_less_each(text: str) -> None:
    encoding, units, parts = count(text)
    single, each = (160, 153) if encoding == "GSM-7" else (70, 67)
    assert (parts == 1) == (units <= single)
    if parts > 1:
        # A two-unit character moved on whole can waste one unit a part.
        assert (parts - 1) * (each - 1) < units <= parts * each


@given(st.text(alphabet="aàế😀{€", max_size=400), st.text(alphabet="aàế😀{€", max_size=50))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert count(text + more).parts >= count(text).parts
