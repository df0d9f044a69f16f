"""Keeping house makes anew what was made by older rules: keys of dossiers, of guests and of held names."""

from sqlalchemy import text

from motcua.processes.loops import keep_house
from tests.api.authorisation_support import World

MADE_OLD = (
    "UPDATE dossier SET search_version = 0, search_text = ' older '",
    "UPDATE stay SET key_version = 0, name_words = '{}' WHERE erased_at IS NULL",
    "UPDATE reserved_name SET fold_version = 0, folded = upper(folded)",
)
LEFT = text("""
SELECT (SELECT count(*) FROM dossier WHERE search_text = ' older '),
  (SELECT count(*) FROM stay WHERE name_words = '{}' AND erased_at IS NULL),
  (SELECT count(*) FROM reserved_name WHERE folded = upper(folded) AND released_at IS NULL)
""")


def _left(world: World) -> list[int]:
    with world.held.database.reading() as connection:
        return list(connection.execute(LEFT).one())


def test_a_sweep_makes_old_keys_anew(world: World) -> None:
    with world.held.database.transaction() as session:
        for made_old in MADE_OLD:
            session.execute(text(made_old))
    assert all(count > 0 for count in _left(world))
    keep_house(world.held)
    assert _left(world) == [0, 0, 0]
