"""Files of guests: one batch for the same bytes, good rows declared once, the rest given back."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kernel.errors import DomainError
from kernel.outbox import OutboxEvent
from kernel.storage import FileStore, open_store
from residence.batches.check import check_file
from residence.guests import GuestDeclaration
from residence.models import Batch, Declaration, Stay
from residence.service import batches, chain, reports
from residence.service.batch_findings import findings_of
from residence.service.batches import SentFile
from residence.sheets.guests import write_guests
from tests.db.residence.support import Town, foreigner, guest

BAD = "12"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return open_store(tmp_path.as_uri())


def sheet(*guests: GuestDeclaration) -> SentFile:
    out = io.BytesIO()
    write_guests(out, guests)
    return SentFile("khách đêm nay.xlsx", out.getvalue())


def send(town: Town, files: FileStore, sent: SentFile) -> Batch:
    """A file as the edge takes it."""
    verdict = check_file(sent.content, town.work.now())
    batch = batches.record_batch(town.work, town.owner, town.desk, town.lodging.id, sent, verdict)
    batches.keep_content(files, town.work.vault, batch, sent.content)
    return batch


def accept(town: Town, files: FileStore, batch: Batch) -> Batch:
    return batches.accept_stored(town.work, town.owner, town.desk, files, town.lodging.id, batch.id)


def count(town: Town, table: type[Stay] | type[Declaration] | type[Batch]) -> int:
    return town.work.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_checked_file_declares_nobody_yet(town: Town, files: FileStore) -> None:
    batch = send(town, files, sheet(guest(), guest(BAD), foreigner()))
    assert (batch.state, batch.rows, batch.rejected, batch.accepted) == ("checked", 3, 1, 0)
    assert batches.file_name_of(town.work, batch) == "khách đêm nay.xlsx"
    first = findings_of(town.work, batch)[0]
    assert (first.row, first.finding.code, first.finding.field, first.finding.value) == (
        3,
        "E13",
        "document_number",
        BAD,
    )
    assert "số 0" in first.finding.reason()
    assert count(town, Stay) == 0


def test_good_rows_are_declared_and_the_rest_comes_back_to_be_sent_again(town: Town, files: FileStore) -> None:
    batch = accept(town, files, send(town, files, sheet(guest(), guest(BAD), foreigner())))
    assert (batch.state, batch.accepted, batch.rejected, batch.repeated) == ("accepted", 2, 1, 0)
    back = batches.error_sheet(town.work, town.owner, files, batch)
    verdict = check_file(back, town.work.now())
    assert [note.finding.value for note in verdict.rejected] == [BAD]
    corrected = accept(town, files, send(town, files, sheet(guest("049090000003"))))
    assert (corrected.accepted, count(town, Stay)) == (1, 3)


def test_declarations_of_a_batch_name_it_and_one_event_tells_of_them(town: Town, files: FileStore) -> None:
    batch = accept(town, files, send(town, files, sheet(guest(), foreigner())))
    assert set(town.work.session.scalars(select(Declaration.batch_id))) == {batch.id}
    (event,) = town.work.session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "residence.declared"))
    assert event.payload == {"lodging_id": str(town.lodging.id), "batch_id": str(batch.id), "declaration_ids": []}


def test_the_same_file_is_one_batch_however_often_it_comes(town: Town, files: FileStore) -> None:
    sent = sheet(guest(), guest(BAD))
    batch = accept(town, files, send(town, files, sent))
    again = send(town, files, sent)
    assert again.id == batch.id
    assert accept(town, files, again).accepted == 1
    assert (count(town, Batch), count(town, Stay), count(town, Declaration)) == (1, 1, 1)


def test_guests_of_another_file_or_report_are_not_declared_twice(town: Town, files: FileStore) -> None:
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    batch = accept(town, files, send(town, files, sheet(guest(room="202"), foreigner())))
    assert (batch.accepted, batch.repeated, count(town, Stay)) == (1, 1, 2)


def test_two_hotels_may_send_the_same_file(town: Town, files: FileStore) -> None:
    sent = sheet(guest())
    accept(town, files, send(town, files, sent))
    verdict = check_file(sent.content, town.work.now())
    other = batches.record_batch(town.work, town.rival, town.desk, town.other_lodging.id, sent, verdict)
    assert other.accepted == 0
    assert count(town, Batch) == 2


def test_a_file_that_cannot_be_read_is_kept_with_its_reason_and_takes_no_acceptance(
    town: Town, files: FileStore
) -> None:
    batch = send(town, files, SentFile("khach.pdf", b"%PDF-1.4 invented"))
    assert (batch.state, batch.rows) == ("refused", 0)
    assert [note.finding.code for note in findings_of(town.work, batch)] == ["F02"]
    with pytest.raises(DomainError, match="batch_step_refused"):
        accept(town, files, batch)
    with pytest.raises(DomainError, match="nothing_to_correct"):
        batches.error_sheet(town.work, town.owner, files, batch)


def test_a_file_without_one_good_row_is_not_accepted(town: Town, files: FileStore) -> None:
    with pytest.raises(DomainError, match="batch_has_no_guest"):
        accept(town, files, send(town, files, sheet(guest(BAD))))


def test_a_process_killed_before_the_file_was_stored_is_healed_by_sending_again(town: Town, files: FileStore) -> None:
    sent = sheet(guest())
    verdict = check_file(sent.content, town.work.now())
    batch = batches.record_batch(town.work, town.owner, town.desk, town.lodging.id, sent, verdict)
    with pytest.raises(DomainError, match="batch_file_gone"):
        accept(town, files, batch)
    assert accept(town, files, send(town, files, sent)).accepted == 1


def test_a_file_accepted_days_later_is_judged_as_of_then(town: Town, files: FileStore) -> None:
    batch = send(town, files, sheet(guest()))
    town.clock.advance(timedelta(days=3))
    accept(town, files, batch)
    assert [note.finding.code for note in findings_of(town.work, batch)].count("W04") == 1
    assert town.work.session.scalars(select(Stay.late)).one()


def test_what_a_file_holds_lies_sealed_in_the_store(town: Town, files: FileStore, tmp_path: Path) -> None:
    sent = sheet(guest())
    batch = send(town, files, sent)
    (stored,) = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert sent.content not in stored
    assert b"049090000001" not in stored
    assert batches.check_again(town.work, files, batch).rows == 1


def test_a_hotel_cannot_accept_the_file_of_another(town: Town, files: FileStore) -> None:
    batch = send(town, files, sheet(guest()))
    for lodging in (town.lodging, town.other_lodging):
        with pytest.raises(DomainError, match="not_found"):
            batches.accept_stored(town.work, town.rival, town.desk, files, lodging.id, batch.id)


def test_many_rows_are_taken_whole_and_in_their_order(town: Town, files: FileStore) -> None:
    many = [guest(f"{49_090_000_000 + number:012d}") for number in range(1, 1201)]
    batch = accept(town, files, send(town, files, sheet(*many)))
    assert (batch.accepted, count(town, Stay), count(town, Declaration)) == (1200, 1200, 1200)
    page = chain.list_stays(
        town.work, town.owner, town.desk, town.lodging.id, night=date(2026, 11, 20), after=None, limit=3
    )
    assert [told for _, told in page] == list(reversed(many[-3:]))
