"""How VNeID seals what it says: AES-ECB under a fresh key, and the key under the relying party's RSA key."""

import base64
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_FILE = Path(__file__).parent / "relying_party.pem"


class Seal:
    """`public_key` is the relying party's; `stranger` is one nobody here can open for."""

    def __init__(self) -> None:
        self.stranger = generate_private_key(public_exponent=65537, key_size=2048).public_key()
        self.registered()

    def registered(self) -> None:
        """Back to the key that ships with the sandbox."""
        self.register(_FILE.read_text(encoding="ascii"))

    def register(self, pem: str) -> None:
        """Seals for another relying party from now on. Raises ValueError for a text that is no RSA public key."""
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, RSAPublicKey):
            raise ValueError("not an RSA key")
        self.public_key = key

    def text(self, text: str, *, wrong_key: bool = False) -> tuple[str, str]:
        """(data, key) in base64, with a plus in both: a redirect carries them as they are, and that must be seen."""
        while True:
            data, key = self._once(text.encode(), self.stranger if wrong_key else self.public_key)
            if "+" in data and "+" in key:
                return data, key

    def document(self, document: dict[str, object], *, wrong_key: bool = False) -> dict[str, object]:
        """The answer that carries a JSON object."""
        data, key = self._once(
            json.dumps(document, ensure_ascii=False).encode(), self.stranger if wrong_key else self.public_key
        )
        return {"data": data, "key": key}

    @staticmethod
    def _once(content: bytes, public_key: RSAPublicKey) -> tuple[str, str]:
        aes_key, padder = os.urandom(32), PKCS7(128).padder()
        encryptor = Cipher(AES(aes_key), ECB()).encryptor()  # noqa: S305 - this is what the provider speaks
        sealed = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
        wrapped = public_key.encrypt(aes_key, PKCS1v15())
        return base64.b64encode(sealed).decode(), base64.b64encode(wrapped).decode()


def spoilt(data: str) -> str:
    """Sealed data whose last block is another, so that its padding is none."""
    octets = bytearray(base64.b64decode(data))
    octets[-1] ^= 0xFF
    return base64.b64encode(octets).decode()
