"""The three shapes of a message: a text (sms), a registered form with fields (zalo), a title and a body (inbox). Pure.

A layout is read from a content, a JSON object as in `templates/*.yaml` and in saved versions:
sms {"text", "parts", "accents"?}; zalo {"template_id", "fields": [{"param", "type", "text"}]}; inbox {"title", "body"}.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from kernel.errors import FieldError
from kernel.notices import Value
from notify.pages import read_page
from notify.templates.forms import Script
from notify.templates.patterns import Pattern, Room, TemplateError, fill, parse_pattern, write_values
from notify.templates.sms_text import Encoding, NotGsm7, measure, septets, to_gsm7, utf16_units

MOST_PARTS: Final = 4
MOST_TEXT: Final = 2000
MOST_TITLE: Final = 100
_MOST_FIELDS: Final = 20
_ROOM: Final[Mapping[bool, tuple[int, int]]] = {False: (160, 153), True: (70, 67)}
_PARAM: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TEMPLATE_ID: Final = re.compile(r"[0-9]{1,20}")
_MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    "sms": frozenset({"text", "parts", "accents"}),
    "zalo": frozenset({"template_id", "fields"}),
    "inbox": frozenset({"title", "body"}),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be sent: a text, or compact JSON for a form or an inbox item.

    `units` are septets (GSM-7), 16-bit units (UCS-2) or octets (UTF-8); `parts` the SMS it takes, 0 for the others.
    """

    body: str
    encoding: Encoding | Literal["UTF-8"]
    units: int
    parts: int


@dataclass(frozen=True, slots=True)
class SmsLayout:
    """`parts` is the most SMS a text may take; with `accents` it is sent as written, and costs what UCS-2 does."""

    text: Pattern
    parts: int
    accents: bool

    @property
    def variables(self) -> frozenset[str]:
        return self.text.variables

    def render(self, name: str, language: str, values: Mapping[str, Value | None]) -> Rendered:
        script = Script(self.accents, language, utf16_units if self.accents else septets)
        single, each = _ROOM[self.accents]
        room = Room(single if self.parts == 1 else self.parts * each, lambda body: measure(body).segments <= self.parts)
        body = fill(self.text, write_values(name, self.variables, values, script), room, script)
        if body is None:
            raise TemplateError(f"{name}: the values do not fit into {self.parts} part(s)")
        size = measure(body)
        return Rendered(body, size.encoding, size.units, size.segments)


@dataclass(frozen=True, slots=True)
class ZaloField:
    """`param` as the registered form calls it, `type` a key of `zalo_types`."""

    param: str
    type: str
    text: Pattern


@dataclass(frozen=True, slots=True)
class ZaloLayout:
    """`template_id` is that of the form registered with Zalo."""

    template_id: str
    fields: tuple[ZaloField, ...]
    parts: int = 0

    @property
    def variables(self) -> frozenset[str]:
        return frozenset().union(*(field.text.variables for field in self.fields))

    def render(self, name: str, language: str, values: Mapping[str, Value | None]) -> Rendered:
        script = Script(True, language, len)  # noqa: FBT003 - its first field
        written = write_values(name, self.variables, values, script)
        data: dict[str, str] = {}
        for field in self.fields:
            most = zalo_types()[field.type]
            text = fill(field.text, written, Room(most, _at_most(most)), script)
            if text is None:
                raise TemplateError(f"{name}: the values do not fit into the {most} characters of {field.param}")
            data[field.param] = _nfc(text)
        return _as_json({"template_id": self.template_id, "template_data": data})


@dataclass(frozen=True, slots=True)
class InboxLayout:
    """Shown inside the app, with all its accents and nothing shortened."""

    title: Pattern
    body: Pattern
    parts: int = 0

    @property
    def variables(self) -> frozenset[str]:
        return self.title.variables | self.body.variables

    def render(self, name: str, language: str, values: Mapping[str, Value | None]) -> Rendered:
        script = Script(True, language, len)  # noqa: FBT003 - its first field
        full = {key: texts[0] for key, texts in write_values(name, self.variables, values, script).items()}
        return _as_json({"title": _nfc(self.title.join(full)), "body": _nfc(self.body.join(full))})


Layout = SmsLayout | ZaloLayout | InboxLayout


@cache
def zalo_types() -> Mapping[str, int]:
    """Type of a form's field -> the most characters of it, in NFC."""
    raw = read_page("data/zalo_types.yaml")
    return {name: int(most) for name, most in raw.items()}


