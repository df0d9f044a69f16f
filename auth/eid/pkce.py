"""Proof Key for Code Exchange, method S256 (RFC 7636)."""

import base64
import hashlib

METHOD = "S256"


def code_challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
