"""A file reads in one sitting, a function on one screen, and what must not be there is not there."""

import ast
import re
from collections.abc import Callable, Iterable

from tests.architecture.sources import DOMAINS, Source, calls, everything, product, suite

MOST_LINES = 300
MOST_FUNCTION_LINES = 40
# A file may be longer for a reason, which stands on its first line.
REASON = "# Over 300 lines: "
# A revision is a list of statements, written once by a tool and never edited again.
REVISIONS = "migrations/versions/"
# The database's own module, and those that change its schema.
# The last one is a program of its own that replays statements with bare psycopg.
MAY_COMMIT = ("kernel/database/sessions.py", "migrations/", "bench/replay.py")
VENDORS = frozenset(
    {"aiohttp", "flask", "jwt", "obstore", "psycopg", "redis", "rq", "sqlalchemy", "twilio", "werkzeug"}
)
PURE = ("rules.py", "states.py", "store.py", "reading.py", "queries.py", "plan.py")
# Written in parts, so that this file does not accuse itself.
UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"))
EVADING = "|".join((r"mark\.ski" + "p", r"mark\.xfai" + "l", r"pytest\.ski" + "p", "no co" + "ver"))
OUTSIDE = "|".join(("/wo" + "rk/", "index-u" + "rl"))


def _offenders(sources: Iterable[Source], rule: Callable[[Source], object]) -> dict[str, object]:
    return {source.path: found for source in sources if (found := rule(source))}


def test_a_file_reads_in_one_sitting() -> None:
    def too_long(source: Source) -> int:
        lines = len(source.text.splitlines())
        return lines if lines > MOST_LINES and not source.text.startswith(REASON) else 0

    assert _offenders(everything(), too_long) == {}


def test_a_function_fits_a_screen() -> None:
    def too_long(source: Source) -> list[str]:
        return [node.name for node in _functions(source) if _lines(node) > MOST_FUNCTION_LINES]

    assert _offenders((each for each in everything() if not each.path.startswith(REVISIONS)), too_long) == {}


def test_nothing_is_unfinished_or_evaded() -> None:
    forbidden = re.compile(f"{UNFINISHED}|{EVADING}|{OUTSIDE}")
    assert _offenders(everything(), lambda source: forbidden.findall(source.text)) == {}


def test_every_module_says_what_it_is_for() -> None:
    assert _offenders(product(), lambda source: ast.get_docstring(source.tree) is None) == {}


def test_only_the_edges_commit() -> None:
    def commits(source: Source) -> list[int]:
        return [call.lineno for name in ("commit", "rollback") for call in calls(source, name)]

    assert _offenders((each for each in product() if not each.path.startswith(MAY_COMMIT)), commits) == {}


def test_use_cases_open_no_transaction_of_their_own() -> None:
    inner = (each for each in product() if each.package in DOMAINS and _is_inner(each.path))
    assert _offenders(inner, lambda source: [call.lineno for call in calls(source, "transaction")]) == {}


def test_the_edge_builds_no_statements() -> None:
    statement = re.compile(r"^from sqlalchemy import .*\b(?:select|insert|update|delete|text)\b", re.MULTILINE)
    edge = (each for each in product() if each.package == "api")
    assert _offenders(edge, lambda source: statement.findall(source.text)) == {}


def test_tests_patch_no_library() -> None:
    def patches(source: Source) -> list[int]:
        imports = (node for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom))
        mocks = [node.lineno for node in imports if (node.module or "").startswith("unittest.mock")]
        return mocks + [call.lineno for call in calls(source, "setattr") if _target(call) in VENDORS]

    assert _offenders(suite(), patches) == {}


def _target(call: ast.Call) -> str:
    """The top-level name of what a `monkeypatch.setattr` changes."""
    return ast.unparse(call.args[0]).strip("'").split(".")[0] if call.args else ""


def _functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_inner(path: str) -> bool:
    return "/service" in path or path.endswith(PURE)


def test_no_pattern_is_possessive_or_atomic_over_a_group() -> None:
    """Python before 3.11.5 matches those wrongly (CPython issue 106052), and Debian 12 has 3.11.2."""
    wrong = re.compile(r"[^(\\]\)(?:[+*?]|\{[0-9,]+\})\+|\(\?>")

    def strings(source: Source) -> list[str]:
        held = [node.value for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Constant)]
        texts = [each.decode("latin-1") if isinstance(each, bytes) else each for each in held]
        return [each for each in texts if isinstance(each, str) and wrong.search(each)]

    assert _offenders(product(), strings) == {}
