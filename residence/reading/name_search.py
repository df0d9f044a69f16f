"""The words by which a guest's name is found, however it was written down and however it is typed. Pure.

"H'Hen" is found as "H’HEN", as "hhen" and as "h hen"; "Jean-Pierre" as "JEAN PIERRE"; "Müller" as "muller" and as
MUELLER, as a machine-readable zone has it (ICAO 9303-3). Which sign stands between letters, and which look-alike was
typed for one, does not count.
"""

import re
from functools import lru_cache
from typing import Final

from kernel.texts.folding import FOLD_VERSION, search_key
from residence.reading.names import transliterate

KEYS_VERSION: Final = FOLD_VERSION
"""Of the keys by which guests are found. Rows of an older one are renewed by the sweep."""
_SIGNS: Final = re.compile(r"[\W_]+")
_MOST_SOUGHT: Final = 12

Ways = tuple[frozenset[str], ...]
"""Ways to read one piece of a name: the words of any of them must be there."""


def ways_of(name: str) -> list[Ways]:
    """Each piece of a name between blanks, in all the ways in which it may have been written."""
    found = dict.fromkeys(filter(None, map(_ways, _pieces(name))))
    return list(found)[:_MOST_SOUGHT]


def words_of(name: str) -> frozenset[str]:
    """All words by which a name is found."""
    return frozenset(word for piece in _pieces(name) for way in _ways(piece) for word in way)


def _pieces(name: str) -> list[str]:
    """A letter that stands alone belongs to the piece behind it: "H Hen" may be H'Hen."""
    pieces: list[str] = []
    for piece in name.split():
        if pieces and len(search_key(pieces[-1])) == 1:
            pieces[-1] += "'" + piece
        else:
            pieces.append(piece)
    return pieces


# A few hundred pieces make up most names.
@lru_cache(maxsize=8192)
def _ways(piece: str) -> Ways:
    ways: dict[frozenset[str], None] = {}
    for spelled in (search_key(piece), search_key(transliterate(piece))):
        parts = [part for part in _SIGNS.split(spelled) if part]
        if parts:
            ways |= {frozenset({"".join(parts)}): None, frozenset(parts): None}
    return tuple(ways)
