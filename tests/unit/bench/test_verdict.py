"""The judge of the fault drills is itself judged: it sees what is lost, doubled, late and odd, and nothing else."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.faults.run import met
from bench.faults.verdict import Evidence, Span, Taken, healthy, judge

PHONES = [f"+8490560000{number}" for number in range(6)]
GOOD = Evidence(
    ordered={phone: 100.0 + place for place, phone in enumerate(PHONES)},
    vanished=(),
    poison=frozenset(),
    taken=[Taken(phone, 100.5 + place, f"Ho so {phone}.") for place, phone in enumerate(PHONES)],
    ends=dict.fromkeys(PHONES, "delivered"),
    ended_well=frozenset({"delivered"}),
    spans=[Span(101.5, 101.9, "a fault")],
    certain=True,
    marks={phone: phone for phone in PHONES},
)


def test_a_good_run_is_clean() -> None:
    verdict = judge(GOOD)
    assert verdict.clean
    assert (verdict.messages, verdict.faults, verdict.lost, verdict.duplicated, verdict.allowed) == (6, 1, 0, 0, 0)
    assert verdict.recovered_s == pytest.approx(0.6)
    assert verdict.stranded_s == pytest.approx(0.5)


@given(
    st.dictionaries(st.sampled_from(PHONES), st.integers(min_value=0, max_value=4), max_size=6),
    st.frozensets(st.sampled_from(PHONES)),
)
def test_every_missing_and_every_extra_message_is_counted(times: dict[str, int], caught: frozenset[str]) -> None:
    taken = [Taken(phone, 100.5 + PHONES.index(phone), phone) for phone in PHONES for _ in range(times.get(phone, 1))]
    sure = judge(replace(GOOD, taken=taken, caught=caught))
    unsure = judge(replace(GOOD, taken=taken, caught=caught, certain=False))
    assert sure.lost == unsure.lost == sum(number == 0 for number in times.values())
    assert sure.duplicated == sum(max(0, number - 1) for number in times.values())
    assert sure.allowed == 0
    assert unsure.duplicated == sum(max(0, number - 1 - (phone in caught)) for phone, number in times.items())
    assert unsure.allowed == sum(number == 2 for phone, number in times.items() if phone in caught)


def test_only_whoever_was_in_flight_at_a_fault_may_be_written_to_twice() -> None:
    doubled = replace(GOOD, taken=[*GOOD.taken, Taken(PHONES[3], 104.0, PHONES[3])], certain=False)
    assert (judge(doubled).duplicated, judge(doubled).allowed) == (1, 0)
    others = judge(replace(doubled, caught=frozenset(PHONES[:3])))
    assert (others.duplicated, others.allowed, others.clean) == (1, 0, False)
    caught = judge(replace(doubled, caught=frozenset(PHONES[3:4])))
    assert (caught.duplicated, caught.allowed, caught.clean) == (0, 1, True)


def test_a_call_is_caught_by_a_fault_that_it_was_open_in() -> None:
    spans = [Span(10.0, 12.0, "one"), Span(20.0, 20.0, "a blow")]
    calls = [
        ("before", 8.0, 9.9),
        ("into", 9.0, 10.1),
        ("within", 11.0, 11.5),
        ("after", 12.1, 19.9),
        ("hit", 19.0, 25.0),
    ]
    assert met(calls, spans) == {"into", "within", "hit"}


def test_what_was_committed_and_not_promised_is_to_be_sent_and_excuses_no_delay() -> None:
    phone = "+84905600009"
    quiet = replace(GOOD, unpromised=frozenset({phone}), ends={**(GOOD.ends or {}), phone: "delivered"})
    assert (judge(quiet).lost, judge(quiet).messages) == (1, 7)
    early = judge(replace(quiet, taken=[*GOOD.taken, Taken(phone, 99.0, "")]))
    assert early.clean
    assert early.recovered_s == pytest.approx(0.6)


def test_a_fault_after_which_nothing_new_went_out_is_no_success() -> None:
    at_the_end = judge(replace(GOOD, spans=[*GOOD.spans, Span(107.0, 108.0, "the last one")]))
    assert at_the_end.unexpected == ("nothing new went out after: the last one",)


def test_another_fault_before_new_work_flowed_does_not_shorten_the_time() -> None:
    # What was ordered at 102 arrives at 102.5, though the system was struck again before anything was ordered.
    twice = judge(replace(GOOD, spans=[Span(101.1, 101.2, "one"), Span(101.3, 101.9, "two")]))
    assert twice.clean
    assert twice.recovered_s == pytest.approx(1.3)


def test_a_commit_that_was_promised_and_is_gone_is_a_loss() -> None:
    assert judge(replace(GOOD, vanished=["+84905600009"])).lost == 1


def test_whoever_is_written_to_without_an_order_is_unexpected() -> None:
    verdict = judge(replace(GOOD, taken=[*GOOD.taken, Taken("+84905600009", 103.0, "")]))
    assert (verdict.lost, verdict.duplicated, len(verdict.unexpected)) == (0, 0, 1)


def test_whoever_is_sent_the_text_of_another_is_unexpected() -> None:
    crossed = [replace(GOOD.taken[0], body=GOOD.taken[1].body), *GOOD.taken[1:]]
    verdict = judge(replace(GOOD, taken=crossed))
    assert verdict.unexpected == (f"{PHONES[0]} was sent what is not theirs",)


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
    late = [replace(each, at=each.at + (5.5 if each.at > 102 else 0)) for each in GOOD.taken]
    verdict = judge(replace(GOOD, taken=late))
    assert verdict.recovered_s == pytest.approx(6.1)
    assert (len(verdict.late), verdict.clean, verdict.unexpected) == (1, False, ())
    stranded = [replace(each, at=each.at + (61 if each.phone == PHONES[0] else 0)) for each in GOOD.taken]
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
