"""How a request says what becomes of keys and memberships that rest on somebody whose rights end or shrink."""

from typing import Any, Final
from uuid import UUID

from marshmallow import fields, validate

from api.edge.schemas import RequestSchema
from auth.organisations.service.succession import Fate
from kernel.errors import DomainError, FieldError
from mobile_contract.vocabulary import GRANT_FATES

REMAIN: Final = "grants_remain"


class GrantsRequest(RequestSchema):
    """Members of a request that ends or narrows somebody's rights."""

    grants = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(GRANT_FATES),
        metadata={
            "description": "What becomes of keys and members that rest on them: `end`, or `take_over` by `heir`. Left "
            "out while there are any: 409 `grants_remain`, which names them."
        },
    )
    heir = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Who takes them over: a member, or an officer, who holds as much. With `take_over`."},
    )


def asked_fate(sent: dict[str, Any], *, prefix: str = "/") -> Fate | None:
    """What the request says, taken out of it. Raises `invalid_fields` for an heir where there is nothing to take over,
    and for nobody where there is.
    """
    how: str | None = sent.pop("grants", None)
    heir: UUID | None = sent.pop("heir", None)
    pointer = f"{prefix}heir"
    if (how == "take_over") is not (heir is not None):
        raise DomainError("invalid_fields", fields=[FieldError(pointer, "required" if heir is None else "unknown")])
    if how is None:
        return None
    return Fate("take_over" if how == "take_over" else "end", heir, pointer)
