"""A reader of Dockerfiles: as much of the language as ours uses."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Instruction:
    """`stage` counts from 0; `word` is in capitals; `rest` is what follows, continued lines joined."""

    stage: int
    word: str
    rest: str

    def listed(self) -> list[str]:
        """The arguments of the form that needs no shell. Raises ValueError for any other."""
        found = json.loads(self.rest)
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ValueError(self.rest)
        return found


def read_dockerfile(text: str) -> list[Instruction]:
    """Every instruction in order. Raises ValueError for a line that is none, and for one before the first FROM."""
    found: list[Instruction] = []
    stage = -1
    for line in _joined(text):
        parts = re.fullmatch(r"([A-Za-z]+)\s+(.+)", line)
        if parts is None or parts[1].upper() not in _WORDS:
            raise ValueError(line)
        stage += parts[1].upper() == "FROM"
        if stage < 0:
            raise ValueError(line)
        found.append(Instruction(stage, parts[1].upper(), parts[2].strip()))
    return found


def image_names(instructions: list[Instruction], compose: Mapping[str, Any]) -> list[str]:
    """Every image that a build or a start would fetch."""
    built = {service["image"] for service in compose["services"].values() if "build" in service}
    fetched = [service["image"] for service in compose["services"].values() if service["image"] not in built]
    return [each.rest.split()[0] for each in instructions if each.word == "FROM"] + fetched


def names_a_host(image: str) -> bool:
    """Whether an image's name begins with a registry: its first part holds a dot or a colon, or is `localhost`."""
    first, slash, _rest = image.partition("/")
    return bool(slash) and (first == "localhost" or "." in first or ":" in first)


def _joined(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    yield from (line.strip() for line in joined.splitlines() if line.strip())


_WORDS = frozenset({"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"})
