"""What is wrong with a template before anybody is sent it: variables, legal minimum, room for the longest values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from typing import Any

from kernel.errors import FieldError
from kernel.notices import Person, Value
from notify.pages import read_page
from notify.templates.events import LEGAL_TIMES, VARIABLES, TemplateEvent
from notify.templates.forms import Kind
from notify.templates.layouts import (
    MOST_PARTS,
    InboxLayout,
    Layout,
    Rendered,
    SmsLayout,
    ZaloLayout,
    parse_layout,
    zalo_types,
)
from notify.templates.patterns import Pattern, TemplateError


@dataclass(frozen=True, slots=True)
class Checked:
    """A content as it was read, all that is wrong with it, and the longest message that its real values make."""

    layout: Layout | None
    problems: tuple[FieldError, ...]
    longest: Rendered | None


def check_content(event: TemplateEvent, channel: str, language: str, content: Mapping[str, Any]) -> Checked:
    """Reads and checks one content for an event; pointers lead into a request body {"content": …}."""
    if channel not in event.channels:
        told = {"channels": list(event.channels)}
        return Checked(None, (FieldError("/channel", "template_channel", told),), None)
    layout, problems = parse_layout(channel, content)
    if layout is None:
        return Checked(None, tuple(problems), None)
    problems += _variables(event, layout)
    problems += _legal(event, layout)
    if problems:
        return Checked(layout, tuple(problems), None)
    longest: Rendered | None = None
    for values in longest_values():
        try:
            rendered = layout.render(event.name, language, values)
        except TemplateError:
            return Checked(layout, tuple(_unfit(event, layout, language)), None)
        if longest is None or (rendered.parts, rendered.units) > (longest.parts, longest.units):
            longest = rendered
    return Checked(layout, (), longest)


def _places(layout: Layout) -> list[tuple[str, Pattern]]:
    """Where in the content each text stands."""
    if isinstance(layout, SmsLayout):
        return [("/content/text", layout.text)]
    if isinstance(layout, InboxLayout):
        return [("/content/title", layout.title), ("/content/body", layout.body)]
    return [(f"/content/fields/{place}/text", field.text) for place, field in enumerate(layout.fields)]


def _variables(event: TemplateEvent, layout: Layout) -> list[FieldError]:
    offered = ", ".join(f"{{{each}}}" for each in sorted(event.variables))
    asked = [(pointer, name) for pointer, pattern in _places(layout) for name in sorted(pattern.variables)]
    return [
        FieldError(pointer, "template_variable_not_offered", {"variable": f"{{{name}}}", "offered": offered})
        if name in VARIABLES
        else FieldError(pointer, "template_variable_unknown", {"variable": f"{{{name}}}", "offered": offered})
        for pointer, name in asked
        if name not in event.variables
    ]


def _legal(event: TemplateEvent, layout: Layout) -> list[FieldError]:
    if not event.legal:
        return []
    pointer = _places(layout)[-1][0] if not isinstance(layout, ZaloLayout) else "/content/fields"
    missing = [f"{{{name}}}" for name in sorted(event.required - layout.variables)]
    problems = [FieldError(pointer, "template_legal_content", {"variable": name}) for name in missing]
    if not (layout.variables | event.required) & LEGAL_TIMES:
        times = ", ".join(f"{{{name}}}" for name in sorted(LEGAL_TIMES & event.variables))
        problems.append(FieldError(pointer, "template_legal_time", {"variables": times}))
    return problems


def _unfit(event: TemplateEvent, layout: Layout, language: str) -> list[FieldError]:
    """Which text does not hold its longest values."""
    if isinstance(layout, SmsLayout):
        return [
            FieldError(
                "/content/text",
                "template_too_long",
                {"parts": layout.parts, "needed": _needed(event, layout, language)},
            )
        ]
    if not isinstance(layout, ZaloLayout):
        raise TypeError("an inbox item has no length")
    problems = []
    for place, field in enumerate(layout.fields):
        alone = ZaloLayout(layout.template_id, (field,))
        if not _fits(event, alone, language):
            told = {"max": zalo_types()[field.type], "param": field.param}
            problems.append(FieldError(f"/content/fields/{place}/text", "template_field_too_long", told))
    return problems


def _needed(event: TemplateEvent, layout: SmsLayout, language: str) -> str:
    """How many parts would do, more than there are now."""
    more = range(layout.parts + 1, MOST_PARTS + 1)
    enough = (parts for parts in more if _fits(event, replace(layout, parts=parts), language))
    return str(next(enough, f">{MOST_PARTS}"))


def _fits(event: TemplateEvent, layout: Layout, language: str) -> bool:
    try:
        for values in longest_values():
            layout.render(event.name, language, values)
    except TemplateError:
        return False
    return True


@cache
def longest_values() -> tuple[dict[str, Value], ...]:
    """The longest real values of every variable, in every combination of office and handler."""
    raw = read_page("data/longest_values.yaml")
    moment = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
    several = {"agency", "handler", "handler_unit"}
    fixed: dict[str, Value] = {name: value for name, value in raw.items() if name not in several}
    fixed |= {name: moment for name, kind in VARIABLES.items() if kind is Kind.TIME}
    fixed |= {name: date(2026, 11, 30) for name, kind in VARIABLES.items() if kind is Kind.DAY}
    handlers = [*map(Person, raw["handler"]), raw["handler_unit"]]
    pairs = product(raw["agency"], handlers)
    return tuple({**fixed, "agency": agency, "handler": handler} for agency, handler in pairs)
