"""The chain of before, whose links needed no key: recomputed once, while it is brought over to keyed links.

What had been changed in it without care is found then and written down for good, as an act of the trail.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from kernel.vault import Vault


def plain_link(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """The link that the older versions computed for an entry."""
    content = [
        str(row["id"]),
        row["at"].astimezone(UTC).isoformat(),
        row["actor_kind"],
        str(row["actor_id"]),
        str(row["session_id"]),
        row["action"],
        row["object_type"],
        str(row["object_id"]),
        row["details"],
    ]
    return hashlib.sha256(previous + json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).digest()


def plain_signature(vault: Vault, position: int, head: bytes) -> bytes:
    """The signature that the older versions gave a checkpoint."""
    return hmac.digest(vault.derive("audit checkpoint"), position.to_bytes(8, "big") + head, hashlib.sha256)
