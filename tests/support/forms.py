"""Form values for tests that are not about forms."""

from typing import Any

from tests.unit.procedures.household import values


def household_form(**changes: Any) -> dict[str, Any]:
    """Household business values that pass; a change to None leaves the field out."""
    changed = {**values(), **changes}
    return {name: value for name, value in changed.items() if value is not None}
