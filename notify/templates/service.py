"""What an admin does with templates: look at them, try one out, save a version. Going back is saving what was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, FieldError
from kernel.notices import Value
from kernel.work import Work
from notify.registers import TemplateVersion
from notify.templates import store as template_store
from notify.templates.book import Key, ZaloForms, make_template, shipped_contents
from notify.templates.check import check_content, longest_values
from notify.templates.events import CHANNELS, LANGUAGES, VARIABLES, TemplateEvent, events
from notify.templates.layouts import Rendered
from notify.templates.patterns import TemplateError
from notify.templates.values import read_values

Prices = Mapping[str, int]
"""Channel -> đồng for a message, or for one part of a text; a channel whose price is not known is not there."""
_FREE: Final = "inbox"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a template. A shipped one was saved by nobody."""

    channel: str
    language: str
    number: int
    content: Mapping[str, Any]
    in_use: bool
    shipped: bool
    note: str | None = None
    saved_by: UUID | None = None
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An event with the versions of its templates, newest first within a channel and language."""

    event: TemplateEvent
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """A message and what it costs, where that is known."""

    message: Rendered
    price_vnd: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`shown` is filled with the values given, `longest` with the longest real ones; None where a content has no shape
    or does not hold them. `problems` are what saving would be refused for, and what the values lack."""

    shown: Priced | None
    longest: Priced | None
    problems: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried out or saved."""

    channel: str
    language: str
    content: Mapping[str, Any]


def list_templates(work: Work, forms: ZaloForms) -> list[Listed]:
    """Every event with the versions in use."""
    saved = template_store.versions_in_use(work.session)
    return [
        Listed(event, tuple(each for each in _versions(event.name, saved, forms) if each.in_use))
        for event in events().values()
    ]


def read_template(work: Work, name: str, forms: ZaloForms) -> Listed:
    """An event with every version of its templates. Raises `not_found`."""
    return Listed(_event(name), _versions(name, template_store.versions_of(work.session, name), forms))


def preview_template(name: str, draft: Draft, given: Mapping[str, Any], prices: Prices) -> Preview:
    """How a content looks, what it costs, and all that is wrong with it. Raises `not_found`.

    `given`: values of some variables as JSON; the others are the longest real ones.
    """
    event = _event(name)
    checked = check_content(event, draft.channel, draft.language, draft.content)
    values, problems = read_values(given, event.variables)
    shown: Rendered | None = None
    if checked.layout is not None and not problems and checked.layout.variables <= set(VARIABLES):
        filled: dict[str, Value] = {**longest_values()[0], **values}
        try:
            shown = checked.layout.render(name, draft.language, filled)
        except TemplateError:
            problems = [] if checked.problems else [FieldError("/values", "template_values_unfit")]
    longest = checked.longest
    return Preview(
        _priced(shown, draft.channel, prices), _priced(longest, draft.channel, prices), (*checked.problems, *problems)
    )


def save_version(work: Work, actor: Actor, name: str, draft: Draft, note: str | None, forms: ZaloForms) -> Version:
    """A new version, used from now on by every process within seconds. Raises `not_found`, `template_invalid`."""
    event = _event(name)
    make_template(name, draft.channel, draft.language, 1, draft.content)
    if actor.id is None:
        raise DomainError("forbidden")
    key = (name, draft.channel, draft.language)
    shipped = shipped_contents(forms).get(key)
    row = template_store.add_version(
        work.session,
        key,
        dict(draft.content),
        shipped=0 if shipped is None else shipped[0],
        saved_by=actor.id,
        note=note,
    )
    write_audit(
        work.session,
        actor,
        "template.save",
        "template_version",
        row.id,
        template=event.name,
        channel=draft.channel,
        language=draft.language,
        number=row.number,
    )
    return _saved(row, in_use=True)


def _event(name: str) -> TemplateEvent:
    found = events().get(name)
    if found is None:
        raise DomainError("not_found")
    return found


def _versions(name: str, saved: Sequence[TemplateVersion], forms: ZaloForms) -> tuple[Version, ...]:
    """Saved and shipped versions of one event, by channel and language, the newest first."""
    found: list[Version] = []
    for channel in CHANNELS:
        for language in LANGUAGES:
            found += _of((name, channel, language), saved, forms)
    return tuple(found)


def _of(key: Key, saved: Sequence[TemplateVersion], forms: ZaloForms) -> list[Version]:
    rows = [row for row in saved if (row.name, row.channel, row.language) == key]
    standing = max((row.number for row in rows if row.retired_at is None), default=None)
    found = [_saved(row, in_use=row.number == standing) for row in rows]
    shipped = shipped_contents(forms).get(key)
    if shipped is not None:
        number, content = shipped
        found.append(Version(key[1], key[2], number, content, in_use=standing is None, shipped=True))
    return sorted(found, key=lambda each: each.number, reverse=True)


def _saved(row: TemplateVersion, *, in_use: bool) -> Version:
    return Version(
        channel=row.channel,
        language=row.language,
        number=row.number,
        content=row.content,
        in_use=in_use,
        shipped=False,
        note=row.note,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
    )


def _priced(message: Rendered | None, channel: str, prices: Prices) -> Priced | None:
    if message is None:
        return None
    each = 0 if channel == _FREE else prices.get(channel)
    return Priced(message, None if each is None else each * max(message.parts, 1))
