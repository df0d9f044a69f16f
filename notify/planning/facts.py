"""What the texts of a notice are filled from, as the JSON that is sealed with the notice."""

import json
from datetime import date, datetime

from kernel.notices import Facts, Person, Place, Value


def dump_facts(facts: Facts) -> str:
    """One JSON object; instants, days and people's names are marked as such."""
    return json.dumps({name: _written(value) for name, value in facts.items()}, ensure_ascii=False)


def load_facts(text: str) -> dict[str, Value | None]:
    """The facts again."""
    return {name: _read(value) for name, value in json.loads(text).items()}


def _written(value: Value | None) -> object:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Person):
        return {"person": value.name, "unit": value.unit}
    if isinstance(value, Place):
        return {"place": value.name, "kind": value.kind, "address": value.address}
    return value


def _read(value: object) -> Value | None:
    if isinstance(value, dict):
        if "person" in value:
            # What was sealed before units were kept has none.
            return Person(value["person"], value.get("unit", ""))
        if "place" in value:
            return Place(value["place"], value["kind"], value["address"])
        return date.fromisoformat(value["day"]) if "day" in value else datetime.fromisoformat(value["at"])
    return value if isinstance(value, str | int) else None
