"""What the functions that the edge calls hand out: their return types, looked into as far as dataclasses go."""

import ast
from collections.abc import Iterator

from tests.architecture.house import House, Module

_Place = tuple[str, str]
"""A module and a name in it."""


def rows_handed_out(house: House, edge: str, *, handed_on: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    """(function called by the edge, class of a table that it returns, itself or in a dataclass); what is in a class of
    `handed_on` is not looked at.
    """
    tables = {place for place, node in _classes(house) if _is_table(node)}
    found = set()
    for module in house.modules.values():
        if module.package != edge:
            continue
        for where, name in _called(module, house):
            function = _definition(house, where, name)
            if isinstance(function, ast.FunctionDef):
                rows = _rows(house, where, function.returns, tables, handed_on, frozenset())
                found |= {(f"{where}.{name}", row) for row in rows}
    return found


def _rows(
    house: House,
    where: str,
    annotation: ast.expr | None,
    tables: set[_Place],
    handed_on: frozenset[str],
    seen: frozenset[_Place],
) -> set[str]:
    rows: set[str] = set()
    if annotation is None:
        return rows
    names = _imported(house.modules[where])
    for node in ast.walk(annotation):
        place = _named(node, where, names)
        if place is None or place in seen:
            continue
        if place in tables:
            rows.add(place[1])
        shape = _definition(house, *place)
        if isinstance(shape, ast.ClassDef) and place not in tables and place[1] not in handed_on:
            for member in shape.body:
                if isinstance(member, ast.AnnAssign):
                    rows |= _rows(house, place[0], member.annotation, tables, handed_on, seen | {place})
    return rows


def _called(module: Module, house: House) -> Iterator[_Place]:
    """Functions of other packages that a module names, as `use_case` or as `room.use_case`."""
    names = _imported(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            room = ".".join(names[node.value.id])
            if room in house.modules:
                yield room, node.attr


def _named(node: ast.AST, where: str, names: dict[str, _Place]) -> _Place | None:
    if isinstance(node, ast.Name):
        return names.get(node.id, (where, node.id))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return names.get(node.value, (where, node.value))
    return None


def _imported(module: Module) -> dict[str, _Place]:
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _definition(house: House, where: str, name: str) -> ast.stmt | None:
    module = house.modules.get(where)
    body = [] if module is None else module.tree.body
    return next((each for each in body if getattr(each, "name", None) == name), None)


def _classes(house: House) -> Iterator[tuple[_Place, ast.ClassDef]]:
    for module in house.modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                yield (module.name, node.name), node


def _is_table(node: ast.ClassDef) -> bool:
    return any(isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "__tablename__" for each in node.body)
