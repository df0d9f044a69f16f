"""Entity diagrams: keys, ends of a line, sealed columns, and tables of another package."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.entity_diagram import entities, entity_pages
from kernel.vault import Sealed, SealedText


class _Base(DeclarativeBase):
    metadata = MetaData()


class House(_Base):
    """A house with
    rooms.

    Nothing of this second paragraph is told.
    """

    __tablename__ = "house"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)


class Room(_Base):
    """A room."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("key_of"),
        Index("uq_room_guest", "guest", unique=True, postgresql_where=text("guest IS NOT NULL")),
    )
    house_id: Mapped[UUID] = mapped_column(ForeignKey("house.id"), primary_key=True)
    floor: Mapped[int] = mapped_column(Integer, primary_key=True)
    key_of: Mapped[UUID | None] = mapped_column(ForeignKey("house.id"))
    guest: Mapped[Sealed | None] = mapped_column(SealedText)


def _pages(**packages: str) -> dict[str, str]:
    """The pages when the two tables belong to these packages."""
    return entity_pages(
        [replace(each, package=packages.get(each.table.name, each.package)) for each in entities(_Base)],
    )


def test_a_column_says_its_type_its_keys_and_whether_it_may_be_null() -> None:
    page = _pages()["tests.md"]
    for line in (
        "uuid id PK",
        "text number UK",
        "uuid house_id PK, FK",
        "integer floor PK",
        'uuid key_of FK, UK "?"',
        'sealed guest "?"',
    ):
        assert f"        {line}\n" in page


def test_a_line_says_how_many_rows_stand_at_its_ends() -> None:
    page = _pages()["tests.md"]
    assert '    house ||--o{ room : "house_id"' in page
    assert '    house |o--o| room : "key_of"' in page


def test_a_table_of_another_package_is_a_box_with_its_owner() -> None:
    pages = _pages(house="town", room="inn")
    assert sorted(pages) == ["README.md", "inn.md", "town.md"]
    assert '    house["house (town)"]\n' in pages["inn.md"]
    assert "    room" not in pages["town.md"]
    assert "| [inn](inn.md) | `room` |" in pages["README.md"]


def test_what_a_table_holds_is_the_first_paragraph_of_its_class() -> None:
    assert [(each.table.name, each.package, each.about) for each in entities(_Base)] == [
        ("house", "tests", "A house with rooms."),
        ("room", "tests", "A room."),
    ]
