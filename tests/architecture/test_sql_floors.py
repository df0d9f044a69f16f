"""Raw SQL names only tables of its own package and of floors below it; a foreign key may point to its own floor too."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.house import House, our_house, plant
from tests.architecture.sources import strings
from tests.architecture.statements import Named, named_tables, owners, referenced_tables

# Measurements and drills stand beside the house and look into every room; nothing imports them.
_LOOKS_EVERYWHERE: Final = "bench"
# They read SQL views alone, which the owners of the tables publish.
_VIEWS_ONLY: Final = frozenset({"reports"})
# An upload belongs to a person: without the key it could outlive its owner.
_OWNED_ABOVE: Final = {Named("attachments/models.py", "person")}
_AGENCY: Final = 'class Agency:\n    __tablename__ = "agency"\n'


def foreign_tables(house: House) -> set[Named]:
    """Places whose SQL names a table that belongs to the same floor, to one above, or to nobody they may know."""
    owner = owners(house)
    return {
        place
        for package, place in named_tables(house)
        if package != _LOOKS_EVERYWHERE and owner[place.table] not in _reach(house, package)
    }


def upward_keys(house: House) -> set[Named]:
    """Places with a foreign key to a table on a floor above, or to a table of nobody."""
    owner = owners(house)
    return {
        place
        for package, place in referenced_tables(house)
        if owner.get(place.table) not in _reach(house, package) | _floor(house, package)
    }


def compared_paths(house: House) -> set[str]:
    """Files that compare paths of agencies in SQL."""
    compared = re.compile(r"\bstarts_with\(|\bpath\s+(?:LIKE|\^@)", re.IGNORECASE)
    return {each.path for each in house.modules.values() if any(map(compared.search, strings(each.tree)))}


def _reach(house: House, package: str) -> frozenset[str]:
    return frozenset() if package in _VIEWS_ONLY else house.below(package) | {package}


def _floor(house: House, package: str) -> frozenset[str]:
    return next((floor for floor in house.floors if package in floor), frozenset())


def test_sql_names_no_table_of_a_neighbour_or_of_a_floor_above() -> None:
    assert foreign_tables(our_house()) == set()


def test_foreign_keys_point_to_the_same_floor_or_below() -> None:
    assert upward_keys(our_house()) == _OWNED_ABOVE


def test_every_table_is_known_with_its_owner() -> None:
    owned = owners(our_house())
    assert {
        "person": "auth",
        "delivery": "notify",
        "stay": "residence",
        "outbox_event": "kernel",
    }.items() <= owned.items()
    assert set(owned.values()) <= set().union(*our_house().floors)


def test_the_subtree_of_an_agency_is_written_once() -> None:
    """Whoever needs it takes it from `agencies`, so that what a subtree is can change in one place."""
    assert compared_paths(our_house()) == {"agencies/tree.py"}


@pytest.mark.parametrize(
    "statement",
    [
        'Q = text("SELECT code FROM agency WHERE code = :code")',
        'Q = "SELECT p.id FROM person p JOIN agency a ON a.code = p.agency_code"',
        'Q = "SELECT p.id FROM person p, agency a"',
        'Q = text("""\n    WITH ours AS (SELECT 1 FROM person)\nSELECT (SELECT name FROM public.agency) FROM ours""")',
        'Q = "UPDATE agency SET name = :name"',
        'Q = "DELETE FROM " + "agency WHERE code = :code"',
        'Q = f"INSERT INTO agency (code) SELECT {1}"',
        'TABLE = "agency"\nQ = text(f"SELECT count(*) FROM {TABLE}")',
        'Q = "select code from agency"',
        'Q = select(table("agency", column("code")))',
        'Q = select(Base.metadata.tables["agency"])',
    ],
)
def test_a_table_of_a_neighbour_is_found(tmp_path: Path, statement: str) -> None:
    assert _foreign(tmp_path, {"auth/store.py": statement + "\n"}) == {Named("auth/store.py", "agency")}


def test_a_table_of_a_neighbour_is_found_in_an_sql_file(tmp_path: Path) -> None:
    assert _foreign(tmp_path, {"auth/rights.sql": "SELECT 1 FROM agency"}) == {Named("auth/rights.sql", "agency")}


def test_a_table_of_a_floor_above_is_found(tmp_path: Path) -> None:
    files = {"kernel/outbox.py": 'Q = "SELECT 1 FROM agency"\n'}
    assert _foreign(tmp_path, files) == {Named("kernel/outbox.py", "agency")}


def test_reports_name_no_table_at_all(tmp_path: Path) -> None:
    files = {"reports/numbers.py": 'Q = "SELECT * FROM published_agencies JOIN agency USING (code)"\n'}
    assert _foreign(tmp_path, files) == {Named("reports/numbers.py", "agency")}


def test_own_tables_lower_ones_and_words_are_no_fault(tmp_path: Path) -> None:
    files = {
        "kernel/models.py": 'class Event:\n    __tablename__ = "outbox_event"\n',
        "tracking/store.py": 'Q = "SELECT 1 FROM agency JOIN outbox_event USING (id)"\n',
        "auth/store.py": '"""SELECT code FROM agency."""\nSAID = "the agency"\nQ = "SELECT agency FROM outbox_event"\n',
        "bench/plan.py": 'Q = "SELECT 1 FROM agency"\n',
    }
    assert _foreign(tmp_path, files) == set()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT code FROM agency WHERE starts_with(path, (SELECT path FROM agency WHERE code = :code))",
        "SELECT code FROM agency a WHERE a.path LIKE (SELECT path FROM agency WHERE code = :code) || '%'",
        "SELECT code FROM agency WHERE path ^@ :path",
    ],
)
def test_a_second_query_of_a_subtree_is_found(tmp_path: Path, query: str) -> None:
    assert compared_paths(plant(tmp_path, {"tracking/store.py": f'Q = "{query}"\n'})) == {"tracking/store.py"}


def test_a_key_to_a_floor_above_is_found(tmp_path: Path) -> None:
    key = 'code = mapped_column(ForeignKey("agency.code"))\n'
    house = plant(tmp_path, {"tracking/models.py": _AGENCY, "kernel/models.py": key, "auth/models.py": key})
    assert upward_keys(house) == {Named("kernel/models.py", "agency")}


def _foreign(root: Path, files: Mapping[str, str]) -> set[Named]:
    return foreign_tables(plant(root, {"tracking/models.py": _AGENCY, **files}))
