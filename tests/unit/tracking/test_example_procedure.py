"""The procedure of docs/how-to/procedure.md: the checker takes it, and finds what the page breaks."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from motcua.cli.main import main
from tests.architecture.sources import ROOT

EXAMPLE = ROOT / "tests/examples/procedure.yaml"
PAGE = (ROOT / "docs/how-to/procedure.md").read_text(encoding="utf-8")


def test_the_checker_has_nothing_to_say() -> None:
    done = CliRunner().invoke(main, ["catalogue", "check", str(EXAMPLE)])
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("      role: leader\n", ""),
        ("        - {do: finish}\n", ""),
        (
            "budget_hours: 4\n      actions:\n        - {do: finish}",
            "budget_hours: 40\n      actions:\n        - {do: finish}",
        ),
        ("fields: [soBan]", "fields: [soBan, soTo]"),
    ],
)
def test_the_checker_says_what_the_page_quotes(tmp_path: Path, good: str, bad: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(good) == 1
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(good, bad), encoding="utf-8")
    done = CliRunner().invoke(main, ["catalogue", "check", str(broken)])
    assert done.exit_code == 1
    assert [line for line in done.output.splitlines() if line not in PAGE] == []
