"""The pages hang together: what they point to is there, and a picture is told to those who cannot see it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.architecture.sources import ROOT
from tests.support.quoted import pages, quoted_in, renewed

_LINK = re.compile(r'\]\(([^)\s]+)\)|\bsrc="([^"]+)"')
_PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
_DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
_INDEX = re.compile(
    r"^\| \[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\) \| (.+) \| (in force|replaced by \d{4}) \|$", re.MULTILINE
)
_PICTURES = sorted((ROOT / "docs").rglob("*.svg"))
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {f"{_SVG}{name}" for name in ("circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "text")}


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", _PAGES, ids=_named)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = [found[1] or found[2] for found in _LINK.finditer(page.read_text(encoding="utf-8"))]
    inside = [target.split("#")[0] for target in targets if "://" not in target]
    assert [target for target in inside if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("picture", _PICTURES, ids=_named)
def test_a_picture_has_a_title_a_description_and_real_text(picture: Path) -> None:
    root = ET.parse(picture).getroot()  # noqa: S314 - our own file
    told = {element.get("id"): "".join(element.itertext()).strip() for element in root}
    assert all(told.get(name) for name in str(root.get("aria-labelledby")).split())
    assert root.findall(f".//{_SVG}text")


@pytest.mark.parametrize("picture", _PICTURES, ids=_named)
def test_a_picture_needs_no_style_sheet(picture: Path) -> None:
    """Viewers that know neither CSS variables nor media queries draw an element by its own attributes."""
    text = picture.read_text(encoding="utf-8")
    assert "var(" not in text
    drawn = [each for each in ET.fromstring(text).iter() if each.tag in _DRAWN]  # noqa: S314 - our own file
    assert drawn
    assert [each.get("class") for each in drawn if each.get("fill") is None] == []
    lines = [each for each in drawn if each.get("fill") == "none"]
    assert [each.get("class") for each in lines if each.get("stroke") is None] == []


@pytest.mark.parametrize("decision", _DECISIONS, ids=_named)
def test_a_decision_says_context_choice_and_consequence_shortly(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]} ")
    for part in ("**Context.**", "**Choice.**", "**Consequence.**"):
        assert part in text
    assert len(text.splitlines()) <= 40


def test_the_index_of_decisions_names_each_with_its_title_and_status() -> None:
    told = _INDEX.findall((ROOT / "docs/decisions/README.md").read_text(encoding="utf-8"))
    there = [(path.name[:4], path.name, path.read_text(encoding="utf-8").splitlines()[0][7:]) for path in _DECISIONS]
    assert [row[:3] for row in told] == there
    numbers = {number for number, *_ in told}
    assert [row for row in told if row[3] != "in force" and row[3][-4:] not in numbers] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs/runbooks").glob("[a-z]*.md")), ids=_named)
def test_a_runbook_says_when_what_to_look_at_and_when_it_is_over(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for part in ("**When.**", "**Look at.**"):
        assert part in text
    assert f"]({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages(), ids=_named)
def test_what_a_page_quotes_is_the_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == renewed(text), "stale: run `python -m tests.support.quoted`"


def test_every_example_is_quoted_and_every_page_of_how_to_is_named() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in (ROOT / "docs/how-to").glob("*.md")}
    quoted = {name for text in texts.values() for name in quoted_in(text)}
    there = (path for path in (ROOT / "tests/examples").rglob("*.*") if path.suffix in {".py", ".yaml"})
    assert {path.relative_to(ROOT).as_posix() for path in there if path.name != "__init__.py"} == quoted
    index = texts.pop(ROOT / "docs/how-to/README.md")
    assert [page.name for page in texts if f"]({page.name})" not in index] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs/how-to").glob("*.md")), ids=_named)
def test_a_path_that_how_to_names_is_there(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`((?:[a-z_]+/)+[\w.]*)`", prose)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_type_of_the_glossary_stands_where_it_says() -> None:
    found = re.findall(r"`([a-z_/]+\.py)` `(\w+)`", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    assert len(found) >= 30
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path, _name in found}
    assert [f"{path}:{name}" for path, name in found if not re.search(rf"^class {name}\b", sources[path], re.M)] == []
