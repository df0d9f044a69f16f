"""Whether a PDF opens without a password. Pure.

A PDF may be encrypted with an owner's password alone, which forbids printing or changing and lets everybody read: such
a file opens with the empty user password. What asks the officer for one cannot be a paper.
A file may also be a cover that opens and asks for a password to see the document inside: no paper either.
Source: ISO 32000-2, 7.6 (standard security handler, revisions 2 to 6; unencrypted wrapper document).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAD: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ENCRYPT: Final = re.compile(rb"/Encrypt\s*(?:(\d{1,9})\s+(\d{1,5})\s+R\b|(?=<<))")
_COVER: Final = re.compile(rb"/AFRelationship\s*/EncryptedPayload\b")
_ID: Final = re.compile(rb"/ID\s*\[\s*(?=[(<])")
_TOKEN: Final = re.compile(
    rb"\s*(?:%[^\r\n]*[\r\n]\s*)*(?P<mark><<|>>|\[|\]|\(|<|/[^\s()<>\[\]{}/%]*|[^\s()<>\[\]{}/%]+)", re.DOTALL
)
_DICTIONARY: Final = 8192
_MOST_TRIED: Final = 8
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r": b"", b"\n": b""}


@dataclass(frozen=True, slots=True)
class _Handler:
    """The entries of an encryption dictionary that decide about the user password."""

    revision: int
    key_octets: int
    owner: bytes
    user: bytes
    permissions: int
    metadata: bool


def opens_without_password(content: bytes) -> bool:
    """False for a PDF that asks for a password or a certificate. Where nothing is encrypted, True."""
    if _COVER.search(content):
        return False
    for found in islice(reversed(list(_ENCRYPT.finditer(content))), _MOST_TRIED):
        entries = _entries(content, found)
        if entries is not None:
            return _opens(entries, _ids(content))
    return True


def _entries(content: bytes, found: re.Match[bytes]) -> dict[bytes, Any] | None:
    """The encryption dictionary that a trailer names, or None where nothing of that name is here."""
    if found[1] is None:
        return _dictionary(content[found.end() : found.end() + _DICTIONARY])
    named = re.compile(rb"(?<!\d)%d\s+%d\s+obj\s*(?=<<)" % (int(found[1]), int(found[2])))
    places = [match.end() for match in named.finditer(content)]
    return _dictionary(content[places[-1] : places[-1] + _DICTIONARY]) if places else None


def _opens(entries: dict[bytes, Any], ids: list[bytes]) -> bool:
    handler = _handler(entries)
    if handler is None:
        return False
    if handler.revision >= 5:
        return _hash(handler.revision, handler.user[32:40]) == handler.user[:32]
    return any(_user_entry_fits(handler, each) for each in ids)


def _handler(entries: dict[bytes, Any]) -> _Handler | None:
    """None for a handler that is not the standard one, or not whole."""
    numbers = {name: _number(entries.get(name)) for name in (b"R", b"V", b"P", b"Length")}
    owner, user = entries.get(b"O"), entries.get(b"U")
    if entries.get(b"Filter") != b"/Standard" or not isinstance(owner, bytes) or not isinstance(user, bytes):
        return None
    revision, permissions = numbers[b"R"], numbers[b"P"]
    if revision is None or permissions is None or not 2 <= revision <= 6:
        return None
    bits = 40 if revision == 2 else 128 if (numbers[b"V"] or 0) >= 4 else numbers[b"Length"] or 40
    return _Handler(
        revision=revision,
        key_octets=min(max(bits // 8, 5), 16),
        owner=owner[:32],
        user=user[:48],
        permissions=permissions & 0xFFFFFFFF,
        metadata=entries.get(b"EncryptMetadata") != b"false",
    )


def _user_entry_fits(handler: _Handler, document_id: bytes) -> bool:
    """Algorithms 2, 4 and 5 with the empty password."""
    seed = _PAD + handler.owner + handler.permissions.to_bytes(4, "little") + document_id
    if handler.revision >= 4 and not handler.metadata:
        seed += b"\xff\xff\xff\xff"
    key = _md5(seed)[: handler.key_octets]
    if handler.revision == 2:
        return _rc4(key, _PAD) == handler.user[:32]
    for _ in range(50):
        key = _md5(key)[: handler.key_octets]
    entry = _md5(_PAD + document_id)
    for turn in range(20):
        entry = _rc4(bytes(octet ^ turn for octet in key), entry)
    return entry == handler.user[:16]


def _hash(revision: int, salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password; revision 5 stops at its first line."""
    key = hashlib.sha256(salt).digest()
    if revision == 5:
        return key
    turn, last = 0, 0
    while turn < 64 or last > turn - 32:
        cipher = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        sealed = cipher.update(key * 64) + cipher.finalize()
        name = ("sha256", "sha384", "sha512")[sum(sealed[:16]) % 3]
        key = hashlib.new(name, sealed).digest()
        turn, last = turn + 1, sealed[-1]
    return key[:32]


