"""Look-up without login: the code and the short secret printed on the slip, answered alike when either is wrong."""

import hmac
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from kernel.errors import DomainError
from kernel.vault import Vault
from tracking.codes import normalise_code, normalise_secret
from tracking.models import SECRET_FIELD
from tracking.reading.views import Reader

_FIND = text("SELECT id, lookup_secret FROM dossier WHERE code = :code")
# Opened in place of a secret when the code is unknown, so that both answers cost the same.
_NOBODY = UUID(int=0)


def look_up(reader: Reader, code: str, secret: str) -> dict[str, Any]:
    """What the holder of code and secret may see. Raises `lookup_failed` for any wrong pair, always the same way."""
    view = reader.public(named_by(reader.connection, reader.vault, code, secret))
    if view is None:
        raise DomainError("lookup_failed")
    return view


def named_by(connection: Connection, vault: Vault, code: str, secret: str) -> UUID:
    """The dossier that code and secret name together. Raises `lookup_failed`."""
    row = connection.execute(_FIND, {"code": normalise_code(code) or ""}).one_or_none()
    holder, sealed = (row.id, row.lookup_secret) if row and row.lookup_secret else (_NOBODY, None)
    if sealed is None:
        sealed = vault.seal(SECRET_FIELD, _NOBODY, "--------")
    expected = vault.open(SECRET_FIELD, holder, sealed)
    same = hmac.compare_digest(expected.encode(), (normalise_secret(secret) or "").encode())
    if not same or holder == _NOBODY:
        raise DomainError("lookup_failed")
    return holder
