"""`docs/first-steps.md` as a reader walks it: its own commands, in order, in one shell, against a new system."""

import os
import re
import shutil
import subprocess
from itertools import pairwise
from typing import Final

import pytest

from sandbox.eid import people
from tests.architecture.sources import ROOT
from tests.support.system import running_system

_PAGE: Final = ROOT / "docs/first-steps.md"
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK: Final = "@@ end of block"
_ADDRESSES: Final = ("http://127.0.0.1:8000", "http://127.0.0.1:8025")
_PATIENCE_S: Final = 300.0
Blocks = list[tuple[str, str]]


def _blocks() -> Blocks:
    """(language, content) of every block of the page."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(_PAGE.read_text(encoding="utf-8"))]


def _script(blocks: Blocks) -> str:
    return "".join(f"{content}\necho '{_MARK}'\n" for language, content in blocks if language == "sh")


def _promised(blocks: Blocks) -> list[str | None]:
    """For each block of commands what the page says that it answers; `…` stands for anything."""
    following = [*blocks, ("", "")]
    return [after[1] if after[0] == "text" else None for before, after in pairwise(following) if before[0] == "sh"]


def _shape(promised: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in promised.strip().split("…")), re.DOTALL)


def _run(script: str, api_url: str, sandbox_url: str) -> subprocess.CompletedProcess[str]:
    """A shell that stops at the first command that fails. A proxy of the caller's is none of the page's business."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    for address, ours in zip(_ADDRESSES, (api_url, sandbox_url), strict=True):
        script = script.replace(address, ours)
    return subprocess.run(
        ["sh", "-eu"],
        input=script,
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=env,
        timeout=_PATIENCE_S,
    )


def test_every_block_of_the_page_does_what_the_page_says() -> None:
    assert shutil.which("curl"), "the page is walked with curl: install it"
    blocks = _blocks()
    with running_system() as system:
        done = _run(_script(blocks), system.api_url, system.stack.sandbox_url)
        *answers, rest = done.stdout.replace(system.stack.sandbox_url, _ADDRESSES[1]).split(f"{_MARK}\n")
    assert done.returncode == 0, f"block {len(answers) + 1}: {done.stderr}{rest}"
    for answer, promised in zip(answers, _promised(blocks), strict=True):
        if promised is not None:
            assert _shape(promised).fullmatch(answer.strip()), f"{answer!r} is not {promised!r}"


@pytest.mark.parametrize("answer", ["Mới đăng", "xMới đăng ký", "H17.\nMới đăng ký"])
def test_an_answer_that_differs_is_noticed(answer: str) -> None:
    assert _shape("Mới đăng ký\n").fullmatch(answer) is None


def test_every_person_of_the_page_is_there_and_every_person_is_on_the_page() -> None:
    rows = re.findall(r"^\|.*\| (?:citizen|officer) \|$", _PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"`([a-z]+)`", "".join(rows)))
    assert named == {one.login for one in people.load().values() if not one.tax_code}
