"""Our RSA key with a provider that seals its answers for us."""

from importlib.resources import files
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kernel.settings import Environment

NAME: Final = "MOTCUA_EID_PRIVATE_KEY"
_LEAST_BITS: Final = 2048


def sandbox_private_key() -> str:
    """The key whose public half the sandbox seals for. Its text begins with the mark of a sandbox key."""
    return files("auth").joinpath("data/sandbox_eid_key.pem").read_text(encoding="ascii")


def read_private_key(env: Environment) -> RSAPrivateKey:
    """From MOTCUA_EID_PRIVATE_KEY, a PEM whose line breaks may be written as `\\n`. Notes a problem if it is none."""
    said = env.secret(NAME, sandbox_private_key())
    key = _load(said.replace("\\n", "\n"))
    if key is None:
        if said:
            env.problems.append(
                f"{NAME}: an RSA private key of {_LEAST_BITS} bits or more in PEM, without a passphrase"
            )
        # Never used: the caller refuses to boot with a problem noted.
        return generate_private_key(public_exponent=65537, key_size=_LEAST_BITS)
    sandboxes = _load(sandbox_private_key())
    if env.production and sandboxes is not None and key.public_key() == sandboxes.public_key():
        env.problems.append(f"{NAME}: a sandbox key is not allowed in production")
    return key


def _load(pem: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_BITS else None
