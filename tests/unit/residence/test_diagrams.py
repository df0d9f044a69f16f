from pathlib import Path

import pytest

from residence import diagrams


@pytest.mark.parametrize("name", sorted(diagrams.render()))
def test_the_committed_page_is_the_tables(name: str, tmp_path: Path) -> None:
    diagrams.write(tmp_path)
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert (diagrams.TARGET / name).read_text(encoding="utf-8") == written, "stale: run `python -m residence.diagrams`"
