"""Secrets that must not be read in a log, and the search for them."""

import re
from pathlib import Path


class Canaries:
    """Secrets by name, gathered on the way."""

    def __init__(self) -> None:
        self.all: dict[str, str] = {}

    def add(self, name: str, value: str) -> str:
        assert len(value) >= 6, name
        self.all[name] = value
        return value

    def found_in(self, folder: Path) -> list[tuple[str, str]]:
        """(file, name of the secret); with the spellings that a URL or a form gives it."""
        found = []
        for file in sorted(folder.rglob("*.log*")):
            text = file.read_text(encoding="utf-8", errors="replace")
            found += [(file.name, name) for name, secret in self.all.items() if _is_in(secret, text)]
        return found


def _is_in(secret: str, text: str) -> bool:
    spellings = {secret, secret.replace("+", "%2B"), secret.encode("unicode_escape").decode()}
    if secret.isdigit() and len(secret) == 6:
        # Six digits are a part of many numbers; a code stands alone.
        return re.search(rf"(?<![\w.:-]){secret}(?![\w.:-])", text) is not None
    return any(spelling in text for spelling in spellings)
