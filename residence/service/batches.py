"""Files of guests: checked as a whole, accepted row by row, and given back as a sheet of what must be corrected.

The same bytes are one batch for a lodging, whoever sends them and how often. A file's content never travels inside the
transaction that records it: it is sealed and put into the store after the row that names it, and put again when the
same file comes once more, so that a process killed in between leaves nothing that a second try does not heal.
"""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, present
from kernel.ids import new_id
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from residence import store
from residence.batches import store as batch_store
from residence.batches.check import Note, Verdict, check_file
from residence.clock import tonight
from residence.models import FILE_NAME_FIELD, FINDINGS_FIELD, Batch
from residence.ports import FrontDesk
from residence.rules.findings import Finding
from residence.service.access import active_lodging, lodging_for
from residence.service.declaring import declare_arrivals, declarer
from residence.service.guest_keys import document_index, name_words
from residence.sheets.guests import write_error_sheet
from residence.states import BATCH_MOVES, BatchEvent, BatchState

# Of one lodging, until they are erased: some thirty files a day.
MOST_FILES: Final = 1000
MOST_HELD: Final = 1 << 30
_CONTENT: Final = "batch.content"
_FILE_NAME_LENGTH: Final = 120
# A file may hold guests who came long before its night.
_ARRIVED_BEFORE: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class SentFile:
    """`name` is the sender's word for it, never used as a path."""

    name: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


def require_lodging(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID) -> None:
    """Raises `not_found`, `mandate_missing`, `lodging_not_active` before anything is read."""
    active_lodging(work, actor, desk, lodging_id)


def find_sent(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, sha256: bytes) -> Batch | None:
    """The batch that these bytes are already."""
    lodging = active_lodging(work, actor, desk, lodging_id)
    return batch_store.same_batch(work.session, lodging.id, sha256)


def record_batch(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, sent: SentFile, verdict: Verdict
) -> Batch:
    """A checked file as a batch; the one that is there, if the same file came twice at once."""
    lodging = active_lodging(work, actor, desk, lodging_id)
    standing = batch_store.same_batch(work.session, lodging.id, sent.sha256)
    if standing is not None:
        return standing
    _require_room(work, lodging.id, len(sent.content))
    row, by, vault = new_id(), declarer(actor), work.vault
    batch = Batch(
        id=row,
        lodging_id=lodging.id,
        sha256=sent.sha256,
        size=len(sent.content),
        file_name=vault.seal(FILE_NAME_FIELD, row, sent.name[:_FILE_NAME_LENGTH]),
        file_key=f"residence/{lodging.id}/{row}",
        night=_night_of(verdict, desk, work.now()),
        state=(BatchState.REFUSED if verdict.refused else BatchState.CHECKED).value,
        accepted=0,
        repeated=0,
        created_at=work.now(),
        created_by=by.person_id,
        client_id=by.client_id,
        **_counts(verdict),
        findings=vault.seal(FINDINGS_FIELD, row, _packed(verdict)),
    )
    work.session.add(batch)
    try:
        work.session.flush()
    except IntegrityError:
        raise DomainError("idempotency_in_progress") from None
    write_audit(work.session, actor, "batch.check", "batch", row, rows=batch.rows, rejected=batch.rejected)
    return batch


def keep_content(files: FileStore, vault: Vault, batch: Batch, content: bytes) -> None:
    """Puts the sealed bytes of a batch into the store; outside any transaction. Of a refused file nothing is kept."""
    if batch.state == BatchState.CHECKED and batch.erased_at is None:
        files.put(batch.file_key, vault.seal_bytes(_CONTENT, batch.id, content))


