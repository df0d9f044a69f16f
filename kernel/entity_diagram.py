"""A page of documentation for the tables of a package: an entity diagram and what each table holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from kernel.database.sessions import Base
from kernel.markdown import markdown_table
from kernel.mermaid import EntityDiagram
from kernel.vault import SealedText

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
_SHORT: Final = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "TIME WITHOUT TIME ZONE": "time"}
_HEAD: Final = "<!-- Generated from the models by `motcua diagrams`: change those, not this page. -->"
_KEY: Final = (
    "`sealed` columns are encrypted. `PK` is the primary key, `FK` a foreign key, `UK` unique by itself, `?` may be\n"
    "null. Indexes and checks stand in the models."
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A table, the package that owns it, and what a row is (the first sentence of its class)."""

    table: Table
    package: str
    about: str


def entities(base: type[DeclarativeBase] = Base) -> list[Entity]:
    """Every mapped table that has been imported, by name."""
    found = []
    for mapper in base.registry.mappers:
        table, owner = mapper.local_table, mapper.class_
        if isinstance(table, Table):
            first = (owner.__doc__ or "").strip().split("\n\n")[0]
            found.append(Entity(table, owner.__module__.split(".")[0], " ".join(first.split())))
    return sorted(found, key=lambda each: each.table.name)


def entity_pages(found: Sequence[Entity]) -> dict[str, str]:
    """File name -> page, one for each package that owns tables, and an index."""
    owners = {each.table.name: each.package for each in found}
    packages: defaultdict[str, list[Entity]] = defaultdict(list)
    for each in found:
        packages[each.package].append(each)
    pages = {f"{package}.md": _page(package, own, owners) for package, own in sorted(packages.items())}
    return {"README.md": _index(packages), **pages}


def _index(packages: Mapping[str, Sequence[Entity]]) -> str:
    rows = [
        (f"[{package}]({package}.md)", ", ".join(f"`{each.table.name}`" for each in own))
        for package, own in sorted(packages.items())
    ]
    return "\n\n".join(("# Entities", _HEAD, markdown_table(("package", "tables"), rows))) + "\n"


def _page(package: str, own: Sequence[Entity], owners: Mapping[str, str]) -> str:
    rows = [(f"`{each.table.name}`", each.about) for each in own]
    diagram = _diagram([each.table for each in own], package, owners).mermaid()
    return (
        "\n\n".join((f"# Entities of `{package}`", _HEAD, diagram, _KEY, markdown_table(("table", "holds"), rows)))
        + "\n"
    )


def _diagram(tables: Sequence[Table], package: str, owners: Mapping[str, str]) -> EntityDiagram:
    links = [link for table in tables for link in _links(table)]
    outside = sorted({parent for parent, *_ in links if owners[parent] != package})
    return EntityDiagram(
        entities={table.name: [_attribute(column) for column in table.columns] for table in tables},
        outside={name: f"{name} ({owners[name]})" for name in outside},
        links=links,
    )


def _attribute(column: Column[object]) -> str:
    """One line of an entity: type, name, keys, and whether it may be null."""
    keys = [
        name
        for name, held in (
            ("PK", column.primary_key),
            ("FK", bool(column.foreign_keys)),
            ("UK", not column.primary_key and _unique(column.table, {column.name})),
        )
        if held
    ]
    return " ".join(filter(None, (_type(column), column.name, ", ".join(keys), '"?"' if column.nullable else "")))


def _type(column: Column[object]) -> str:
    if isinstance(column.type, SealedText):
        return "sealed"
    name = column.type.compile(_DIALECT)
    return _SHORT.get(name, name.lower().replace(" ", "_"))


def _links(table: Table) -> Iterable[tuple[str, str, str, str, str]]:
    """Parent, its end, this end, this table, and the columns by which it points, for every foreign key."""
    for link in sorted(table.foreign_key_constraints, key=lambda each: list(each.column_keys)):
        names = set(link.column_keys)
        left = "|o" if any(table.columns[name].nullable for name in names) else "||"
        right = "o|" if _unique(table, names) else "o{"
        yield link.referred_table.name, left, right, table.name, ", ".join(link.column_keys)


def _unique(table: Table, names: set[str]) -> bool:
    """Whether at most one row has the same values in these columns."""
    keys = [set(each.columns.keys()) for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [
        set(each.columns.keys())
        for each in table.indexes
        if each.unique and each.dialect_options["postgresql"]["where"] is None
    ]
    return any(key and key <= names for key in (set(table.primary_key.columns.keys()), *keys))
