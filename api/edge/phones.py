"""Phones as callers write them."""

from kernel.errors import DomainError, FieldError
from kernel.texts.vietnam import BadPhone, parse_mobile


def read_phone(text: str, pointer: str) -> str:
    """`text` as E.164. Raises `invalid_fields` at `pointer`, saying what is wrong with the number."""
    try:
        return parse_mobile(text)
    except BadPhone as error:
        raise DomainError("invalid_fields", fields=[FieldError(pointer, error.code)]) from None
