"""The invented people who can log in."""

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent.parent / "people.json"


@dataclass(frozen=True, slots=True)
class Person:
    """`login` is a short handle for `login_hint`; `citizen_pid` has 12 digits; `birthdate` is YYYY-MM-DD."""

    login: str
    sub: str
    name: str
    birthdate: str
    citizen_pid: str
    identity_level: int
    role: str

    def claims(self) -> dict[str, object]:
        """What the provider says of the person beside `sub`."""
        return {
            "name": self.name,
            "birthdate": self.birthdate,
            "citizen_pid": self.citizen_pid,
            "identity_level": self.identity_level,
        }


def load() -> dict[str, Person]:
    """Everybody by login, in the file's order."""
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    people = [Person(**entry) for entry in document["people"]]
    return {person.login: person for person in people}
