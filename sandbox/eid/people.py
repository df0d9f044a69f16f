"""The invented people who can log in."""

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent.parent / "people.json"


@dataclass(frozen=True, slots=True)
class Person:
    """`login` is a short handle for `login_hint`; `citizen_pid` has 12 digits; `birthdate` is YYYY-MM-DD.

    An organisation's own account has a tax code, and says nothing of whoever sits in front of it.
    """

    login: str
    sub: str
    name: str
    birthdate: str
    citizen_pid: str
    identity_level: int
    role: str
    tax_code: str = ""

    def claims(self) -> dict[str, object]:
        """What the provider says of the person beside `sub`."""
        if self.tax_code:
            return {"name": self.name, "account_type": "2", "tax_code": self.tax_code, "identity_level": 2}
        return {
            "name": self.name,
            "birthdate": self.birthdate,
            "citizen_pid": self.citizen_pid,
            "identity_level": self.identity_level,
        }


def load() -> dict[str, Person]:
    """Everybody by login, in the file's order, and then the accounts of organisations."""
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    people = [Person(**entry) for entry in document["people"]]
    people += [Person(**entry, birthdate="", citizen_pid="", identity_level=2) for entry in document["organisations"]]
    return {person.login: person for person in people}