def accept_batch(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, batch_id: UUID, verdict: Verdict
) -> Batch:
    """Declares the good rows of a checked file; `verdict` is its verdict as of now. A repeat changes nothing.

    Raises `batch_step_refused` for a file that could not be read, `batch_has_no_guest`.
    """
    lodging = active_lodging(work, actor, desk, lodging_id)
    batch = batch_store.find_batch(work.session, lodging.id, batch_id, lock=True)
    before = BatchState(batch.state)
    after = BATCH_MOVES.move(before, BatchEvent.ACCEPT)
    if before is after:
        return batch
    if not verdict.accepted:
        raise DomainError("batch_has_no_guest")
    guests = [each.declaration for each in verdict.accepted]
    declared = declare_arrivals(work, actor, lodging, guests, rule=desk.settings.night_rule, batch_id=batch.id)
    batch.state = after.value
    batch.accepted_at = work.now()
    batch.accepted, batch.repeated = len(declared.declarations), declared.repeated
    batch.night = _night_of(verdict, desk, work.now())
    for name, value in _counts(verdict).items():
        setattr(batch, name, value)
    batch.findings = work.vault.seal(FINDINGS_FIELD, batch.id, _packed(verdict))
    work.session.flush()
    write_audit(work.session, actor, "batch.accept", "batch", batch.id, guests=batch.accepted)
    return batch


def accept_stored(
    work: Work, actor: Actor, desk: FrontDesk, files: FileStore, lodging_id: UUID, batch_id: UUID
) -> Batch:
    """The same for a file that was sent before: it is read and checked again, for days may lie in between."""
    lodging = active_lodging(work, actor, desk, lodging_id)
    batch = batch_store.find_batch(work.session, lodging.id, batch_id, lock=True)
    readable = batch.state == BatchState.CHECKED
    return accept_batch(
        work, actor, desk, lodging_id, batch_id, check_again(work, files, batch) if readable else Verdict()
    )


def check_again(work: Work, files: FileStore, batch: Batch) -> Verdict:
    """The verdict over a batch's file as of now. Raises `batch_file_gone`."""
    try:
        sealed = files.get(batch.file_key)
    except KeyError:
        raise DomainError("batch_file_gone") from None
    return check_file(work.vault.open_bytes(_CONTENT, batch.id, sealed), work.now())


def read_batch(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, batch_id: UUID) -> Batch:
    """Raises `not_found`, `mandate_missing`."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    return batch_store.find_batch(work.session, lodging.id, batch_id)


def list_batches(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Batch]:
    """Newest first."""
    lodging = lodging_for(work, actor, desk, lodging_id, "read")
    return batch_store.batches_of(work.session, lodging.id, after=after, limit=limit)


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


def error_sheet(work: Work, actor: Actor, files: FileStore, batch: Batch) -> bytes:
    """The rows that could not be taken, with what is wrong, as a workbook to correct and send again (.xlsx).

    Raises `batch_file_gone`, `nothing_to_correct`.
    """
    verdict = check_again(work, files, batch) if batch.state != BatchState.REFUSED else Verdict()
    if not verdict.returned:
        raise DomainError("nothing_to_correct")
    out = io.BytesIO()
    write_error_sheet(out, verdict)
    write_audit(work.session, actor, "batch.error_sheet", "batch", batch.id)
    return out.getvalue()


def file_name_of(work: Work, batch: Batch) -> str:
    return "" if batch.file_name is None else work.vault.open(FILE_NAME_FIELD, batch.id, batch.file_name)


def _require_room(work: Work, lodging_id: UUID, size: int) -> None:
    """Raises `too_many_batches`. The lodging is locked, so whoever counts here counts alone."""
    files, octets = batch_store.held_files(work.session, lodging_id)
    if files >= MOST_FILES or octets + size > MOST_HELD:
        raise DomainError("too_many_batches", limit=MOST_FILES, megabytes=MOST_HELD >> 20)


def _night_of(verdict: Verdict, desk: FrontDesk, now: datetime) -> date:
    """The night on which most of a file's guests arrived, of equal ones the latest; tonight where it has no guest."""
    nights = Counter(desk.settings.night_rule.night_of(each.declaration.arrival) for each in verdict.accepted)
    return max(nights, key=lambda night: (nights[night], night), default=tonight(now))


def _counts(verdict: Verdict) -> dict[str, int]:
    return {
        "rows": verdict.rows,
        "rejected": verdict.rows - len(verdict.accepted),
        "warnings": len(verdict.warnings),
    }


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
