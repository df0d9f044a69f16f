"""Text as the letters built into our typesetter can print it."""

import re
import unicodedata
from typing import Final

# What Libertinus Serif has as a whole: Latin with every mark of the scripts of Vietnam's peoples (Ê-đê, Gia-rai,
# Ba-na, Cơ-ho, M'nông...), phonetic letters, marks that stand alone, Greek, Cyrillic, usual punctuation and signs.
_UNSHOWN: Final = re.compile(
    "[^ -~\u00a1-\u00ac\u00ae-\u02e4\u0300-\u036f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u1e00-\u1eff\u2010-\u2027\u2030\u2032-\u2034\u2039\u203a\u20ab\u20ac\u2116\u2122]"
)
REPLACEMENT: Final = "\ufffd"


def printable(text: str) -> str:
    """`text` in NFC on one line; a sign that no built-in letter shows becomes U+FFFD."""
    return _UNSHOWN.sub(REPLACEMENT, " ".join(unicodedata.normalize("NFC", text).split()))
