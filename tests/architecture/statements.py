"""Tables that the raw SQL of a house names, and who owns them."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.architecture.house import House, Module

_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\"?[A-Za-z_][A-Za-z0-9_]*\"?|[(),.]")
_SQL: Final = re.compile(
    r"\b(?:SELECT|FROM|JOIN|UPDATE|INSERT INTO|DELETE)\b|^\s*(?i:select|insert|update|delete|with)\b"
)
_NAMES_NEXT: Final = frozenset({"FROM", "JOIN", "UPDATE", "INTO", "USING", "TRUNCATE", "TABLE"})
_NOISE: Final = frozenset({"ONLY", "LATERAL", "IF", "EXISTS"})
_ENDS_LIST: Final = frozenset(
    {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "RETURNING", "SET", "SELECT", "UNION", "FOR"}
)
_BUILDERS: Final = frozenset({"table", "Table"})
_ABSENT: Final = " _ "


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A place that names a table."""

    path: str
    table: str


def owners(house: House) -> Mapping[str, str]:
    """Table -> the package whose models declare it."""
    return {
        table: module.package
        for module in house.modules.values()
        for node in ast.walk(module.tree)
        for table in _declared(node)
    }


def named_tables(house: House) -> Iterator[tuple[str, Named]]:
    """(package, place) of every table that a statement names: in a string of a module, or in an .sql file."""
    known = owners(house)
    for module in house.modules.values():
        found = {table for text in _texts(module) for table in tables_in(text)} | set(_built(module))
        yield from ((module.package, Named(module.path, table)) for table in sorted(found & known.keys()))
    for path in sorted(house.root.glob("[a-z]*/**/*.sql")):
        where = path.relative_to(house.root)
        for table in sorted(tables_in(path.read_text(encoding="utf-8")) & known.keys()):
            yield where.parts[0], Named(where.as_posix(), table)


def referenced_tables(house: House) -> Iterator[tuple[str, Named]]:
    """(package, place) of every table that a foreign key points to."""
    for module in house.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _called(node) == "ForeignKey" and isinstance(node.args[0], ast.Constant):
                yield module.package, Named(module.path, str(node.args[0].value).split(".")[0])


def tables_in(statement: str) -> set[str]:
    """What stands where a statement names a table: real ones, and those it makes itself."""
    found: list[str] = []
    # For each open parenthesis: does a name come next, and does a comma here bring another one?
    expects, lists = [False], [False]
    before, named = "", False
    for token in _TOKEN.findall(statement):
        word = token.strip('"').upper()
        was_named, named = named, False
        if token == "(":
            expects, lists = [*expects, False], [*lists, False]
        elif token == ")":
            expects, lists = expects[:-1] or [False], lists[:-1] or [False]
            expects[-1] = False
        elif token == ",":
            expects[-1] = lists[-1]
        elif token == "." and was_named:
            # That was the name of a schema.
            found.pop()
            expects[-1] = True
        elif word in _NAMES_NEXT and before != "DISTINCT":
            expects[-1], lists[-1] = True, lists[-1] or word in ("FROM", "USING")
        elif word in _ENDS_LIST:
            expects[-1] = lists[-1] = False
        elif expects[-1] and word not in _NOISE and token[0].isalpha() | (token[0] in '"_'):
            found.append(token.strip('"'))
            expects[-1], named = False, True
        before = word
    return set(found)


def _declared(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
        yield ast.literal_eval(node.value)
    elif isinstance(node, ast.Call) and _called(node) == "Table" and "metadata" in ast.unparse(node).lower():
        # Without, it is a table on a terminal.
        yield from _constant(node.args[0])


def _built(module: Module) -> Iterator[str]:
    """Tables that are named to SQLAlchemy by a string: `table("agency")`, `metadata.tables["agency"]`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _called(node) in _BUILDERS and node.args:
            yield from _constant(node.args[0])
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".tables"):
            yield from _constant(node.slice)


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _texts(module: Module) -> Iterator[str]:
    """Strings that look like SQL, with the constants of the same module filled in; docstrings are none."""
    constants = {
        target.id: value
        for node in module.tree.body
        for target, value in _assigned(node)
        if isinstance(target, ast.Name) and value is not None
    }
    for node in _strings(module.tree):
        text = _text(node, constants)
        if _SQL.search(text):
            yield text


def _assigned(node: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    if isinstance(node, ast.AnnAssign):
        yield node.target, node.value
    elif isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)


def _strings(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that are made of strings, each with the smaller ones in it; docstrings are none."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr | ast.Constant | ast.BinOp):
            yield node
        yield from _strings(node)


def _text(node: ast.expr, constants: Mapping[str, ast.expr], depth: int = 0) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else _ABSENT
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each, constants, depth) for each in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, constants, depth)
    if isinstance(node, ast.BinOp):
        return _text(node.left, constants, depth) + _text(node.right, constants, depth)
    if isinstance(node, ast.Call) and _called(node) == "text" and node.args:
        return _text(node.args[0], constants, depth)
    if isinstance(node, ast.Name) and node.id in constants and depth < 8:
        return _text(constants[node.id], constants, depth + 1)
    return _ABSENT
