"""What was ordered held against what went out. Pure: times are Unix seconds, phones in E.164."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

NEW_WORK_S: Final = 5.0
STRANDED_S: Final = 60.0
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Span:
    """One injected fault: when it began, when what it took away was there again, and what it was."""

    began: float
    returned: float
    what: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that the provider took."""

    phone: str
    at: float
    body: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`ordered`: phone -> when the change it is to be told of was committed; `unpromised`: phones of changes that were
    committed, nobody knows when, since whoever asked for them heard nothing; `vanished`: those whose commit was
    promised and is not in the database. `poison`: phones whose message cannot go out. `taken` is all that the provider
    took for the drill's phones. `ends`: phone -> the state in which its delivery ended (None: no record is kept).
    `certain`: the provider can be asked or dedupes; where it does neither, `caught` are the phones with a call in
    flight when a fault struck. `marks`: phone -> what stands in its message and in no other. `oddities`: what else went
    wrong, in words.
    """

    ordered: Mapping[str, float]
    vanished: Sequence[str]
    poison: frozenset[str]
    taken: Sequence[Taken]
    ends: Mapping[str, str] | None
    ended_well: frozenset[str]
    spans: Sequence[Span]
    certain: bool
    unpromised: frozenset[str] = frozenset()
    caught: frozenset[str] = frozenset()
    marks: Mapping[str, str] = field(default_factory=dict)
    oddities: Sequence[str] = ()

    @property
    def meant(self) -> frozenset[str]:
        """The phones that are to be written to."""
        return self.unpromised.union(self.ordered)

    @property
    def forgiven(self) -> frozenset[str]:
        """The phones that may be written to twice."""
        return frozenset() if self.certain else self.caught


@dataclass(frozen=True, slots=True)
class Verdict:
    """`recovered_s`: the longest that new work stood still after a return; `stranded_s`: the longest that any message
    waited while nothing was broken; `late` says which of them was too long, `unexpected` what else is not right.
    `figures`: what else a row measures, the more the worse.
    """

    messages: int
    faults: int
    lost: int
    duplicated: int
    allowed: int
    unexpected: tuple[str, ...]
    recovered_s: float
    stranded_s: float
    late: tuple[str, ...] = ()
    slowest: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    """The phones of the messages that these two times are of."""
    ended_ill: tuple[str, ...] = ()
    """The phones whose message did not end well."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected or self.late)


def judge(evidence: Evidence) -> Verdict:
    """Counts; a message lost by one count is not counted by another."""
    times = Counter(each.phone for each in evidence.taken)
    missing = [phone for phone in evidence.meant - evidence.poison if not times[phone]]
    free = {phone: 1 + (phone in evidence.forgiven) for phone in evidence.meant}
    recovered, first = _recovered(evidence)
    stranded, last = _stranded(evidence)
    return Verdict(
        messages=len(evidence.meant),
        faults=len(evidence.spans),
        lost=len({*missing, *evidence.vanished}),
        duplicated=sum(max(0, times[phone] - free[phone]) for phone in free),
        allowed=sum(times[phone] == 2 for phone in evidence.forgiven & evidence.meant),
        unexpected=tuple(_unexpected(evidence, times)),
        recovered_s=recovered,
        stranded_s=stranded,
        late=tuple(_late(recovered, stranded)),
        ended_ill=tuple(_ended_ill(evidence)),
        slowest=tuple(phone for phone in (first, last) if phone),
    )


def _unexpected(evidence: Evidence, times: Counter[str]) -> list[str]:
    found = [*evidence.oddities, *_silent(evidence)]
    strangers = sorted(times.keys() - evidence.meant)
    found += _named("written to although nothing was committed", strangers)
    astray = {each.phone for each in evidence.taken if evidence.marks.get(each.phone, "") not in each.body}
    found += _named("was sent what is not theirs", sorted(astray))
    found += _named("written to although poisoned", sorted(times.keys() & evidence.poison))
    if evidence.ends is not None:
        ends = evidence.ends
        found += [f"{phone} ended as {ends.get(phone, 'not planned')}" for phone in _ended_ill(evidence)]
    return found


def _ended_ill(evidence: Evidence) -> list[str]:
    if evidence.ends is None:
        return []
    meant = sorted(evidence.meant - evidence.poison)
    return [phone for phone in meant if evidence.ends.get(phone) not in evidence.ended_well]


def _late(recovered: float, stranded: float) -> list[str]:
    found = []
    if recovered > NEW_WORK_S:
        found.append(f"new work stood still for {recovered:.1f} s after a return")
    if stranded > STRANDED_S:
        found.append(f"a message waited {stranded:.1f} s while nothing was broken")
    return found


def _named(what: str, phones: Sequence[str]) -> list[str]:
    return [f"{phone} {what}" for phone in phones]


def _recovered(evidence: Evidence) -> tuple[float, str]:
    """The worst, over all faults, of the time from its return to the first arrival of what was ordered after it."""
    firsts = (_first_after(evidence, span) for span in evidence.spans)
    return max((first for first in firsts if first is not None), default=(0.0, ""))


def _first_after(evidence: Evidence, span: Span) -> tuple[float, str] | None:
    """Seconds from the return of what was missing to the first arrival of new work, and its phone.

    Also when the next fault struck meanwhile: that new work had not flown before it is this fault's doing.
    """
    arrivals = _first_arrivals(evidence.taken)
    new = (phone for phone, ordered in evidence.ordered.items() if ordered >= span.returned)
    return min(((arrivals[phone] - span.returned, phone) for phone in new if phone in arrivals), default=None)


def _silent(evidence: Evidence) -> list[str]:
    """The faults after which nothing new went out, so that nobody knows whether they were got over."""
    return [f"nothing new went out after: {span.what}" for span in evidence.spans if not _first_after(evidence, span)]


def _stranded(evidence: Evidence) -> tuple[float, str]:
    """The worst time that a message waited between its order and its arrival, the spans of faults left out."""
    arrivals = _first_arrivals(evidence.taken)
    return max(
        (
            (healthy(ordered, arrivals[phone], evidence.spans), phone)
            for phone, ordered in evidence.ordered.items()
            if phone in arrivals
        ),
        default=(0.0, ""),
    )


def healthy(since: float, until: float, spans: Sequence[Span]) -> float:
    """Seconds between two instants in which no fault was in force."""
    broken, reached = 0.0, since
    for span in sorted(spans, key=lambda each: each.began):
        begin, end = max(span.began, reached), min(span.returned, until)
        if end > begin:
            broken += end - begin
            reached = end
    return max(0.0, until - since - broken)


def _first_arrivals(taken: Sequence[Taken]) -> dict[str, float]:
    first: dict[str, float] = {}
    for each in taken:
        first[each.phone] = min(each.at, first.get(each.phone, each.at))
    return first


def shown(reasons: Sequence[str]) -> str:
    """The first few reasons, for people."""
    more = len(reasons) - _MOST_NAMED
    return "; ".join(reasons[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
