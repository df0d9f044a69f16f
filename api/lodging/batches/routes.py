"""Files of guests: sent, judged row by row, good rows accepted, the rest given back to be corrected."""

from typing import Any, Final
from uuid import UUID

import flask
from werkzeug.exceptions import ClientDisconnected

from api.edge.answers import REVALIDATE
from api.edge.blueprint import Blueprint
from api.edge.conditional import core_of, tag_for, unchanged
from api.edge.context import actor, container, here, language
from api.edge.paging import read_page, turn_page
from api.edge.transactions import unit_of_work
from api.lodging.batches.schemas import (
    AcceptRequest,
    BatchAnswer,
    BatchesPage,
    BatchLineAnswer,
    BatchQuery,
    FindingsPage,
    FindingsQuery,
)
from api.lodging.desk import INACTIVE, LODGING, MANDATE, XLSX, desk, send_sheet
from kernel.errors import DomainError
from kernel.work import Work
from residence.batches.check import Note, check_short
from residence.files.source import MOST_BYTES
from residence.models import Batch
from residence.service import batches
from residence.service.batch_findings import findings_of
from residence.service.batches import SentFile
from residence.states import BatchState

blueprint = Blueprint("batches", description="Files of guests (tệp danh sách khách)")
_BATCH: Final = f"{LODGING}/batches/<uuid:batch_id>"
_FIRST: Final = 50
_LOOK_AGAIN_S: Final = "1"
_PIECE: Final = 1 << 20
_ACCEPTING: Final = ("batch_step_refused", "batch_has_no_guest", "batch_file_gone")


@blueprint.operation(
    "POST",
    f"{LODGING}/batches",
    "sendBatch",
    query=BatchQuery(),
    answer=BatchAnswer(),
    # A little over, so that one slightly too large is refused in a receptionist's words.
    body_limit=2 * MOST_BYTES,
    takes="application/octet-stream",
    limit="upload",
    goes_on=True,
    problems=(MANDATE, INACTIVE, "batch_too_large", "batch_incomplete", "batch_has_no_guest", "too_many_batches"),
)
def send_batch(query: dict[str, Any], lodging_id: UUID) -> Any:
    """Checks a file (XLSX, CSV, XML, JSON). The same file is one batch: sent again, it answers with that one.

    A file of more than 200 guests answers 202 and is judged, and with `accept` declared, afterwards.
    """
    held, accept = container(), query["accept"]
    # Who may not is told before thirty megabytes are read.
    with unit_of_work() as work:
        batches.require_lodging(work, actor(), desk(), lodging_id)
    sent = SentFile(_plain(query["name"]), _received())
    with unit_of_work() as work:
        batch = batches.find_sent(work, actor(), desk(), lodging_id, sent.sha256)
    verdict = None
    if batch is None or (accept and batch.state == BatchState.CHECKED and not batch.long):
        verdict = check_short(sent.content, held.clock.now())
        with unit_of_work() as work:
            batch = batches.record_batch(work, actor(), desk(), lodging_id, sent, verdict)
    batches.keep_content(held.files, held.vault, batch, sent.content)
    with unit_of_work() as work:
        if batch.long and batch.state != BatchState.REFUSED:
            batch = batches.hand_over(work, actor(), desk(), lodging_id, batch.id, accept=accept)
        elif accept and verdict is not None and not verdict.refused:
            batch = batches.accept_batch(work, actor(), desk(), lodging_id, batch.id, verdict)
        return _followed(work, batch)


@blueprint.operation(
    "GET",
    f"{LODGING}/batches",
    "listBatches",
    query=FindingsQuery(),
    answer=BatchesPage(),
    transaction=True,
    problems=(MANDATE,),
)
def list_batches(work: Work, query: dict[str, Any], lodging_id: UUID) -> Any:
    """Files of a lodging, newest first."""
    page = read_page(query)
    rows = batches.list_batches(work, actor(), desk(), lodging_id, after=page.after_id, limit=page.limit + 1)
    return turn_page(page, rows, lambda row: [str(row.id)], lambda row: _line(work, row))


@blueprint.operation(
    "GET",
    _BATCH,
    "readBatch",
    answer=BatchAnswer(),
    transaction=True,
    etag=True,
    progress=True,
    problems=(MANDATE,),
)
def read_batch(work: Work, lodging_id: UUID, batch_id: UUID) -> Any:
    """A file and its verdict, or how far the work at it is."""
    batch = batches.read_batch(work, actor(), desk(), lodging_id, batch_id)
    headers = {"ETag": _tag(batch), "Cache-Control": REVALIDATE, **_again(batch)}
    same = unchanged(headers["ETag"])
    if same is not None:
        same.headers.extend(_again(batch))
        return same
    return _whole(work, batch), headers


