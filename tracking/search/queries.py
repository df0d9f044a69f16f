"""The statements by which officers find dossiers of their agencies, open ones and closed ones.

Open ones come in the order in which they are due, closed ones the latest first. What is closed grows for ever, so a
search must not look at all of it. By exact keys and by words that few names hold, indexes find the rows, which are put
in order afterwards. By a word that many names hold, each agency's closed dossiers are read in order until a page is
full.
"""

from functools import cache
from typing import Final

from sqlalchemy import TextClause, text

from agencies.tree import within

OPEN: Final = "d.state IN (1, 2, 4, 5, 6, 7, 9)"
CLOSED: Final = "d.state IN (3, 8, 10)"
_COLUMNS: Final = """d.id, d.code, d.state, d.applicant_name, d.handler_name, d.step,
  d.acceptance_due_at, d.due_at, d.order_at, d.updated_at, d.version_id, d.agency_code"""
_AFTER_OPEN: Final = """(d.order_at, d.id) > (coalesce(CAST(:after_at AS timestamptz), '-infinity'),
      coalesce(CAST(:after_id AS uuid), '00000000-0000-0000-0000-000000000000'))"""
_AFTER_CLOSED: Final = "d.id < coalesce(CAST(:after_id AS uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff')"
# No id is null, but only the index of an agency's closed dossiers has this order. The primary key has another, so the
# planner never walks along it in search of an agency that has few.
_LATEST_FIRST: Final = "d.id DESC NULLS LAST"
_STATE: Final = "(CAST(:state AS int) IS NULL OR d.state = CAST(:state AS int))"
_OURS: Final = within("a")
_FOUND: Final = f"""
SELECT {_COLUMNS}, a.name AS agency_name
FROM dossier d JOIN agency a ON a.code = d.agency_code
WHERE {{which}} AND {{match}} AND {{after}} AND {_STATE} AND {_OURS}
ORDER BY {{order}} LIMIT :limit
"""  # noqa: S608 - constants only
_IN_ORDER: Final = f"""
SELECT d.*, a.name AS agency_name
FROM agency a CROSS JOIN LATERAL (
  SELECT {_COLUMNS} FROM dossier d
  WHERE d.agency_code = a.code AND {CLOSED} AND {{match}} AND {_AFTER_CLOSED} AND {_STATE}
  ORDER BY {_LATEST_FIRST} LIMIT :limit) d
WHERE {_OURS}
ORDER BY d.id DESC LIMIT :limit
"""  # noqa: S608 - constants only
_SAMPLE: Final = f"""
WITH ours AS MATERIALIZED (SELECT a.code FROM agency a WHERE {_OURS})
SELECT count(*) AS looked_at, count(*) FILTER (WHERE {{match}}) AS found
FROM ours CROSS JOIN LATERAL (
  SELECT d.search_text FROM dossier d WHERE d.agency_code = ours.code AND {CLOSED}
  ORDER BY {_LATEST_FIRST} LIMIT 1 + 500 / (SELECT count(*) FROM ours)) d
"""  # noqa: S608 - constants only
BY: Final = {
    "code": "d.code = :value",
    "code_end": """reverse(d.code) LIKE reverse(:value) || '%'
      AND replace(replace(d.code, '.', ''), '-', '') LIKE '%' || :before || replace(:value, '-', '')""",
    "phone": "d.phone_index = :value",
    "person": "d.applicant_id = :value",
}


@cache
def found_open(by: str, words: int = 0) -> TextClause:
    """The open ones of a page; `by` a member of `BY` or "words", so many of them (:word_0, …)."""
    return text(_FOUND.format(which=OPEN, match=_match(by, words), after=_AFTER_OPEN, order="d.order_at, d.id"))


@cache
def found_closed(by: str, words: int = 0) -> TextClause:
    return text(_FOUND.format(which=CLOSED, match=_match(by, words), after=_AFTER_CLOSED, order=_LATEST_FIRST))


@cache
def closed_in_order(words: int) -> TextClause:
    """The same page as `found_closed` gives for these words, read in order."""
    return text(_IN_ORDER.format(match=_words("(d.search_text || '')", words)))


@cache
def sample_closed(words: int) -> TextClause:
    """How many of the latest few hundred closed ones hold these words."""
    return text(_SAMPLE.format(match=_words("d.search_text", words)))


def _match(by: str, words: int) -> str:
    return BY[by] if by in BY else _words("d.search_text", words)


def _words(column: str, words: int) -> str:
    # An expression in the column's place keeps the index of words out, where rows are to be read in another order.
    return " AND ".join(f"{column} LIKE :word_{number}" for number in range(words))