def parse_layout(channel: str, content: Mapping[str, Any]) -> tuple[Layout | None, list[FieldError]]:
    """The layout of a content, and what is wrong with the content; none when it has no shape at all."""
    problems = [FieldError(f"/content/{name}", "unknown") for name in sorted(set(content) - _MEMBERS[channel])]
    layout, found = _READERS[channel](content)
    return layout, problems + found


def _sms(content: Mapping[str, Any]) -> tuple[Layout | None, list[FieldError]]:
    parts, accents = content.get("parts", 1), content.get("accents", False)
    pattern, problems = _text(content, "text", "/content")
    if not isinstance(parts, int) or isinstance(parts, bool) or not 1 <= parts <= MOST_PARTS:
        problems.append(FieldError("/content/parts", "range_between", {"min": 1, "max": MOST_PARTS}))
    if not isinstance(accents, bool):
        problems.append(FieldError("/content/accents", "invalid"))
    if problems:
        return None, problems
    if accents:
        return SmsLayout(pattern, parts, accents=True), []
    try:
        stripped = Pattern(tuple((to_gsm7(text), name) for text, name in pattern.pieces))
    except NotGsm7:
        strangers = _strangers(pattern)
        return None, [FieldError("/content/text", "template_alphabet", {"characters": strangers})]
    return SmsLayout(stripped, parts, accents=False), []


def _strangers(pattern: Pattern) -> str:
    try:
        to_gsm7("".join(text for text, _ in pattern.pieces))
    except NotGsm7 as error:
        return " ".join(f"{sign} (U+{ord(sign):04X})" for sign in error.characters)
    return ""


def _zalo(content: Mapping[str, Any]) -> tuple[Layout | None, list[FieldError]]:
    template_id, given = content.get("template_id"), content.get("fields")
    problems: list[FieldError] = []
    if not isinstance(template_id, str) or not _TEMPLATE_ID.fullmatch(template_id):
        problems.append(FieldError("/content/template_id", "pattern" if template_id else "required"))
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_FIELDS:
        problems.append(FieldError("/content/fields", "items_between", {"min": 1, "max": _MOST_FIELDS}))
        return None, problems
    fields = [_field(f"/content/fields/{place}", field, problems) for place, field in enumerate(given)]
    kept = [field for field in fields if field is not None]
    seen: set[str] = set()
    for place, field in enumerate(fields):
        if field is not None and field.param in seen:
            problems.append(FieldError(f"/content/fields/{place}/param", "template_param_twice"))
        elif field is not None:
            seen.add(field.param)
    return (None if problems else ZaloLayout(str(template_id), tuple(kept))), problems


def _field(pointer: str, given: Any, problems: list[FieldError]) -> ZaloField | None:
    if not isinstance(given, Mapping):
        problems.append(FieldError(pointer, "invalid"))
        return None
    found = [FieldError(f"{pointer}/{name}", "unknown") for name in sorted(set(given) - {"param", "type", "text"})]
    param, kind = given.get("param"), given.get("type")
    if not isinstance(param, str) or not _PARAM.fullmatch(param):
        found.append(FieldError(f"{pointer}/param", "pattern" if param else "required"))
    if kind not in zalo_types():
        found.append(FieldError(f"{pointer}/type", "choice" if kind else "required"))
    pattern, wrong = _text(given, "text", pointer)
    problems += [*found, *wrong]
    return None if found or wrong else ZaloField(str(param), str(kind), pattern)


def _inbox(content: Mapping[str, Any]) -> tuple[Layout | None, list[FieldError]]:
    title, problems = _text(content, "title", "/content", most=MOST_TITLE)
    body, found = _text(content, "body", "/content")
    problems += found
    return (None if problems else InboxLayout(title, body)), problems


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], tuple[Layout | None, list[FieldError]]]]] = {
    "sms": _sms,
    "zalo": _zalo,
    "inbox": _inbox,
}


def _text(
    given: Mapping[str, Any], member: str, pointer: str, *, most: int = MOST_TEXT
) -> tuple[Pattern, list[FieldError]]:
    place, text = f"{pointer}/{member}", given.get(member)
    if not isinstance(text, str) or not text.strip():
        return Pattern(()), [FieldError(place, "required")]
    if len(text) > most:
        return Pattern(()), [FieldError(place, "length_max", {"max": most})]
    return parse_pattern(_nfc(text), place)


def _at_most(most: int) -> Callable[[str], bool]:
    return lambda text: len(_nfc(text)) <= most


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _as_json(message: Mapping[str, Any]) -> Rendered:
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return Rendered(body, "UTF-8", len(body.encode()), 0)
