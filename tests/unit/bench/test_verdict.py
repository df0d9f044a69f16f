"""The judge of the fault drills is itself judged: it sees what is lost, doubled, late and odd, and nothing else."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.faults.verdict import Evidence, Span, Taken, healthy, judge

PHONES = [f"+8490560000{number}" for number in range(6)]
GOOD = Evidence(
    ordered={phone: 100.0 + place for place, phone in enumerate(PHONES)},
    vanished=(),
    poison=frozenset(),
    taken=[Taken(phone, 100.5 + place) for place, phone in enumerate(PHONES)],
    ends=dict.fromkeys(PHONES, "delivered"),
    ended_well=frozenset({"delivered"}),
    spans=[Span(101.5, 101.9, "a fault")],
    certain=True,
)


def test_a_good_run_is_clean() -> None:
    verdict = judge(GOOD)
    assert verdict.clean
    assert (verdict.messages, verdict.faults, verdict.lost, verdict.duplicated, verdict.allowed) == (6, 1, 0, 0, 0)
    assert verdict.recovered_s == pytest.approx(0.6)
    assert verdict.stranded_s == pytest.approx(0.5)


@given(st.dictionaries(st.sampled_from(PHONES), st.integers(min_value=0, max_value=4), max_size=6))
def test_every_missing_and_every_extra_message_is_counted(times: dict[str, int]) -> None:
    taken = [Taken(phone, 100.5 + PHONES.index(phone)) for phone in PHONES for _ in range(times.get(phone, 1))]
    sure, unsure = judge(replace(GOOD, taken=taken)), judge(replace(GOOD, taken=taken, certain=False))
    assert sure.lost == unsure.lost == sum(number == 0 for number in times.values())
    assert sure.duplicated == sum(max(0, number - 1) for number in times.values())
    assert sure.allowed == 0
    assert unsure.duplicated == sum(max(0, number - 2) for number in times.values())
    assert unsure.allowed == sum(number == 2 for number in times.values())


def test_a_commit_that_was_promised_and_is_gone_is_a_loss() -> None:
    assert judge(replace(GOOD, vanished=["+84905600009"])).lost == 1


def test_whoever_is_written_to_without_an_order_is_unexpected() -> None:
    verdict = judge(replace(GOOD, taken=[*GOOD.taken, Taken("+84905600009", 103.0)]))
    assert (verdict.lost, verdict.duplicated, len(verdict.unexpected)) == (0, 0, 1)


def test_poison_is_not_missed_and_must_not_go_out() -> None:
    poison = frozenset(PHONES[:1])
    silent = replace(GOOD, poison=poison, taken=GOOD.taken[1:], ends={**(GOOD.ends or {}), PHONES[0]: "dead"})
    assert judge(silent).clean
    assert not judge(replace(GOOD, poison=poison)).clean


@pytest.mark.parametrize("end", ["undelivered", "accepted", "dead"])
def test_a_message_that_did_not_end_well_is_unexpected(end: str) -> None:
    assert len(judge(replace(GOOD, ends={**(GOOD.ends or {}), PHONES[2]: end})).unexpected) == 1
    assert len(judge(replace(GOOD, ends=dict.fromkeys(PHONES[1:], "delivered"))).unexpected) == 1


def test_slow_recovery_and_stranded_work_are_unexpected() -> None:
    late = [Taken(each.phone, each.at + (5.5 if each.at > 102 else 0)) for each in GOOD.taken]
    verdict = judge(replace(GOOD, taken=late))
    assert verdict.recovered_s == pytest.approx(6.1)
    assert (len(verdict.late), verdict.clean, verdict.unexpected) == (1, False, ())
    stranded = [Taken(each.phone, each.at + (61 if each.phone == PHONES[0] else 0)) for each in GOOD.taken]
    assert len(judge(replace(GOOD, taken=stranded)).late) == 1


INSTANTS = st.floats(min_value=0, max_value=100)


@given(INSTANTS, INSTANTS, st.lists(st.tuples(INSTANTS, INSTANTS), max_size=4))
def test_healthy_time_is_what_no_fault_covers(one: float, other: float, bounds: list[tuple[float, float]]) -> None:
    since, until = sorted((one, other))
    spans = [Span(min(pair), max(pair), "x") for pair in bounds]
    found = healthy(since, until, spans)
    assert 0 <= found <= until - since + 1e-9
    edges = sorted({since, until, *(edge for pair in bounds for edge in pair if since < edge < until)})
    pieces = itertools.pairwise(edges)
    clear = [(a, b) for a, b in pieces if not any(span.began <= a and b <= span.returned for span in spans)]
    assert found == pytest.approx(sum(b - a for a, b in clear), abs=1e-6)
