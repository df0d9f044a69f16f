"""Rows become frozen values: what a use case hands out, and what outlives its transaction."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Shape = TypeVar("Shape", bound=DataclassInstance)
else:
    Shape = TypeVar("Shape")


def frozen(shape: type[Shape], row: object, **own: Any) -> Shape:
    """A dataclass filled from the attributes of `row` that are called like its fields; `own` are those that are not."""
    names = (field.name for field in fields(shape) if field.init and field.name not in own)
    return shape(**{name: getattr(row, name) for name in names}, **own)
