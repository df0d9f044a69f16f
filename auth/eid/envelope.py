"""VNeID's envelope: an AES key wrapped with our RSA key (PKCS#1 v1.5), and data under it (AES-ECB, PKCS#7).

Neither would be anybody's choice; both are what the provider speaks. So that nobody can use us to find out what a
ciphertext holds, a key that does not unwrap is replaced by a random one, and all that goes wrong afterwards goes wrong
in one way. OpenSSL does the same inside RSA (implicit rejection), without a difference in time.
"""

import base64
import binascii
import secrets
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.padding import PKCS7

from auth.eid.answers import read_json
from auth.eid.http import EidRefused

_KEY_LENGTHS: Final = frozenset({16, 24, 32})
_BLOCK: Final = 16
_MEMBERS: Final = ("data", "key")


class Envelopes:
    """Opens what was sealed for one private key."""

    def __init__(self, private_key: RSAPrivateKey) -> None:
        self._private_key = private_key

    def open(self, data: str, key: str) -> bytes:
        """The content; `data` and `key` are base64. Raises EidRefused `envelope`, whatever is wrong."""
        sealed, aes_key = _octets(data), self._unwrap(_octets(key))
        if not sealed or len(sealed) % _BLOCK:
            raise EidRefused("envelope")
        decryptor = Cipher(AES(aes_key), ECB()).decryptor()  # noqa: S305 - the provider's choice, see above
        padded = decryptor.update(sealed) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK * 8).unpadder()
        try:
            return unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            raise EidRefused("envelope") from None

    def document(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The object inside `{"data": …, "key": …}`; an answer with neither member is the object itself.

        Raises EidRefused `envelope`.
        """
        if not any(member in answer for member in _MEMBERS):
            return answer
        data, key = (answer.get(member) for member in _MEMBERS)
        if not isinstance(data, str) or not isinstance(key, str):
            raise EidRefused("envelope")
        try:
            document = read_json(self.open(data, key))
        except ValueError:
            raise EidRefused("envelope") from None
        if not isinstance(document, dict):
            raise EidRefused("envelope")
        return document

    def _unwrap(self, wrapped: bytes) -> bytes:
        stand_in = secrets.token_bytes(32)
        try:
            key = self._private_key.decrypt(wrapped, PKCS1v15())
        except ValueError:
            # Only what anyone can see of the ciphertext ends here: that it is too long, too short, or too large.
            return stand_in
        return key if len(key) in _KEY_LENGTHS else stand_in


def _octets(text: str) -> bytes:
    """Base64 with or without line breaks; nothing for a text that is none."""
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""
