"""Procedures by what people type: words of a name, accents or none, or a code. Pure."""

from collections.abc import Iterator, Sequence

from kernel.texts.folding import only_signs, search_key
from procedures.catalogue import Published
from procedures.definition import Level

_LONGEST_CODE = 40


def find_procedures(published: Sequence[Published], *, sought: str = "", level: str | None = None) -> list[Published]:
    """Those that hold every word of `sought`, the ones whose name begins with it first; all for an empty one."""
    held = [each for each in published if level is None or each.procedure.level is Level(level)]
    words = search_key(sought).split()
    if not words:
        return [] if sought.strip() else held
    code = only_signs(sought, most=_LONGEST_CODE)
    ranked = [(rank, each) for each in held if (rank := _rank(each, words, code)) is not None]
    # Sorting is stable: equals stay in the order of their codes.
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])]


def _rank(published: Published, words: Sequence[str], code: str) -> int | None:
    """0 for its code, 1 for its name, 2 for anything else it says, None where it does not meet what is sought."""
    if code and only_signs(published.procedure.code, most=_LONGEST_CODE).startswith(code):
        return 0
    name, rest = _keys(published)
    if _meets(words, name):
        return 1
    return 2 if _meets(words, name | rest) else None


def _keys(published: Published) -> tuple[frozenset[str], frozenset[str]]:
    """The words of its name, and those of its sector and papers and results, in both languages."""
    procedure = published.procedure
    named = [*(paper.name for paper in procedure.papers), *(result.name for result in procedure.results)]
    rest = (text for each in (procedure.sector, *named) for text in each)
    return frozenset(_words(*procedure.name)), frozenset(_words(*rest))


def _words(*texts: str) -> Iterator[str]:
    for text in texts:
        yield from search_key(text).split()


def _meets(words: Sequence[str], keys: frozenset[str]) -> bool:
    return all(any(key.startswith(word) for key in keys) for word in words)
