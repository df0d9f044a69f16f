"""Message templates: loaded from data, checked when loaded, filled so that the text keeps within its parts."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final

import yaml

from notify.forms import Kind, Person, Value, forms, shorten
from notify.sms_text import Encoding, NotGsm7, measure, to_gsm7

DEFAULT_LANGUAGE: Final = "vi"
VARIABLES: Final[Mapping[str, Kind]] = {
    "agency": Kind.OFFICE,
    "answer_by": Kind.TIME,
    "at": Kind.TIME,
    "code": Kind.WHOLE,
    "due": Kind.TIME,
    "fee": Kind.MONEY,
    "handler": Kind.HANDLER,
    "otp": Kind.WHOLE,
    "reason": Kind.REASON,
    "received": Kind.TIME,
    "status": Kind.WHOLE,
    "until": Kind.TIME,
}
# NĐ 224/2026/NĐ-CP Đ.15.1.g, and the code by which the citizen knows the dossier.
LEGAL_MINIMUM: Final = frozenset({"agency", "handler", "received", "code"})
LEGAL_TIMES: Final = frozenset({"at", "due", "answer_by"})
# What gives way when a text is too long, step by step: (kind, which of its forms). Dossier code, money and one-time
# codes never do.
_GIVES_WAY: Final = (
    (Kind.HANDLER, 1),
    (Kind.TIME, 1),
    (Kind.OFFICE, 1),
    (Kind.HANDLER, 2),
    (Kind.HANDLER, 3),
    (Kind.OFFICE, 2),
)
# A reason of a few letters says nothing: rather shorten the names first.
_LEAST_REASON: Final = 60
_SEPTETS_IN_ONE: Final = 160
_SEPTETS_IN_EACH: Final = 153


class TemplateError(Exception):
    """A template that must not be used, or values that do not fill it. Names variables, never their values."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be sent. `units` are septets or 16-bit units, `parts` the SMS it takes."""

    body: str
    encoding: Encoding
    units: int
    parts: int


@dataclass(frozen=True, slots=True)
class Template:
    """`pieces` are literal texts and names of variables in turn. `parts` is the most parts a text may take.

    `legal`: a notice the law prescribes. `urgent`: somebody waits for it, so it overtakes notices.
    """

    name: str
    channel: str
    language: str
    version: int
    legal: bool
    urgent: bool
    parts: int
    pieces: tuple[tuple[str, str | None], ...]

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(name for _, name in self.pieces if name is not None)


def render(template: Template, values: Mapping[str, Value | None]) -> Rendered:
    """Fills `template`, shortening handler, times and office as far as its parts demand; a reason gets the room left.

    Raises TemplateError when a value is missing, empty, of the wrong kind, or too long even in its shortest form.
    """
    written = {name: _write(template, name, values.get(name)) for name in template.variables}
    room = _SEPTETS_IN_ONE if template.parts == 1 else template.parts * _SEPTETS_IN_EACH
    for chosen in _choices(written):
        body = _compose(template, chosen, room)
        size = measure(body)
        if size.segments <= template.parts:
            return Rendered(body, size.encoding, size.units, size.segments)
    raise TemplateError(f"{template.name}: the values do not fit into {template.parts} part(s)")


def _write(template: Template, name: str, value: Value | None) -> tuple[str, ...]:
    if value is None:
        raise TemplateError(f"{template.name}: no value for {{{name}}}")
    try:
        written = forms(VARIABLES[name], value)
    except TypeError as error:
        raise TemplateError(f"{template.name}: {{{name}}}: {error}") from None
    if not written[-1].strip("."):
        raise TemplateError(f"{template.name}: the value for {{{name}}} is empty")
    return written


