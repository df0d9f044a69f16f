"""A town whose files are committed, and the worker of long ones."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from kernel.actor import Actor
from kernel.clock import SettableClock
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from residence.batches.check import check_file
from residence.batches.drain import BatchWorker
from residence.guests import GuestDeclaration
from residence.models import DECLARATION_FIELD, Batch, Declaration, Stay
from residence.receipts.receipts import issue_receipt
from residence.service import batches
from residence.service.batch_findings import findings_of
from residence.service.batches import SentFile
from residence.service.long_batches import LEASE
from residence.sheets.guests import write_guests
from tests.db.residence.support import Town, guest

CHUNK = 3
"""So few rows at a time, so that small files have many chunks."""


def never() -> bool:
    return False


def sheet(*guests: GuestDeclaration) -> bytes:
    out = io.BytesIO()
    write_guests(out, guests)
    return out.getvalue()


def some(number: int, first: int = 1) -> bytes:
    """A sheet of so many guests, each with a document of their own."""
    return sheet(*(guest(f"{49_090_000_000 + each:012d}") for each in range(first, first + number)))


@dataclass
class Committed:
    """`town.work` is over; every call is a transaction of its own. The owner's lodging, unless a call names another."""

    database: Database
    vault: Vault
    clock: SettableClock
    files: FileStore
    town: Town

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.database.transaction() as session:
            yield Work(session, self.vault, self.clock)

    def send(
        self, content: bytes, *, accept: bool, by: Actor | None = None, lodging: UUID | None = None, long: bool = True
    ) -> UUID:
        """A file as the edge takes it, whichever length it has."""
        actor, place = by or self.town.owner, lodging or self.town.lodging.id
        sent, desk = SentFile("khách.xlsx", content), self.town.desk
        verdict = None if long else check_file(content, self.clock.now())
        with self.work() as work:
            batch = batches.record_batch(work, actor, desk, place, sent, verdict)
        batches.keep_content(self.files, self.vault, batch, content)
        with self.work() as work:
            if long:
                batches.hand_over(work, actor, desk, place, batch.id, accept=accept)
            elif accept and verdict is not None and not verdict.refused:
                batches.accept_batch(work, actor, desk, place, batch.id, verdict)
        return batch.id

    def accept(self, batch_id: UUID) -> Batch:
        with self.work() as work:
            town = self.town
            return batches.accept_stored(work, town.owner, town.desk, self.files, town.lodging.id, batch_id)

    def worker(self, told_to_stop: Callable[[], bool] = never, chunk: int = CHUNK) -> bool:
        """One run of a new worker. Whether it left anything."""
        made = BatchWorker(self.database, self.vault, self.clock, self.files, self.town.desk, chunk=chunk)
        return made.run(time_slice_s=60.0, told_to_stop=told_to_stop)

    def batch(self, batch_id: UUID) -> Batch:
        with self.work() as work:
            return work.session.get_one(Batch, batch_id)

    def leases_run_out(self, wait: timedelta = LEASE) -> None:
        with self.work() as work:
            work.session.execute(text("UPDATE batch SET due_at = due_at - :wait"), {"wait": wait})

    def outcome(self, batch_id: UUID, by: Actor, lodging: UUID) -> dict[str, Any]:
        """All that a lodging and its police can know of a file, without ids."""
        with self.work() as work:
            batch = work.session.get_one(Batch, batch_id)
            numbers = {name: getattr(batch, name) for name in ("rows", "judged", "rejected", "warnings", "accepted")}
            return {
                **numbers,
                "state": batch.state,
                "repeated": batch.repeated,
                "night": batch.night,
                "accepted_at": batch.accepted_at,
                "findings": findings_of(work, batch),
                "guests": self._guests(work, batch_id),
                "stays": self._stays(work, lodging),
                "errors": self._errors(work, by, batch),
                "receipt": self._receipt(work, by, batch),
                "events": self._events(work, lodging),
            }

    def _guests(self, work: Work, batch_id: UUID) -> list[tuple[str, Any]]:
        rows = work.session.scalars(select(Declaration).where(Declaration.batch_id == batch_id))
        told = [(work.vault.open(DECLARATION_FIELD, row.id, row.content or b""), row.declared_at) for row in rows]
        return sorted(told)

    def _stays(self, work: Work, lodging: UUID) -> list[tuple[Any, ...]]:
        columns = (
            Stay.document_index,
            Stay.name_words,
            Stay.nationality,
            Stay.kind,
            Stay.night,
            Stay.arrival,
            Stay.departure,
            Stay.room,
            Stay.state,
            Stay.declarations,
            Stay.declared_at,
            Stay.due_at,
            Stay.late,
        )
        rows = work.session.execute(select(*columns).where(Stay.lodging_id == lodging))
        return sorted(tuple(row) for row in rows)

    def _errors(self, work: Work, by: Actor, batch: Batch) -> Any:
        try:
            content = batches.error_sheet(work, by, self.files, batch)
        except DomainError as refusal:
            return refusal.code
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    def _receipt(self, work: Work, by: Actor, batch: Batch) -> Any:
        try:
            receipt = issue_receipt(work, by, self.town.desk, batch.lodging_id, batch_id=batch.id)
        except DomainError as refusal:
            return refusal.code
        return receipt.row.state, receipt.row.declared, receipt.row.late, receipt.row.filed_first_at

    def _events(self, work: Work, lodging: UUID) -> list[Any]:
        query = text("SELECT kind FROM outbox_event WHERE subject_id = :lodging AND kind = 'residence.declared'")
        return list(work.session.scalars(query, {"lodging": lodging}))
