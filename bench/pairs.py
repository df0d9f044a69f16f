"""A figure against its limit: five pairs in turn, so that whatever the machine does meets both alike."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final, TypeVar

One = TypeVar("One")
Other = TypeVar("Other")
PAIRS: Final = 5
_WHOLE_FROM: Final = 100


@dataclass(frozen=True, slots=True)
class Result:
    """`figure` and `limit` are in `unit`; `ratio` is the median of the pairs' own, to be `least` or more. It is figure
    over limit, or limit over figure where less is better.

    `memory_mb`: proportional memory at the end, by the name of the process; of web workers that of the largest. `more`:
    what else was measured.
    """

    name: str
    figure: float
    limit: float
    ratio: float
    unit: str
    least: float
    pairs: tuple[tuple[float, float], ...] = ()
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.ratio >= self.least

    def with_memory(self, memory_mb: Mapping[str, float]) -> "Result":
        return replace(self, memory_mb=memory_mb)

    def with_more(self, more: Mapping[str, float]) -> "Result":
        return replace(self, more={**self.more, **more})

    def line(self) -> dict[str, float | str]:
        return {
            "figure": _rounded(self.figure),
            "limit": _rounded(self.limit),
            "ratio": round(self.ratio, 3),
            "unit": self.unit,
            **{name: _rounded(value) for name, value in self.more.items()},
        }


def _rounded(value: float) -> float:
    return round(value, 1 if abs(value) >= _WHOLE_FROM else 3)


def interleave(
    name: str, unit: str, least: float, figure: Callable[[], float], limit: Callable[[], float], *, pairs: int = PAIRS
) -> Result:
    """Measures both `pairs` times in turn; the medians of each, and of the ratios."""
    return of_pairs(name, unit, least, in_turn(pairs, figure, limit))


def of_pairs(name: str, unit: str, least: float, found: Sequence[tuple[float, float]]) -> Result:
    """The medians of what was measured as (figure, limit), and of the ratios; more is better."""
    return Result(
        name=name,
        figure=median(reached for reached, _ in found),
        limit=median(above for _, above in found),
        ratio=median(reached / above for reached, above in found),
        unit=unit,
        least=least,
        pairs=tuple(found),
    )


def in_turn(pairs: int, one: Callable[[], One], other: Callable[[], Other]) -> list[tuple[One, Other]]:
    """What both find, so many times, the one that goes first changing."""
    found = []
    for turn in range(pairs):
        if turn % 2:
            second = other()
            found.append((one(), second))
        else:
            first = one()
            found.append((first, other()))
    return found


def show(results: Sequence[Result]) -> None:
    """A table for people."""
    print(f"{'bench':<24}{'figure':>10}{'limit':>10}{'ratio':>8}{'least':>8}  unit")
    for result in results:
        verdict = "" if result.holds else "  BELOW ITS LIMIT"
        figure, limit = (f"{value:>10,.{0 if value >= _WHOLE_FROM else 2}f}" for value in (result.figure, result.limit))
        numbers = f"{figure}{limit}{result.ratio:>8.2f}{result.least:>8.2f}"
        print(f"{result.name:<24}{numbers}  {result.unit}{verdict}")
        if result.memory_mb:
            print(f"{'':<24}memory: {', '.join(f'{name} {mb:.0f} MB' for name, mb in result.memory_mb.items())}")
        if result.more:
            print(f"{'':<24}{', '.join(f'{name} {_rounded(value):g}' for name, value in result.more.items())}")


def finish(result: Result, argv: Sequence[str]) -> None:
    """What `python -m bench.NAME` prints: a table, or with --json one object as the last line."""
    if "--json" in argv:
        print(json.dumps(result.line()))
    else:
        show([result])
    sys.stdout.flush()


def number_after(name: str, argv: Sequence[str], default: int) -> int:
    """The whole number behind an option of the command line. Raises SystemExit when it is none."""
    if name not in argv:
        return default
    said = argv[argv.index(name) + 1 :][:1]
    if not said or not said[0].isdecimal():
        raise SystemExit(f"{name}: a whole number is wanted")
    return int(said[0])
