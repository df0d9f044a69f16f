"""Saved versions of templates, and the book in use: what is shipped, overlaid by what has been saved."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from kernel.errors import DomainError
from kernel.ids import new_id
from notify.registers import TemplateVersion
from notify.templates.book import Key, Template, TemplateBook, make_template
from notify.templates.events import events

RELOAD_EVERY_S: Final = 3.0
_log = structlog.get_logger()


def versions_of(session: Session, name: str) -> Sequence[TemplateVersion]:
    """Every saved version of an event's templates, the newest first."""
    return session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.name == name)
        .order_by(TemplateVersion.channel, TemplateVersion.language, TemplateVersion.number.desc())
    ).all()


def versions_in_use(session: Session) -> Sequence[TemplateVersion]:
    """The newest of each that is not retired."""
    return session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.retired_at.is_(None))
        .order_by(TemplateVersion.name, TemplateVersion.channel, TemplateVersion.language, TemplateVersion.number)
    ).all()


def add_version(
    session: Session, key: Key, content: dict[str, Any], *, shipped: int, saved_by: UUID, note: str | None
) -> TemplateVersion:
    """A new version, with the number after all others, `shipped` included; the one before it is retired."""
    name, channel, language = key
    # Two who save at once get two numbers, and the second retires the first.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('motcua.template_version'))"))
    same = (
        TemplateVersion.name == name,
        TemplateVersion.channel == channel,
        TemplateVersion.language == language,
    )
    newest = session.scalar(select(func.max(TemplateVersion.number)).where(*same))
    session.execute(
        update(TemplateVersion).where(*same, TemplateVersion.retired_at.is_(None)).values(retired_at=func.now())
    )
    saved = TemplateVersion(
        id=new_id(),
        name=name,
        channel=channel,
        language=language,
        number=max(newest or 0, shipped) + 1,
        content=content,
        note=note,
        saved_by=saved_by,
    )
    session.add(saved)
    session.flush()
    return saved


def book_in_use(session: Session, shipped: TemplateBook) -> TemplateBook:
    """`shipped`, overlaid by the saved versions in use.

    A saved one that this release no longer takes is left out and logged: what is shipped goes on being sent.
    """
    saved: dict[Key, Template] = {}
    for row in versions_in_use(session):
        key = (row.name, row.channel, row.language)
        try:
            if row.name not in events():
                raise DomainError("not_found")
            saved[key] = make_template(*key, row.number, row.content)
        except DomainError as error:
            problems = [f"{found.pointer} {found.code}" for found in error.fields]
            _log.error("notify.template_unfit", template=" ".join(key), number=row.number, problems=problems)
    return shipped.overlaid(saved)


class LiveBook:
    """The book in use, for what runs long: whatever is saved is used by every process within `every_s` seconds.

    `shipped` is called when the first template is asked for: most processes never send anything.
    """

    def __init__(
        self,
        shipped: Callable[[], TemplateBook],
        *,
        every_s: float = RELOAD_EVERY_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shipped = shipped
        self._every_s = every_s
        self._monotonic = monotonic
        self._read_at = 0.0
        self._mark: tuple[int, int] | None = None
        self._book: TemplateBook | None = None

    def forget_all(self) -> None:
        """For a database that was restored: two counts may be the same by chance."""
        self._book = None

    def __call__(self, session: Session) -> TemplateBook:
        """The book; asks the database at most once in `every_s`, and reads templates only when there are new ones."""
        now = self._monotonic()
        if self._book is None or now - self._read_at >= self._every_s:
            # Rows are only ever added or retired, so two counts see every change, in whatever order it was committed.
            row = session.execute(select(func.count(), func.count(TemplateVersion.retired_at))).one()
            mark = (int(row[0]), int(row[1]))
            if self._book is None or mark != self._mark:
                self._book, self._mark = book_in_use(session, self._shipped()), mark
            self._read_at = now
        return self._book
