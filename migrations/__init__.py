"""The schema: which revision this code is written for. `migrations.steps` changes a database; web workers never do."""

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from kernel.database.servers import NotYetError

VERSIONS = Path(__file__).parent / "versions"

_THERE: Final = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_FOUND: Final = text("SELECT version_num FROM alembic_version")


class SchemaBehindError(NotYetError):
    """The database lacks revisions that this code is written for; `found` is None when it has no schema at all."""

    def __init__(self, found: str | None) -> None:
        needed, number = head_revision(), int(found or 0)
        missing = f"{number + 1:04d}" if number + 1 == int(needed) else f"{number + 1:04d} … {needed}"
        super().__init__(
            f"Cơ sở dữ liệu thiếu bước di trú {missing}; hãy chạy motcua migrate.",
            f"The database lacks migration {missing}; run motcua migrate.",
        )
        self.found = found


def require_schema(connection: Connection) -> None:
    """Raises SchemaBehindError unless the database has the revision that this code is written for, or a later one:
    while a release is rolled out, what still runs of the last one goes on."""
    found = connection.scalar(_FOUND) if connection.scalar(_THERE) else None
    if int(found or 0) < newest_number():
        raise SchemaBehindError(found)


@cache
def head_revision() -> str:
    """The newest revision. Revisions are numbered in their file names and form one line, which a test holds."""
    return f"{newest_number():04d}"


def newest_number() -> int:
    return max((int(file.name[:4]) for file in VERSIONS.glob("[0-9]*.py")), default=0)
