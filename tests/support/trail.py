"""A trail that really commits, its file store, and what somebody does to it who holds the database alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.audit.anchors import Anchor, Found, anchors_in, anchors_of, is_object
from kernel.audit.chain import Chain
from kernel.audit.findings import Report, Wrong
from kernel.audit.keeping import keep_chain
from kernel.audit.verify import begin_verifying, verify_audit
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.storage import FolderStore
from tests.conftest import VAULT


@dataclass
class Trail:
    database: Database
    folder: Path
    files: FolderStore = field(init=False)

    def __post_init__(self) -> None:
        self.files = FolderStore(self.folder)

    def act(self, count: int = 1) -> None:
        """So many acts, a transaction each."""
        for number in range(count):
            with self.database.transaction() as session:
                write_audit(session, SYSTEM, "test.act", "thing", new_id(), n=number)

    def keep(self) -> None:
        """Chains and anchors all that is there."""
        while keep_chain(self.database, VAULT, self.files, time_slice_s=60, told_to_stop=lambda: False):
            continue

    def kept(self, count: int = 5) -> None:
        self.act(count)
        self.keep()

    def attack(self, *statements: str, **values: Any) -> None:
        """Whoever owns the database can also do without its triggers and constraints."""
        with self.database.transaction() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.execute(text(statement), values)

    def ask(self, query: str, **values: Any) -> list[Any]:
        with self.database.transaction() as session:
            return list(session.execute(text(query), values).scalars())

    def verify(self, lines: Iterable[str] = ()) -> Report:
        chain = Chain(VAULT)
        anchors: list[Found] = [*anchors_in(self.files, chain), *anchors_of(lines, chain)]
        with self.database.transaction() as session:
            begin_verifying(session)
            return verify_audit(session, VAULT, anchors, is_there=lambda name: is_object(self.files, name))

    def found(self, lines: Iterable[str] = ()) -> set[Wrong]:
        return {finding.code for finding in self.verify(lines).findings}

    def lines(self) -> list[str]:
        """What was exported so far."""
        found = [each.anchor for each in anchors_in(self.files, Chain(VAULT))]
        return [anchor.line() for anchor in found if isinstance(anchor, Anchor)]

    def objects(self) -> list[Path]:
        return sorted((self.folder / "audit" / "anchors").rglob("0*"))
