"""How much of everything one worker takes, and for how long it waits."""

from dataclasses import dataclass
from typing import Final

WORKERS: Final = 2
THREADS: Final = 8
KIB: Final = 1024
MIB: Final = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds end in `_s`, octets in `_octets`. A pace is an average that counts from the moment `patience_s` has gone.

    `kept_s` is longer than the minute for which proxies keep a connection: were ours to close first, a report sent at
    that moment would be lost between the two.
    """

    kept_s: float = 75.0
    head_s: float = 20.0
    head_octets: int = 32 * KIB
    head_fields: int = 100
    address_octets: int = 16 * KIB
    pipelined: int = 32
    # A phone in a tunnel brings nothing for most of a minute; less than a line of text a second is no phone.
    silence_s: float = 60.0
    patience_s: float = 60.0
    pace_octets: int = 64
    # A body longer than this is asked about before it is taken, and lies in a file beyond `memory_octets`.
    unasked_octets: int = 64 * KIB
    memory_octets: int = 256 * KIB
    spool_octets: int = 256 * MIB
    # What is held of bodies and answers in memory, all connections together.
    held_octets: int = 24 * MIB
    piece_octets: int = MIB
    # Pieces of an upload become this small when half of `held_octets` is in use.
    small_piece_octets: int = 128 * KIB
    connections: int = 4096
    waiting_calls: int = 512
    written_octets: int = 64 * KIB
    unread_s: float = 30.0
    lingering_s: float = 5.0
    lingering_octets: int = 32 * MIB
    # The supervisor kills after ten seconds.
    grace_s: float = 8.0
