"""Files of guests: checked as a whole, accepted row by row, and given back as a sheet of what must be corrected.

The same bytes are one batch for a lodging, whoever sends them and how often. A file's content never travels inside the
transaction that records it: it is sealed and put into the store after the row that names it, and put again when the
same file comes once more, so that a process killed in between leaves nothing that a second try does not heal. Of a long
file only that happens here; `long_batches` does the rest.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.database.sessions import ring_after_commit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from residence.batches import store as batch_store
from residence.batches.check import Verdict, check_file
from residence.clock import tonight
from residence.models import FILE_NAME_FIELD, Batch
from residence.part import BATCHES
from residence.ports import FrontDesk
from residence.service.access import active_lodging, lodging_for
from residence.service.batch_findings import set_verdict
from residence.service.declaring import declare_arrivals, declarer
from residence.sheets.guests import write_error_sheet
from residence.states import BATCH_MOVES, BatchEvent, BatchState

# Of one lodging, until they are erased: some thirty files a day.
MOST_FILES: Final = 1000
MOST_HELD: Final = 1 << 30
CONTENT: Final = "batch.content"
_FILE_NAME_LENGTH: Final = 120


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
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, sent: SentFile, verdict: Verdict | None
) -> Batch:
    """A file as a batch; the one that is there, if the same file came twice at once. Without a verdict it is a long
    one, which a worker judges once `hand_over` says that its content is kept.

    Raises `too_many_batches`.
    """
    lodging = active_lodging(work, actor, desk, lodging_id)
    standing = batch_store.same_batch(work.session, lodging.id, sent.sha256)
    if standing is not None:
        return standing
    _require_room(work, lodging.id, len(sent.content))
    batch = _received(work, actor, lodging.id, sent, long=verdict is None)
    work.session.add(batch)
    if verdict is not None:
        settle(work, batch, verdict, desk)
    try:
        work.session.flush()
    except IntegrityError:
        raise DomainError("idempotency_in_progress") from None
    action = "batch.send" if verdict is None else "batch.check"
    write_audit(work.session, actor, action, "batch", batch.id, rows=batch.rows, rejected=batch.rejected)
    return batch


def _received(work: Work, actor: Actor, lodging_id: UUID, sent: SentFile, *, long: bool) -> Batch:
    """A file of which nothing is known yet."""
    row, by, now = new_id(), declarer(actor), work.now()
    return Batch(
        id=row,
        lodging_id=lodging_id,
        sha256=sent.sha256,
        size=len(sent.content),
        file_name=work.vault.seal(FILE_NAME_FIELD, row, sent.name[:_FILE_NAME_LENGTH]),
        file_key=f"residence/{lodging_id}/{row}",
        night=tonight(now),
        state=BatchState.JUDGING.value,
        long=long,
        rows=0,
        judged=0,
        rejected=0,
        warnings=0,
        accepted=0,
        repeated=0,
        as_of=now,
        created_at=now,
        created_by=by.person_id,
        client_id=by.client_id,
    )


def settle(work: Work, batch: Batch, verdict: Verdict, desk: FrontDesk) -> None:
    """What a file that was being judged is, now that its verdict is known."""
    event = BatchEvent.REFUSE if verdict.refused else BatchEvent.READ
    batch.state = BATCH_MOVES.move(BatchState(batch.state), event).value
    set_verdict(work, batch, verdict, desk.settings.night_rule)


def keep_content(files: FileStore, vault: Vault, batch: Batch, content: bytes) -> None:
    """Puts the sealed bytes of a batch into the store; outside any transaction. Of a refused file nothing is kept."""
    # One that is under way has been kept before.
    kept = batch.state in (BatchState.REFUSED, BatchState.ACCEPTED) or batch.due_at is not None
    if not kept and batch.erased_at is None:
        files.put(batch.file_key, vault.seal_bytes(CONTENT, batch.id, content))


def hand_over(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, batch_id: UUID, *, accept: bool) -> Batch:
    """Leaves a long file whose content is kept to the worker, to be declared too if `accept`. A repeat changes nothing.

    Raises `batch_step_refused`, `batch_has_no_guest` for one that cannot be accepted.
    """
    lodging = active_lodging(work, actor, desk, lodging_id)
    batch = batch_store.find_batch(work.session, lodging.id, batch_id, lock=True)
    if accept:
        _ask_acceptance(work, actor, batch)
    if batch.due_at is None and batch.state in (BatchState.JUDGING, BatchState.ACCEPTING):
        batch.due_at = batch_store.NOW
        ring_after_commit(work.session, BATCHES)
    work.session.flush()
    return batch


def _ask_acceptance(work: Work, actor: Actor, batch: Batch) -> None:
    before = BatchState(batch.state)
    batch.state = BATCH_MOVES.move(before, BatchEvent.ACCEPT).value
    asked_before = batch.acceptor_id is not None or batch.accepting_client is not None
    if asked_before or before not in (BatchState.JUDGING, BatchState.CHECKED):
        return
    if before is BatchState.CHECKED and batch.rejected == batch.rows:
        raise DomainError("batch_has_no_guest")
    by = declarer(actor)
    batch.acceptor_id, batch.accepting_client, batch.as_of = by.person_id, by.client_id, work.now()
    write_audit(work.session, actor, "batch.ask_acceptance", "batch", batch.id)


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
    batch.accepted, batch.repeated = len(declared.declarations), declared.repeated
    batch.state = after.value
    finish(work, batch, verdict, desk)
    work.session.flush()
    write_audit(work.session, actor, "batch.accept", "batch", batch.id, guests=batch.accepted)
    return batch


def finish(work: Work, batch: Batch, verdict: Verdict, desk: FrontDesk) -> None:
    """What a file whose last good row is declared is from then on."""
    batch.state = BATCH_MOVES.move(BatchState(batch.state), BatchEvent.DECLARE).value
    batch.accepted_at = work.now()
    set_verdict(work, batch, verdict, desk.settings.night_rule)


def accept_stored(
    work: Work, actor: Actor, desk: FrontDesk, files: FileStore, lodging_id: UUID, batch_id: UUID
) -> Batch:
    """The same for a file that was sent before: it is read and checked again, for days may lie in between. A long one
    is handed over."""
    lodging = active_lodging(work, actor, desk, lodging_id)
    batch = batch_store.find_batch(work.session, lodging.id, batch_id, lock=True)
    if batch.long:
        return hand_over(work, actor, desk, lodging_id, batch_id, accept=True)
    readable = batch.state == BatchState.CHECKED
    return accept_batch(
        work, actor, desk, lodging_id, batch_id, check_again(work, files, batch) if readable else Verdict()
    )


def check_again(work: Work, files: FileStore, batch: Batch) -> Verdict:
    """The verdict over a batch's file as of now. Raises `batch_file_gone`."""
    return check_file(opened(work.vault, files, batch.id, batch.file_key), work.now())


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


