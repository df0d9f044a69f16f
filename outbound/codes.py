"""What the codes of a party mean and what is to be done about each, as data: one table for each party.

A table is YAML with three parts: `codes` are the party's own; `statuses` are the HTTP statuses of answers that carry
none; `defaults` are by the hundreds of the status, for all others (5 must be there). An entry has a `class` and a
`meaning` without personal values, and may have `wait_s` (when to try again) and `elsewhere` (another party of its pool
may take the same).

A class is a kind of outcome, or `operator`: our account or connection is at fault. What was handed over stays sound
then, so it waits as after a passing fault, and a person is told. A party's table may have classes of its own.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

import structlog

from kernel.data_files import read_yaml
from outbound.jobs.outcomes import Outcome, OutcomeKind

V = TypeVar("V")
_LONGEST: Final = 40
_log = structlog.get_logger()


class CodeClass(NamedTuple):
    """What is to be done about a code; `operator`: a person must look."""

    kind: OutcomeKind
    operator: bool = False


OPERATOR: Final = CodeClass(OutcomeKind.TRANSIENT, operator=True)
_CLASSES: Final[Mapping[str, CodeClass]] = {
    **{kind.value: CodeClass(kind) for kind in OutcomeKind},
    "operator": OPERATOR,
}


class Verdict(NamedTuple):
    """What a code means. `word` is its class as the table names it."""

    word: str
    kind: OutcomeKind
    meaning: str | None = None
    operator: bool = False
    elsewhere: bool = False
    wait_s: float | None = None

    def outcome(self, code: str | None, *, ref: str | None = None, retry_after_s: float | None = None) -> Outcome:
        """The outcome of an answer with this code; `retry_after_s`, where given, is what the answer itself asked."""
        return Outcome(
            self.kind,
            ref=ref,
            code=code,
            reason=self.meaning,
            retry_after_s=self.wait_s if retry_after_s is None else retry_after_s,
            operator=self.operator,
            elsewhere=self.elsewhere,
        )


UNLISTED: Final = Verdict("unlisted", OutcomeKind.UNKNOWN, "a code that is not in the table")
"""It may mean anything, so what was handed over may be there."""


class _Parts(NamedTuple):
    codes: Mapping[str, Verdict]
    statuses: Mapping[str, Verdict]
    defaults: Mapping[str, Verdict]


class CodeTable:
    """The table of `party`, a YAML file below a package; read when it is first asked. `classes` are the party's own.

    A code that is not listed is logged as `PARTY.unknown_code`, one for an operator as `PARTY.operator_needed`.
    """

    def __init__(self, party: str, package: str, path: str, classes: Mapping[str, CodeClass] | None = None) -> None:
        self._party = party
        self._file = (package, path)
        self._classes = {**_CLASSES, **(classes or {})}

    def find(self, code: object) -> Verdict | None:
        """What a code means, None for one that is not listed; logs nothing."""
        return self.parts.codes.get(str(code))

    def of_code(self, code: object) -> Verdict:
        """What the code of an answer means; UNLISTED for one that is not listed."""
        found = self.find(code)
        if found is None:
            _log.error(f"{self._party}.unknown_code", code=str(code)[:_LONGEST])
            return UNLISTED
        return self._told(found, code)

    def of_status(self, http_status: int, *, code: object = None) -> Verdict:
        """What an answer means by its HTTP status alone; `code` is one that it carries and the table does not list."""
        found = self.parts.statuses.get(str(http_status))
        if found is None:
            found = self.parts.defaults.get(str(http_status // 100), self.parts.defaults["5"])
            _log.warning(f"{self._party}.unknown_code", code=code, http_status=http_status, taken_as=found.word)
        return self._told(found, f"http_{http_status}" if code is None else code)

    @cached_property
    def parts(self) -> _Parts:
        raw = read_yaml(*self._file)
        return _Parts(
            *({str(key): self._verdict(entry) for key, entry in raw[part].items()} for part in _Parts._fields)
        )

    def _verdict(self, entry: Mapping[str, Any]) -> Verdict:
        word = entry["class"]
        known = self._classes[word]
        return Verdict(
            word,
            known.kind,
            entry.get("meaning"),
            known.operator,
            bool(entry.get("elsewhere")),
            entry.get("wait_s"),
        )

    def _told(self, found: Verdict, code: object) -> Verdict:
        if found.operator:
            _log.error(f"{self._party}.operator_needed", code=str(code)[:_LONGEST], meaning=found.meaning)
        return found


class WordTable(Generic[V]):
    """The words by which `party` tells of what it took earlier, such as the states of a message.

    A word that is not listed means `default` and is logged as `PARTY.unknown_status`.
    """

    def __init__(self, party: str, words: Mapping[str, V], default: V) -> None:
        self._party = party
        self.words = words
        self._default = default

    def find(self, word: str) -> V:
        """What a word means."""
        if word not in self.words:
            _log.warning(f"{self._party}.unknown_status", status=word[:_LONGEST])
        return self.words.get(word, self._default)
