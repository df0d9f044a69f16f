"""Signs that look alike are folded in one place: no module has a reading of its own."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, product

HOME = frozenset({"kernel/texts/folding.py", "kernel/texts/lookalikes.py"})
# The sandbox is other parties' systems, each with its own habits, and may import nothing of ours.
OTHERS = ("sandbox/", "migrations/")
# These ask what a letter is, or where a text may be cut; they compare nothing.
ASKING = {
    "kernel/texts/names.py": "which letters a name of a person may hold",
    "notify/templates/forms.py": "a text is never cut between a letter and its mark",
    "residence/rules/names.py": "which letters of a name are Latin",
    "procedures/forms/business_names.py": "which letters the law lets the name of a household business hold",
}
CALLS = frozenset({"casefold", "combining", "digit", "decimal", "numeric", "east_asian_width", "strip_accents_ascii"})
# The composed form alone folds nothing: it is how every text is kept.
COMPOSED = "NFC"
FOLDING_SQL = ("unaccent(", "lower(", "upper(")


def _judged() -> Iterator[Source]:
    return (each for each in product() if each.path not in HOME and not each.path.startswith(OTHERS))


def _own_folding(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = [each.value for part in node.args for each in _said_in(part)]
        if name in CALLS:
            yield f"{node.lineno}: {name}()"
        elif name == "normalize" and said and said[0] != COMPOSED:
            yield f"{node.lineno}: normalize({said[0]!r})"
        elif name in ("replace", "maketrans") and any(str(each) in "ĐđÐðƉ" and each for each in said):
            yield f"{node.lineno}: {name}({said[0]!r})"
        elif name == "lower" and getattr(node.func, "value", None) is not None and _is_sql(node.func):
            yield f"{node.lineno}: func.lower()"


def _said_in(part: ast.expr) -> list[ast.Constant]:
    """The constants of an argument, and those of a table that is one."""
    held = [*part.keys, *part.values] if isinstance(part, ast.Dict) else [part]
    return [each for each in held if isinstance(each, ast.Constant)]


def _is_sql(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "func"


def test_no_module_folds_signs_by_itself() -> None:
    found = {source.path: [*_own_folding(source)] for source in _judged() if source.path not in ASKING}
    assert {path: places for path, places in found.items() if places} == {}


def test_no_statement_folds_names() -> None:
    """PostgreSQL's own folding knows other signs than ours, and its index would go by them."""
    found = {
        source.path: [word for word in FOLDING_SQL if f" {word}" in node.value or f"({word}" in node.value]
        for source in _judged()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "SELECT" in node.value
    }
    assert {path: words for path, words in found.items() if words} == {}


def test_every_exception_is_needed() -> None:
    sources = {source.path: source for source in product()}
    assert [path for path in ASKING if not [*_own_folding(sources[path])]] == []


@pytest.mark.parametrize(
    "code",
    [
        "a.casefold() == b.casefold()",
        "unicodedata.normalize('NFKD', name)",
        "unicodedata.normalize('NFD', name)",
        "name.replace('Đ', 'D')",
        "name.replace('đ', 'd').lower()",
        "str.maketrans('Đđ', 'Dd')",
        "str.maketrans({'Ð': 'Đ'})",
        "''.join(c for c in name if not unicodedata.combining(c))",
        "select(X).where(func.lower(X.name) == name)",
    ],
)
def test_a_reading_of_its_own_is_found(code: str) -> None:
    assert [*_own_folding(Source("tracking/x.py", code, ast.parse(code)))]


@pytest.mark.parametrize("code", ["unicodedata.normalize('NFC', name)", "scheme.lower() != 'bearer'", "fold(name)"])
def test_keeping_and_protocol_words_are_no_folding(code: str) -> None:
    assert [*_own_folding(Source("tracking/x.py", code, ast.parse(code)))] == []
