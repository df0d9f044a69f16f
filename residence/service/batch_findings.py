"""What a file's verdict says, as its row keeps it: numbers, the night, and sealed findings."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, Final

from kernel.errors import present
from kernel.work import Work
from residence import store
from residence.batches.check import Note, Verdict
from residence.clock import NightRule, tonight
from residence.models import FINDINGS_FIELD, Batch
from residence.rules.findings import Finding
from residence.service.guest_keys import document_index, name_words

# A file may hold guests who came long before its night.
_ARRIVED_BEFORE: Final = timedelta(days=31)


def set_verdict(work: Work, batch: Batch, verdict: Verdict, rule: NightRule) -> None:
    """Writes a whole file's verdict into its row."""
    batch.rows = batch.judged = verdict.rows
    batch.rejected = verdict.rows - len(verdict.accepted)
    batch.warnings = len(verdict.warnings)
    batch.night = _night_of(verdict, rule, work.now())
    batch.findings = work.vault.seal(FINDINGS_FIELD, batch.id, _packed(verdict))


def findings_of(work: Work, batch: Batch) -> list[Note]:
    """What was wrong with the rows, refusals first; empty once erased."""
    if batch.findings is None:
        return []
    return [Note(row, column, Finding(*finding)) for row, column, finding in _opened(work, batch)["notes"]]


def still_rejected(work: Work, batch: Batch) -> int:
    """How many rejected rows of a file nobody has declared since, by hand or with another file.

    A row is known again by its document or by the words of its name, whichever was right the first time.
    """
    if not batch.rejected or batch.findings is None:
        return batch.rejected
    since = store.declared_since(work.session, batch.lodging_id, batch.created_at, batch.night - _ARRIVED_BEFORE)
    documents = {each.document_index for each in since}
    names = {tuple(each.name_words) for each in since if each.batch_id != batch.id}
    rows = _opened(work, batch)["rejected"] if since else []
    settled = sum(
        document_index(work.vault, number) in documents or tuple(name_words(work.vault, name)) in names
        for number, name in rows
    )
    return batch.rejected - settled


def _night_of(verdict: Verdict, rule: NightRule, now: datetime) -> date:
    """The night on which most of a file's guests arrived, of equal ones the latest; tonight where it has no guest."""
    nights = Counter(rule.night_of(each.declaration.arrival) for each in verdict.accepted)
    return max(nights, key=lambda night: (nights[night], night), default=tonight(now))


def _packed(verdict: Verdict) -> str:
    notes: list[list[Any]] = [
        [note.row, note.column, [note.finding.rule, note.finding.field, note.finding.value, dict(note.finding.params)]]
        for note in (*verdict.rejected, *verdict.warnings)
    ]
    rejected = [[row.get("document_number", ""), row.get("full_name", "")] for row in verdict.returned.values()]
    return json.dumps({"notes": notes, "rejected": rejected}, ensure_ascii=False, separators=(",", ":"))


def _opened(work: Work, batch: Batch) -> dict[str, list[Any]]:
    """What `_packed` wrote; its notes alone where an older release did."""
    packed = json.loads(work.vault.open(FINDINGS_FIELD, batch.id, present(batch.findings)))
    return packed if isinstance(packed, dict) else {"notes": packed, "rejected": []}
