"""Our RSA key with a provider that seals its answers for us."""

from importlib.resources import files
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kernel.configuration.kinds import SANDBOX_MARK, Setting, Unfit

_LEAST_BITS: Final = 2048


def sandbox_private_key() -> str:
    """The key whose public half the sandbox seals for. Its text begins with the mark of a sandbox key."""
    return files("auth").joinpath("data/sandbox_eid_key.pem").read_text(encoding="ascii")


class PrivateKey(Setting[RSAPrivateKey]):
    """An RSA key as a PEM, whose line breaks may be written as `\\n`; in production not the sandbox's."""

    def parse(self, said: str) -> RSAPrivateKey:
        key = _load(said)
        if key is None:
            raise Unfit(
                f"cần khóa riêng RSA từ {_LEAST_BITS} bit, dạng PEM, không mật khẩu",
                f"an RSA private key of {_LEAST_BITS} bits or more in PEM, without a passphrase",
            )
        return key

    def judge_for_production(self, said: str) -> None:
        key, sandboxes = _load(said), _load(sandbox_private_key())
        is_sandboxes = key is not None and sandboxes is not None and key.public_key() == sandboxes.public_key()
        if is_sandboxes or said.startswith(SANDBOX_MARK):
            raise Unfit("không dùng khóa thử khi chạy thật", "a sandbox key is not allowed in production")

    def nothing(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=_LEAST_BITS)


PRIVATE_KEY: Final = PrivateKey("MOTCUA_EID_PRIVATE_KEY", sandbox_private_key(), in_production=None)


def _load(pem: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_BITS else None
