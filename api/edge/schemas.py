"""Bases of every schema: requests refuse what they do not know, answers say what they always hold.

Error messages of marshmallow are replaced by codes, so that the mapper can speak both languages and echoes no value.
"""

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Self

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate
from marshmallow.schema import SchemaMeta

from kernel.clock import local
from kernel.texts.folding import typed

_CODES_BY_KEY: Final = {"required": "required", "null": "null", "unknown": "choice", "choice": "choice"}
_CODES_BY_VALIDATOR: Final[tuple[tuple[type[validate.Validator], str], ...]] = (
    (validate.OneOf, "choice"),
    (validate.ContainsOnly, "choice"),
    (validate.Email, "email"),
)
_SEVERAL: Final = (fields.List, fields.Tuple, fields.Dict)
"""Fields whose length is a number of items, not of characters."""


class _Shared(SchemaMeta):
    """Schemas of a class made without options are one. None changes once it is made, and each copies all its fields."""

    _one: Any = None

    def __call__(self, **options: Any) -> Any:
        # A nested field says its defaults.
        if any(options.values()):
            return super().__call__(**options)
        if "_one" not in vars(self):
            self._one = super().__call__()
        return self._one


class SharedSchema(Schema, metaclass=_Shared):
    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self


class RequestSchema(SharedSchema):
    """What a caller sends. Unknown members are refused, and named."""

    error_messages = {"unknown": "unknown", "type": "invalid"}  # noqa: RUF012 - marshmallow's own declaration

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if type(field_obj) is fields.Boolean:
            raise TypeError(f"{field_name}: a Switch, or a QuerySwitch")
        speak_in_codes(field_obj)


class AnswerSchema(SharedSchema):
    """What the system answers. Every member is always there unless its metadata says `sometimes`; may gain members."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002
        field_obj.required = not field_obj.metadata.get("sometimes", False)


class Switch(fields.Boolean):
    """`true` or `false` of JSON and nothing else: a form that sends "no" or 0 has not decided anything."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        if value is True or value is False:
            return bool(value)
        raise self.make_error("invalid", input=value)


class QuerySwitch(Switch):
    """The same in a query, where the two are words."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return super()._deserialize({"true": True, "false": False}.get(value, value), attr, data, **kwargs)


class Text(fields.String):
    """Text in NFC, without control characters other than line breaks and tabs. Length bounds are in characters."""

    _ALLOWED = frozenset("\n\r\t")

    def __init__(self, *, low: int = 0, high: int = 2000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        bounds = validate.Length(min=low or None, max=high)
        self.validators = [bounds, *self.validators]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs))
        # What can be printed holds neither: most texts need no second look, character by character.
        if not text.isprintable() and any(
            unicodedata.category(sign) in ("Cc", "Cs") and sign not in self._ALLOWED for sign in text
        ):
            raise ValidationError("control_characters")
        return text


class Shape(validate.Regexp):
    """A text is the whole pattern and nothing else. `code` names the refusal, whose text says what the form is.

    The contract quotes the pattern as ECMA-262 reads it, so it is written in what both languages share. There `\\d` is
    ASCII alone and `$` the very end; Python's `$` would let a line break follow.
    """

    def __init__(self, pattern: str, code: str = "pattern") -> None:
        if not (pattern.startswith("^") and pattern.endswith("$")):
            raise ValueError("a pattern says where it begins and ends")
        super().__init__(pattern, re.ASCII)
        self.code = code

    def __call__(self, value: Any) -> Any:
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self.code)
        return value


class Words(Text):
    """A text that people read: it has a letter or a digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not any(sign.isalnum() for sign in text):
            raise ValidationError("says_nothing")
        return text


class Line(Text):
    """Text of one line, trimmed."""

    _ALLOWED = frozenset()

    def __init__(self, *, low: int = 1, high: int = 200, **kwargs: Any) -> None:
        super().__init__(low=low, high=high, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value.strip() if isinstance(value, str) else value, attr, data, **kwargs)


class Typed(Line):
    """A code or a number that people type or paste; invisible characters are removed before it is judged."""

    _MOST_RAW: Final = 1000

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        meant = typed(value) if isinstance(value, str) and len(value) <= self._MOST_RAW else value
        return super()._deserialize(meant, attr, data, **kwargs)


class Grouped(Typed):
    """A number whose digits people group: blanks and full stops between them do not count, nor the kind of dash."""

    _BETWEEN: Final = re.compile(r"(?<=[0-9])[ .]+(?=[0-9])|\s*(-)\s*")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return self._BETWEEN.sub(lambda between: between[1] or "", text)


class Map(fields.Dict):
    """Values by name. What is wrong with one is reported at its name: marshmallow's own says "value" in between."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            found = {name: inner.get("value", inner.get("key")) for name, inner in error.messages.items()}
            raise ValidationError(found) from None


class Instant(fields.AwareDateTime):
    """RFC 3339 with an offset: read into UTC, written in +07:00."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else local(value).isoformat(timespec="seconds")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        read: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            return read.astimezone(UTC)
        except OverflowError:
            raise ValidationError("invalid") from None


class FieldProblemSchema(AnswerSchema):
    pointer = fields.String(metadata={"sometimes": True, "description": "JSON pointer into the request body."})
    parameter = fields.String(metadata={"sometimes": True, "description": "Name of a query parameter."})
    code = fields.String()
    message = fields.String()


class ProblemSchema(AnswerSchema):
    """RFC 9457; further members carry what the detail speaks of."""

    type = fields.String(metadata={"description": "urn:motcua:problem:<code>"})
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Nested(FieldProblemSchema), metadata={"sometimes": True})


def speak_in_codes(field: fields.Field[Any]) -> None:
    """Makes a field, what it contains and its validators refuse in the codes of `FIELD_TEXTS`."""
    field.error_messages = _codes(tuple(field.error_messages))
    for validator in field.validators:
        if isinstance(validator, validate.Validator):
            validator.error = _code(validator, counted="items" if isinstance(field, _SEVERAL) else "length")
    if isinstance(field, fields.List):
        speak_in_codes(field.inner)
    elif isinstance(field, fields.Dict):
        for inner in (field.key_field, field.value_field):
            if inner is not None:
                speak_in_codes(inner)


@cache
def _codes(keys: tuple[str, ...]) -> dict[str, Any]:
    """The same for all fields of a kind."""
    return {key: _CODES_BY_KEY.get(key, "invalid") for key in keys}


def _code(validator: validate.Validator, *, counted: str) -> str:
    if isinstance(validator, validate.Length):
        return _bounds(counted, validator.min, validator.max, validator.equal)
    if isinstance(validator, validate.Range):
        return _bounds("range", validator.min, validator.max)
    if isinstance(validator, Shape):
        return validator.code
    return next((code for kind, code in _CODES_BY_VALIDATOR if isinstance(validator, kind)), "invalid")


def _bounds(kind: str, low: Any, high: Any, equal: Any = None) -> str:
    if equal is not None:
        return f"{kind}_equal|equal={equal}"
    if low is None:
        return f"{kind}_max|max={high}"
    return f"{kind}_min|min={low}" if high is None else f"{kind}_between|min={low}|max={high}"
