"""The schema: which revision this code is written for. `migrations.steps` changes a database; web workers never do."""

from functools import cache
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


@cache
def head_revision() -> str:
    """The newest revision. Revisions are numbered in their file names and form one line, which a test holds."""
    return f"{newest_number():04d}"


def newest_number() -> int:
    return max((int(file.name[:4]) for file in VERSIONS.glob("[0-9]*.py")), default=0)
