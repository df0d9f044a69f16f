"""Tables of a party's codes: what each says to do, and what an unlisted one is taken as."""

import importlib
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from outbound.codes import UNLISTED, CodeClass, CodeTable, WordTable
from outbound.jobs.outcomes import Outcome, OutcomeKind
from tests.architecture.sources import calls, product

TABLE = """
codes:
  0: {class: accepted}
  -7: {class: permanent, meaning: "no such account", elsewhere: true}
  31: {class: later, meaning: "closed", wait_s: 60}
  40: {class: operator, meaning: "key not accepted"}
  55: {class: tomorrow, meaning: "quota used up"}
statuses:
  429: {class: transient, meaning: "too many requests"}
defaults:
  4: {class: operator, meaning: "refused without a code"}
  5: {class: unknown, meaning: "failed without a code"}
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CodeTable:
    package = tmp_path / "a_party_of_tests"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "codes.yaml").write_text(TABLE)
    monkeypatch.syspath_prepend(tmp_path)
    return CodeTable("party", "a_party_of_tests", "codes.yaml", {"tomorrow": CodeClass(OutcomeKind.LATER)})


def test_a_listed_code_says_what_to_do(table: CodeTable) -> None:
    assert table.of_code(0).outcome(None, ref="R1") == Outcome(OutcomeKind.ACCEPTED, ref="R1")
    refused = Outcome(OutcomeKind.PERMANENT, code="-7", reason="no such account", elsewhere=True)
    assert table.of_code(-7).outcome("-7") == table.of_code("-7").outcome("-7") == refused
    assert table.of_code(31).outcome("31").retry_after_s == 60
    assert table.of_code(31).outcome("31", retry_after_s=5).retry_after_s == 5
    assert table.of_code(55)[:3] == ("tomorrow", OutcomeKind.LATER, "quota used up")


def test_our_own_fault_waits_and_is_told_to_a_person(table: CodeTable) -> None:
    with capture_logs() as logs:
        outcome = table.of_code(40).outcome("40")
    assert (outcome.kind, outcome.operator) == (OutcomeKind.TRANSIENT, True)
    assert [(line["event"], line["code"], line["meaning"]) for line in logs] == [
        ("party.operator_needed", "40", "key not accepted")
    ]


def test_an_unlisted_code_may_mean_anything_and_is_logged(table: CodeTable) -> None:
    with capture_logs() as logs:
        assert table.of_code("9" * 99) is UNLISTED
        assert table.find(8) is None
    assert UNLISTED.kind is OutcomeKind.UNKNOWN
    assert [(line["event"], line["code"]) for line in logs] == [("party.unknown_code", "9" * 40)]


@pytest.mark.parametrize(
    ("status", "word", "logged"),
    [
        (429, "transient", []),
        (451, "operator", ["party.unknown_code", "party.operator_needed"]),
        (502, "unknown", ["party.unknown_code"]),
        (302, "unknown", ["party.unknown_code"]),
        (999, "unknown", ["party.unknown_code"]),
    ],
)
def test_without_a_code_the_http_status_decides(table: CodeTable, status: int, word: str, logged: list[str]) -> None:
    with capture_logs() as logs:
        assert table.of_status(status).word == word
    assert [line["event"] for line in logs] == logged


def test_an_unlisted_word_has_its_default_and_is_logged() -> None:
    words = WordTable("party", {"sent": 1}, default=0)
    with capture_logs() as logs:
        assert [words.find("sent"), words.find("teleported")] == [1, 0]
    assert [(line["event"], line["status"]) for line in logs] == [("party.unknown_status", "teleported")]


def _tables() -> list[tuple[str, CodeTable]]:
    makers = [source.path for source in product() if any(calls(source, "CodeTable"))]
    modules = [importlib.import_module(path.removesuffix(".py").replace("/", ".")) for path in makers]
    return [
        (path, value)
        for path, module in zip(makers, modules, strict=True)
        for value in vars(module).values()
        if isinstance(value, CodeTable)
    ]


def test_every_table_of_the_product_reads_whole() -> None:
    tables = _tables()
    assert {"notify", "residence"} <= {path.split("/")[0] for path, _ in tables}
    for _, each in tables:
        assert each.parts.codes
        assert each.parts.statuses
        assert {"3", "4", "5"} <= set(each.parts.defaults)
