"""Blocks of a page that are files of the repository: `<!-- from PATH -->`, then the file's text between fences.

`python -m tests.support.quoted` writes them anew.
"""

import re
from pathlib import Path

from tests.architecture.sources import ROOT

_BLOCK = re.compile(r"^(<!-- from (\S+) -->\n```[a-z]*\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    return sorted((ROOT / "docs").rglob("*.md"))


def quoted_in(text: str) -> list[str]:
    """The files that a page quotes."""
    return [found[2] for found in _BLOCK.finditer(text)]


def renewed(text: str) -> str:
    """The page with every quoted file as it is now."""
    return _BLOCK.sub(lambda at: f"{at[1]}{(ROOT / at[2]).read_text(encoding='utf-8')}{at[4]}", text)


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
