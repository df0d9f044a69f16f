"""Message templates: one per event, channel and language, loaded from data, checked, and filled within their room."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from kernel.data_files import parse_yaml
from kernel.errors import DomainError, FieldError
from kernel.notices import Value
from notify.pages import text_files
from notify.templates.check import check_content, longest_values
from notify.templates.events import LEGAL_MINIMUM, LEGAL_TIMES, VARIABLES, Purpose, TemplateEvent, events
from notify.templates.layouts import Layout, Rendered, ZaloLayout
from notify.templates.patterns import TemplateError

__all__ = [
    "DEFAULT_LANGUAGE",
    "LEGAL_MINIMUM",
    "LEGAL_TIMES",
    "SANDBOX_FORMS",
    "VARIABLES",
    "Purpose",
    "Rendered",
    "Template",
    "TemplateBook",
    "TemplateError",
    "ZaloForms",
    "load_templates",
    "longest_values",
    "make_template",
    "render",
    "shipped_contents",
    "shipped_templates",
]

DEFAULT_LANGUAGE: Final = "vi"
_PAGES: Final = ("inbox.en.yaml", "inbox.vi.yaml", "sms.en.yaml", "sms.vi.yaml", "zalo.vi.yaml")
Key = tuple[str, str, str]
ZaloForms = tuple[tuple[str, str], ...]
"""Which form registered with Zalo stands for each `form` of the shipped templates: (form, template_id)."""
SANDBOX_FORMS: Final[ZaloForms] = (
    ("dossier", "430001"),
    ("dossier_fee", "430002"),
    ("residence_reminder", "430003"),
    ("residence_result", "430004"),
    ("lodging", "430005"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """What is said of an event on one channel in one language. `version` counts, over shipped and saved ones."""

    event: TemplateEvent
    channel: str
    language: str
    version: int
    layout: Layout

    @property
    def name(self) -> str:
        return self.event.name

    @property
    def purpose(self) -> Purpose:
        return self.event.purpose

    @property
    def legal(self) -> bool:
        """A notice the law prescribes."""
        return self.event.legal

    @property
    def urgent(self) -> bool:
        """Somebody waits for it, so it overtakes notices."""
        return self.event.urgent

    @property
    def can_wait(self) -> bool:
        """May be held back at night."""
        return self.event.can_wait

    @property
    def parts(self) -> int:
        """The most SMS a text may take; 0 where it is none."""
        return self.layout.parts

    @property
    def form(self) -> str | None:
        """The template registered with a gateway that is filled in; None where the text is ours."""
        return self.layout.template_id if isinstance(self.layout, ZaloLayout) else None

    @property
    def variables(self) -> frozenset[str]:
        return self.layout.variables


def render(template: Template, values: Mapping[str, Value | None]) -> Rendered:
    """Fills `template`, shortening names, times and offices as far as its room demands; a reason gets the room left.

    A form for Zalo and an inbox item come as compact JSON ({"template_id", "template_data"}, {"title", "body"}).
    Raises TemplateError when a value is missing, empty, of the wrong kind, or too long even in its shortest form.
    """
    return template.layout.render(template.name, template.language, values)


def make_template(name: str, channel: str, language: str, version: int, content: Mapping[str, Any]) -> Template:
    """A template from its content. Raises DomainError `template_invalid` naming everything that is wrong."""
    checked = check_content(events()[name], channel, language, content)
    if checked.problems or checked.layout is None:
        raise DomainError("template_invalid", fields=checked.problems)
    return Template(events()[name], channel, language, version, checked.layout)


class TemplateBook:
    """Every template by name, channel and language. A book holds only templates that passed their check."""

    def __init__(self, templates: Mapping[Key, Template]) -> None:
        self._templates = dict(templates)

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())

    def find(self, name: str, channel: str, language: str) -> Template | None:
        """The template in `language`, else in Vietnamese; None when the event is not told on this channel."""
        found = self._templates.get((name, channel, language))
        return found or self._templates.get((name, channel, DEFAULT_LANGUAGE))

    def get(self, name: str, channel: str, language: str) -> Template:
        """The same; raises TemplateError when there is none."""
        found = self.find(name, channel, language)
        if found is None:
            raise TemplateError(f"{name}: no template for {channel}")
        return found

    def overlaid(self, templates: Mapping[Key, Template]) -> "TemplateBook":
        """This book with `templates` in place of its own."""
        return TemplateBook({**self._templates, **templates})


@cache
def shipped_templates(forms: ZaloForms = SANDBOX_FORMS) -> TemplateBook:
    """The templates of this package. A form that is not registered is not in the book."""
    return load_templates(_pages(), forms)


@cache
def shipped_contents(forms: ZaloForms = SANDBOX_FORMS) -> Mapping[Key, tuple[int, Mapping[str, Any]]]:
    """(version, content) of the same, as an admin may edit them."""
    return {key: entry for page in _pages() for key, entry in _entries(page, forms)}


def load_templates(pages: tuple[str, ...], forms: ZaloForms = SANDBOX_FORMS) -> TemplateBook:
    """Reads YAML pages (channel, language, templates). Raises TemplateError naming everything that is wrong."""
    templates: dict[Key, Template] = {}
    problems: list[str] = []
    for key, (version, content) in (entry for page in pages for entry in _entries(page, forms)):
        if key[0] not in events():
            problems.append(f"{key[0]}: no such event")
            continue
        try:
            templates[key] = make_template(*key, version, content)
        except DomainError as error:
            problems += [f"{' '.join(key)}: {_said(found)}" for found in error.fields]
    if problems:
        raise TemplateError("\n".join(problems))
    return TemplateBook(templates)


def _pages() -> tuple[str, ...]:
    return tuple(text for name in _PAGES for text in text_files(name))


def _entries(page: str, forms: ZaloForms) -> Iterator[tuple[Key, tuple[int, Mapping[str, Any]]]]:
    """(name, channel, language) -> (version, content) of a page; forms get the ids they are registered under."""
    raw = parse_yaml(page)
    registered = dict(forms)
    for name, entry in raw["templates"].items():
        content = {member: value for member, value in entry.items() if member not in ("version", "form")}
        if "form" in entry:
            if entry["form"] not in registered:
                continue
            content["template_id"] = registered[entry["form"]]
        yield (name, raw["channel"], raw["language"]), (int(entry["version"]), content)


def _said(found: FieldError) -> str:
    told = ", ".join(str(value) for value in found.params.values())
    return f"{found.pointer} {found.code}" + (f" ({told})" if told else "")
