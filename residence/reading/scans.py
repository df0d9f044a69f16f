"""What scanners send around the text of a code: frames of serial lines, names of symbologies, marks. Pure."""

import re
from typing import Final

from kernel.texts.folding import visible

# ISO/IEC 15424: "]Q1" before the text of a QR code, "]L2" of PDF417.
_SYMBOLOGY: Final = re.compile(r"^\s*\][A-Za-z][0-9A-Za-z]")
_VIETNAMESE: Final = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]", re.IGNORECASE)
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x1e\u2028\u2029\x85]")


def unframed(text: str) -> str:
    """A scanned text without frames and invisible signs, NFC; its lines stay apart."""
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    clean = "\n".join(visible(line) for line in lines).strip()
    return _SYMBOLOGY.sub("", clean).strip()


def typed_through_an_input_method(text: str) -> bool:
    """Whether the letters of a machine-readable zone were changed by a Vietnamese input method: "AA" to "Â"."""
    return "<" in text and _VIETNAMESE.search(text) is not None
