"""What the portal's answers mean: its one text for everything wrong in an array, taken apart item by item. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from kernel.observing.masking import mask_text
from kernel.texts.folding import search_key
from outbound.codes import CodeClass, CodeTable, Verdict
from outbound.jobs.outcomes import OutcomeKind
from residence.authority.port import ArrayOutcome, ItemAnswer, Sign
from residence.rules.findings import load_table

OTHER: Final = "other"
REFUSED_WHOLE: Final = "refused_whole"
_ITEM: Final = re.compile(r"(?:^|(?<=[\n,;.]))\s*(?:Bản khai báo|Bản ghi)\s*(\d{1,6})\s*:", re.IGNORECASE)
# Document numbers other than those that every log masks: letters and digits together.
_NUMBER: Final = re.compile(r"\b(?=\w*\d)[A-Z0-9]{6,20}\b")
_LONGEST_REASON: Final = 300
_REFUSED: Final = "refused"
_CODES: Final = CodeTable(
    "authority", "residence", "data/authority_codes.yaml", {_REFUSED: CodeClass(OutcomeKind.PERMANENT)}
)
_UNREADABLE: Final = Verdict("unreadable", OutcomeKind.UNKNOWN, "cổng trả lời không đọc được")


@dataclass(frozen=True, slots=True)
class _Known:
    code: str
    sign: Sign
    words: tuple[str, ...]
    reason: str


def outcome_of(status: int, body: Any, size: int, *, retry_after_s: float | None = None) -> ArrayOutcome:
    """What an answer to an array of `size` items means. `body` is its JSON, None when it is not JSON.

    Only an answer that says so in both places is a yes; a server's failure may have come after the import.
    """
    told = body if isinstance(body, Mapping) else {}
    if 200 <= status < 300:
        verdict = _CODES.find(told.get("code", "")) or _UNREADABLE
        code = None if verdict.kind is OutcomeKind.ACCEPTED else "bad_answer"
    else:
        verdict, code = _CODES.of_status(status), f"http_{status}"
    if verdict.word == _REFUSED:
        return _refusal(told, size)
    return ArrayOutcome(
        verdict.kind,
        code=code,
        reason=verdict.meaning,
        retry_after_s=retry_after_s if verdict.kind is OutcomeKind.TRANSIENT else None,
        operator=verdict.operator,
    )


def items_of(message: str, size: int) -> tuple[ItemAnswer, ...]:
    """The refused items that a text names, in order; none when the text cannot be taken apart without doubt."""
    text = unicodedata.normalize("NFC", message)
    heads = list(_ITEM.finditer(text))
    ends = [head.start() for head in heads[1:]]
    found = [_item(int(head[1]), text[head.end() : end]) for head, end in zip_longest(heads, ends)]
    places = [item.position for item in found]
    if len(set(places)) < len(places) or any(not 1 <= place <= size for place in places):
        return ()
    return tuple(sorted(found, key=lambda item: item.position))


def without_numbers(text: str) -> str:
    """A text of the portal's as it may be kept: shortened, and without what may be a number of a document."""
    return _NUMBER.sub("[…]", mask_text(" ".join(text.split())))[:_LONGEST_REASON]


def _refusal(told: Mapping[str, Any], size: int) -> ArrayOutcome:
    message = told.get("message")
    text = message if isinstance(message, str) else ""
    items = items_of(text, size)
    if items:
        return ArrayOutcome(OutcomeKind.PERMANENT, code="refused", items=items)
    reason = without_numbers(text) or None
    return ArrayOutcome(OutcomeKind.TRANSIENT, code=REFUSED_WHOLE, reason=reason, operator=True)


def _item(position: int, text: str) -> ItemAnswer:
    folded = search_key(text)
    known = [each for each in _known() if all(word in folded for word in each.words)]
    # What is there is there, whatever else the portal finds fault with when it is sent once more.
    there = [each for each in known if each.sign is Sign.THERE]
    if not known:
        return ItemAnswer(position, Sign.WRONG, OTHER, without_numbers(text.strip(" ,\n;.")) or "không rõ lý do")
    chosen = there[0] if there else known[0]
    return ItemAnswer(position, chosen.sign, chosen.code, chosen.reason)


@cache
def _known() -> tuple[_Known, ...]:
    return tuple(
        _Known(entry["code"], Sign(entry["sign"]), tuple(entry["words"]), entry["vi"])
        for entry in load_table("authority_errors.yaml")
    )