@blueprint.operation(
    "GET",
    f"{_BATCH}/findings",
    "listFindings",
    query=FindingsQuery(),
    answer=FindingsPage(),
    transaction=True,
    problems=(MANDATE,),
)
def list_findings(work: Work, query: dict[str, Any], lodging_id: UUID, batch_id: UUID) -> Any:
    """Everything wrong with a file's rows, refusals first."""
    page = read_page(query)
    start = int(page.after[0]) + 1 if page.after else 0
    notes = findings_of(work, batches.read_batch(work, actor(), desk(), lodging_id, batch_id))
    numbered = list(enumerate(notes))[start : start + page.limit + 1]
    return turn_page(page, numbered, lambda each: [each[0]], lambda each: _note(each[1]))


@blueprint.operation(
    "POST",
    f"{_BATCH}/acceptance",
    "acceptBatch",
    body=AcceptRequest(),
    answer=BatchAnswer(),
    idempotent=True,
    limit="residence",
    goes_on=True,
    problems=(MANDATE, INACTIVE, *_ACCEPTING),
)
def accept_batch(work: Work, _body: dict[str, Any], lodging_id: UUID, batch_id: UUID) -> Any:
    """Declares the good rows of a checked file; the others come back as the error sheet. Those of a file of more than
    200 guests are declared after the answer, which is 202 then."""
    files = container().files
    return _followed(work, batches.accept_stored(work, actor(), desk(), files, lodging_id, batch_id))


@blueprint.operation(
    "GET",
    f"{_BATCH}/error-sheet",
    "readErrorSheet",
    media_type=XLSX,
    transaction=True,
    limit="reading",
    problems=(MANDATE, "batch_file_gone", "nothing_to_correct"),
)
def read_error_sheet(work: Work, lodging_id: UUID, batch_id: UUID) -> flask.Response:
    """The rows that could not be taken, each with its reasons, as a workbook to correct and send again."""
    batch = batches.read_batch(work, actor(), desk(), lodging_id, batch_id)
    return send_sheet(batches.error_sheet(work, actor(), container().files, batch), "khach-can-sua.xlsx")


def _received() -> bytes:
    """The body, whole. Raises `batch_too_large`, `batch_incomplete`."""
    stream, parts, size = here().stream, [], 0
    try:
        while part := stream.read(_PIECE):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise DomainError("batch_too_large", megabytes=MOST_BYTES >> 20)
    except (ClientDisconnected, OSError):
        raise DomainError("batch_incomplete") from None
    expected = here().content_length
    if expected is not None and size < expected:
        raise DomainError("batch_incomplete")
    return b"".join(parts)


def _plain(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _followed(work: Work, batch: Batch) -> Any:
    """The answer to an act: 202 where the work goes on after it."""
    if not _under_way(batch):
        return _whole(work, batch)
    place = f"/v1/lodgings/{batch.lodging_id}/batches/{batch.id}"
    return _whole(work, batch), 202, {"Location": place, "ETag": _tag(batch), **_again(batch)}


def _under_way(batch: Batch) -> bool:
    return batch.state in (BatchState.JUDGING, BatchState.ACCEPTING)


def _again(batch: Batch) -> dict[str, str]:
    return {"Retry-After": _LOOK_AGAIN_S} if _under_way(batch) else {}


def _tag(batch: Batch) -> str:
    return tag_for(
        core_of(
            batch.id,
            batch.state,
            batch.judged,
            batch.rows,
            batch.accepted,
            batch.repeated,
            batch.as_of,
            batch.accepted_at,
            batch.erased_at,
        )
    )


def _line(work: Work, batch: Batch) -> dict[str, Any]:
    made = ("file_name", "progress")
    own = {name: getattr(batch, name) for name in BatchLineAnswer().fields if name not in made}
    return {**own, "file_name": batches.file_name_of(work, batch), "progress": _progress(batch)}


def _progress(batch: Batch) -> dict[str, Any] | None:
    if not _under_way(batch):
        return None
    return {"judged": batch.judged, "rows": batch.rows or None, "declared": batch.accepted + batch.repeated}


def _whole(work: Work, batch: Batch) -> dict[str, Any]:
    return {**_line(work, batch), "problems": [_note(each) for each in findings_of(work, batch)[:_FIRST]]}


def _note(note: Note) -> dict[str, Any]:
    return note.as_dict(language())