def error_sheet(work: Work, actor: Actor, files: FileStore, batch: Batch) -> bytes:
    """The rows that could not be taken, with what is wrong, as a workbook to correct and send again (.xlsx).

    Raises `batch_file_gone`, `nothing_to_correct`.
    """
    if batch.long and batch.rejected:
        content = opened(work.vault, files, batch.id, errors_key(batch.file_key))
    else:
        readable = not batch.long and batch.state != BatchState.REFUSED
        content = sheet_of(check_again(work, files, batch) if readable else Verdict())
    write_audit(work.session, actor, "batch.error_sheet", "batch", batch.id)
    return content


def sheet_of(verdict: Verdict) -> bytes:
    """The sheet of errors of a verdict. Raises `nothing_to_correct`."""
    if not verdict.returned:
        raise DomainError("nothing_to_correct")
    out = io.BytesIO()
    write_error_sheet(out, verdict)
    return out.getvalue()


def errors_key(file_key: str) -> str:
    """Where the sheet of errors of a long file lies, once it has been judged."""
    return f"{file_key}-errors"


def opened(vault: Vault, files: FileStore, batch_id: UUID, key: str) -> bytes:
    """What is kept of a batch. Raises `batch_file_gone`."""
    try:
        return vault.open_bytes(CONTENT, batch_id, files.get(key))
    except KeyError:
        raise DomainError("batch_file_gone") from None


def file_name_of(work: Work, batch: Batch) -> str:
    return "" if batch.file_name is None else work.vault.open(FILE_NAME_FIELD, batch.id, batch.file_name)


def _require_room(work: Work, lodging_id: UUID, size: int) -> None:
    """Raises `too_many_batches`. The lodging is locked, so whoever counts here counts alone."""
    files, octets = batch_store.held_files(work.session, lodging_id)
    if files >= MOST_FILES or octets + size > MOST_HELD:
        raise DomainError("too_many_batches", limit=MOST_FILES, megabytes=MOST_HELD >> 20)
