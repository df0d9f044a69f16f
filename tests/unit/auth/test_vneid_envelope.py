"""What VNeID seals for us: the known answer, and everything that is none."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st

from auth.eid.envelope import Envelopes
from auth.eid.http import EidRefused

KNOWN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "vneid_envelope.json").read_text("utf-8"))


def known_key() -> RSAPrivateKey:
    numbers = KNOWN["rsa_key_of_this_vector_alone"]
    p, q, e = int(numbers["p"]), int(numbers["q"]), int(numbers["e"])
    d = pow(e, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(e, p * q)
    return RSAPrivateNumbers(p, q, d, rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q), public).private_key()


KEY = known_key()
ENVELOPES = Envelopes(KEY)
DATA, WRAPPED = KNOWN["response"]["data"], KNOWN["response"]["key"]


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def sealed(padded: bytes, aes_key: bytes = bytes(16)) -> tuple[str, str]:
    """Data that has its padding already."""
    encryptor = Cipher(AES(aes_key), ECB()).encryptor()  # noqa: S305
    return b64(encryptor.update(padded) + encryptor.finalize()), b64(KEY.public_key().encrypt(aes_key, PKCS1v15()))


def reason(data: str, key: str) -> str:
    # One in 256 random texts happens to end like a padded one; none is the JSON of an object.
    with pytest.raises(EidRefused) as raised:
        ENVELOPES.document({"data": data, "key": key})
    return raised.value.reason


def test_the_known_answer_is_opened() -> None:
    assert ENVELOPES.document(KNOWN["response"]) == KNOWN["expected"]


def test_an_answer_that_is_not_sealed_is_itself() -> None:
    assert ENVELOPES.document({"access_token": "x"}) == {"access_token": "x"}


@pytest.mark.parametrize("length", [16, 24, 32])
def test_every_length_of_key_opens(length: int) -> None:
    assert ENVELOPES.open(*sealed(b"ho so" + bytes([11]) * 11, bytes(length))) == b"ho so"


def test_line_breaks_in_base64_do_no_harm() -> None:
    folded = "\r\n".join(DATA[at : at + 76] for at in range(0, len(DATA), 76))
    assert json.loads(ENVELOPES.open(folded, WRAPPED + "\n")) == KNOWN["expected"]


def test_everything_that_is_wrong_is_wrong_in_one_way() -> None:
    stranger = b64(bytes(range(256)))
    bad_padding = sealed(b"x" * 15 + b"\x00")
    assert {
        reason(DATA, stranger),
        reason(DATA, b64(bytes(256))),
        reason(DATA, b64(b"\xff" * 256)),
        reason(DATA, b64(b"short")),
        reason(DATA, ""),
        reason(DATA, "không phải base64"),
        reason(DATA, WRAPPED.replace("+", " ")),
        reason(DATA[:-4], WRAPPED),
        reason("", WRAPPED),
        reason(*bad_padding),
        reason(*sealed(b"x" * 16)),
        reason(DATA, sealed(b"x" * 16, bytes(16))[1]),
        reason(DATA, b64(KEY.public_key().encrypt(b"not an AES key", PKCS1v15()))),
    } == {"envelope"}


@pytest.mark.parametrize(
    "answer",
    [
        {"data": DATA},
        {"key": WRAPPED},
        {"data": DATA, "key": None},
        {"data": [DATA], "key": WRAPPED},
        dict(zip(("data", "key"), sealed(b"[1]" + bytes([13]) * 13), strict=True)),
        dict(zip(("data", "key"), sealed(b"{" + bytes([15]) * 15), strict=True)),
        dict(zip(("data", "key"), sealed(b"\xff" + bytes([15]) * 15), strict=True)),
    ],
)
def test_half_an_envelope_or_one_without_an_object_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(EidRefused) as raised:
        ENVELOPES.document(answer)
    assert raised.value.reason == "envelope"


@given(octets=st.binary(max_size=300), wrapped=st.binary(min_size=256, max_size=256))
def test_no_octets_do_anything_else(octets: bytes, wrapped: bytes) -> None:
    assert reason(b64(octets), b64(wrapped)) == reason(b64(octets), WRAPPED) == "envelope"