def _rc4(key: bytes, content: bytes) -> bytes:
    state, swap = list(range(256)), 0
    for at in range(256):
        swap = (swap + state[at] + key[at % len(key)]) % 256
        state[at], state[swap] = state[swap], state[at]
    out, left, right = bytearray(), 0, 0
    for octet in content:
        left = (left + 1) % 256
        right = (right + state[left]) % 256
        state[left], state[right] = state[right], state[left]
        out.append(octet ^ state[(state[left] + state[right]) % 256])
    return bytes(out)


def _md5(content: bytes) -> bytes:
    # The format prescribes it; nothing of ours rests on it.
    return hashlib.md5(content, usedforsecurity=False).digest()


def _ids(content: bytes) -> list[bytes]:
    """What may be the document's own id: the first of each pair, the newest first, and none at all."""
    found = [_string(content, match.end())[0] for match in islice(_ID.finditer(content), 64)]
    return [*dict.fromkeys(reversed(found)), b""][:_MOST_TRIED]


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, bytes) and re.fullmatch(rb"[+-]?\d{1,10}", value) else None


def _dictionary(text: bytes) -> dict[bytes, Any]:
    """The outer entries of the dictionary at the beginning of `text`; of a nested value nothing is kept."""
    entries: dict[bytes, Any] = {}
    key: bytes | None = None
    for depth, value in _tokens(text):
        if depth != 1:
            key = key if depth > 1 else None
            continue
        if key is None:
            key = value[1:] if isinstance(value, bytes) and value.startswith(b"/") else None
        else:
            entries[key], key = value, None
    return entries


def _tokens(text: bytes) -> Iterator[tuple[int, Any]]:
    """(depth, token) until the first dictionary closes. A nested value ends with one None at the depth it stands in."""
    at, depth = 0, 0
    while found := _TOKEN.match(text, at):
        mark, at = found["mark"], found.end()
        if mark in (b"<<", b"["):
            depth += 1
        elif mark in (b">>", b"]"):
            depth -= 1
            if depth == 0:
                return
            yield depth, None
        elif mark in (b"(", b"<"):
            value, at = _string(text, found.start("mark"))
            yield depth, value
        else:
            yield depth, mark


def _string(text: bytes, at: int) -> tuple[bytes, int]:
    """The string that begins at `at`, and where it ends."""
    if text[at : at + 1] == b"<":
        end = text.find(b">", at)
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", text[at + 1 : end if end >= 0 else at + 1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()), (end + 1 if end >= 0 else len(text))
    out, depth, at = bytearray(), 1, at + 1
    while at < len(text):
        sign = text[at : at + 1]
        if sign == b"\\":
            plain, at = _escaped(text, at + 1)
            out += plain
            continue
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        at += 1
        if depth == 0:
            break
        out += sign
    return bytes(out), at


def _escaped(text: bytes, at: int) -> tuple[bytes, int]:
    octal = re.compile(rb"[0-7]{1,3}").match(text, at)
    if octal is not None:
        return bytes([int(octal[0], 8) & 0xFF]), octal.end()
    sign = text[at : at + 1]
    if text[at : at + 2] == b"\r\n":
        return b"", at + 2
    return _ESCAPES.get(sign, sign), at + 1