def _choices(written: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """The longest text of every variable, then shorter step by step in the order of `_GIVES_WAY`."""
    chosen = {name: texts[0] for name, texts in written.items()}
    yield chosen
    for kind, level in _GIVES_WAY:
        names = [name for name, texts in written.items() if VARIABLES[name] is kind and level < len(texts)]
        shorter = {name: written[name][level] for name in names}
        if shorter:
            chosen = chosen | shorter
            yield chosen
    yield chosen | {name: texts[-1] for name, texts in written.items()}


def _compose(template: Template, chosen: Mapping[str, str], room: int) -> str:
    body = _join(template, chosen)
    reason = chosen.get("reason")
    excess = measure(body).units - room
    if reason is None or excess <= 0:
        return body
    left = measure(reason).units - excess
    if left < _LEAST_REASON:
        return body
    return _join(template, {**chosen, "reason": shorten(reason, left)})


def _join(template: Template, chosen: Mapping[str, str]) -> str:
    return "".join(text + (chosen[name] if name else "") for text, name in template.pieces)


class TemplateBook:
    """Every template by name, channel and language. A book holds only templates that passed `check`."""

    def __init__(self, templates: Mapping[tuple[str, str, str], Template]) -> None:
        self._templates = dict(templates)

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())

    def get(self, name: str, channel: str, language: str) -> Template:
        """The template in `language`, else in Vietnamese. Raises TemplateError when there is none."""
        found = self._templates.get((name, channel, language)) or self._templates.get((name, channel, DEFAULT_LANGUAGE))
        if found is None:
            raise TemplateError(f"{name}: no template for {channel}")
        return found


@cache
def shipped_templates() -> TemplateBook:
    """The templates of this package."""
    folder = files("notify").joinpath("templates")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".yaml")), key=lambda page: page.name)
    return load_templates([page.read_text(encoding="utf-8") for page in pages])


def load_templates(pages: list[str]) -> TemplateBook:
    """Reads YAML pages (channel, language, templates). Raises TemplateError naming everything that is wrong."""
    templates: dict[tuple[str, str, str], Template] = {}
    problems: list[str] = []
    for page in pages:
        raw = yaml.safe_load(page)
        for name, entry in raw["templates"].items():
            template = parse_template(name, raw["channel"], raw["language"], entry)
            problems.extend(check(template))
            templates[template.name, template.channel, template.language] = template
    if problems:
        raise TemplateError("\n".join(problems))
    return TemplateBook(templates)


def parse_template(name: str, channel: str, language: str, entry: Mapping[str, Any]) -> Template:
    """One entry of a page. Raises TemplateError when its text is no template."""
    try:
        pieces = tuple((text, variable) for text, variable, _, _ in string.Formatter().parse(entry["text"]))
    except ValueError as error:
        raise TemplateError(f"{name}: {error}") from None
    return Template(
        name=name,
        channel=channel,
        language=language,
        version=int(entry["version"]),
        legal=bool(entry["legal"]),
        urgent=bool(entry.get("urgent", False)),
        parts=int(entry["parts"]),
        pieces=pieces,
    )


def check(template: Template) -> list[str]:
    """What is wrong with `template`: unknown variables, legal minimum, alphabet, and its parts with real values."""
    problems = [f"{template.name}: unknown variable {{{name}}}" for name in sorted(template.variables - set(VARIABLES))]
    if template.legal:
        missing = sorted(LEGAL_MINIMUM - template.variables)
        problems += [f"{template.name}: the law wants {{{name}}}" for name in missing]
        if not template.variables & LEGAL_TIMES:
            problems.append(f"{template.name}: the law wants one of {', '.join(sorted(LEGAL_TIMES))}")
    try:
        to_gsm7("".join(text for text, _ in template.pieces))
    except NotGsm7 as error:
        problems.append(f"{template.name}: {error}")
    if not problems:
        problems = _unfit(template)
    return problems


def _unfit(template: Template) -> list[str]:
    for values in longest_values():
        try:
            render(template, values)
        except TemplateError as error:
            return [str(error)]
    return []


@cache
def longest_values() -> tuple[dict[str, Value], ...]:
    """The longest real values of every variable, in every combination of office and handler."""
    raw = yaml.safe_load(files("notify").joinpath("data/longest_values.yaml").read_text(encoding="utf-8"))
    moment = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
    fixed: dict[str, Value] = {name: raw[name] for name in ("code", "reason", "status", "fee", "otp")}
    fixed |= {name: moment for name, kind in VARIABLES.items() if kind is Kind.TIME}
    handlers = [*map(Person, raw["handler"]), raw["handler_unit"]]
    pairs = product(raw["agency"], handlers)
    return tuple({**fixed, "agency": agency, "handler": handler} for agency, handler in pairs)
