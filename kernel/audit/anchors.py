"""Anchors: signed checkpoints written down outside the database, as objects in the file store and as lines of text.

An anchor is one line: `motcua-audit-2 <position> <time> <link> <signature>`. Its object is written once, under a name
that says its position and link. With it, links that were taken away from the chain's end are missed.
"""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit.chain import Chain, stamp
from kernel.audit.models import AuditCheckpoint
from kernel.storage import FileStore

FOLDER: Final = "audit/anchors"
_PAGE: Final = 1000
_READERS: Final = 16
_LINE: Final = re.compile(
    r"motcua-audit-2 (?P<position>[1-9][0-9]{0,17}) (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00)"
    r" (?P<link>[0-9a-f]{64}) (?P<signature>[0-9a-f]{64})"
)


class NotAnAnchor(ValueError):  # noqa: N818 - reads as what it says
    """A text that is no anchor at all."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed link and its time."""

    position: int
    at: datetime
    link: bytes
    signature: bytes

    @classmethod
    def read(cls, line: str) -> Self:
        """Raises NotAnAnchor."""
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise NotAnAnchor(line[:60])
        try:
            at = datetime.fromisoformat(found["at"])
        except ValueError:
            raise NotAnAnchor(line[:60]) from None
        return cls(int(found["position"]), at, bytes.fromhex(found["link"]), bytes.fromhex(found["signature"]))

    def line(self) -> str:
        return f"motcua-audit-2 {self.position} {stamp(self.at)} {self.link.hex()} {self.signature.hex()}"

    @property
    def name(self) -> str:
        """The key of its object: the same anchor has the same name, another one never."""
        return f"{FOLDER}/{stamp(self.at)[:7]}/{self.position:018d}-{self.link.hex()[:16]}"

    def is_ours(self, chain: Chain) -> bool:
        return chain.is_ours(self.position, self.at, self.link, self.signature)


@dataclass(frozen=True, slots=True)
class Found:
    """An anchor where it was found: an object's key, or "line 3". `anchor` is None for what was not signed here."""

    where: str
    anchor: Anchor | None


def keep_anchor(files: FileStore, anchor: Anchor) -> None:
    """Writes an anchor's object; one that is there stays."""
    files.create(anchor.name, anchor.line().encode())


def any_anchor(files: FileStore) -> bool:
    return bool(_keys(files))


def anchors_in(files: FileStore, chain: Chain) -> Iterator[Found]:
    """Every anchor of the store, each judged by its signature and its name."""

    def read(key: str) -> Found | None:
        try:
            text = files.get(key).decode("ascii", "replace")
        except KeyError:
            return None
        found = _judged(key, text, chain)
        return found if found.anchor is None or found.anchor.name == key else Found(key, None)

    # A bucket takes many milliseconds for each.
    with ThreadPoolExecutor(_READERS) as readers:
        yield from (found for found in readers.map(read, _keys(files)) if found is not None)


def _keys(files: FileStore) -> list[str]:
    # A write that was killed leaves a draft behind, whose name begins with a dot.
    return [key for key in files.list(FOLDER) if not key.rpartition("/")[2].startswith(".")]


def anchors_of(lines: Iterable[str], chain: Chain) -> Iterator[Found]:
    """The anchors of an exported file; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _judged(f"line {number}", line, chain)


def is_object(files: FileStore, name: str) -> bool:
    """Whether the store holds an anchor under this name now."""
    try:
        files.get(name)
    except KeyError:
        return False
    return True


def signed_checkpoints(session: Session, chain: Chain, *, last: bool) -> Iterator[Anchor]:
    """The checkpoints of the database that were signed here, oldest first, or the newest alone."""
    position = AuditCheckpoint.position
    query = select(position, AuditCheckpoint.at, AuditCheckpoint.hash, AuditCheckpoint.signature)
    query = query.order_by(position.desc() if last else position).limit(_PAGE)
    page = session.execute(query).all()
    while page:
        for row in page:
            anchor = Anchor(*row)
            if anchor.is_ours(chain):
                yield anchor
                if last:
                    return
        reached = page[-1].position
        page = session.execute(query.where(position < reached if last else position > reached)).all()


def _judged(where: str, text: str, chain: Chain) -> Found:
    try:
        anchor = Anchor.read(text)
    except NotAnAnchor:
        return Found(where, None)
    return Found(where, anchor if anchor.is_ours(chain) else None)
