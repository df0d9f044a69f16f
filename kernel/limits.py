"""Limits on tries, counted in Valkey; when Valkey is away each process counts for itself, so a limit never vanishes."""

import time
from threading import Lock

import redis

from kernel.errors import DomainError

_SCRIPT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('TTL', KEYS[1])}
"""
_LOCAL_KEYS = 50_000


class Limiter:
    """Fixed windows. Keys must be digests or ids, never a phone or an identity number in the clear."""

    def __init__(self, connection: redis.Redis) -> None:
        self._script = connection.register_script(_SCRIPT)
        self._local: dict[str, tuple[int, float]] = {}
        self._lock = Lock()
        self._away_until = 0.0

    def hit(self, bucket: str, key: str, *, limit: int, window_s: int) -> None:
        """Counts one try; raises `too_many_requests` (retry_after, seconds) past `limit` tries in `window_s`."""
        name = f"motcua:limit:{bucket}:{key}"
        count, left = self._count(name, window_s)
        if count > limit:
            raise DomainError("too_many_requests", retry_after=max(left, 1))

    def _count(self, name: str, window_s: int) -> tuple[int, int]:
        if time.monotonic() >= self._away_until:
            try:
                count, left = self._script(keys=[name], args=[window_s])
                return int(count), int(left)
            except redis.RedisError:
                self._away_until = time.monotonic() + 1.0
        return self._count_here(name, window_s)

    def _count_here(self, name: str, window_s: int) -> tuple[int, int]:
        now = time.monotonic()
        with self._lock:
            count, ends = self._local.pop(name, (0, now + window_s))
            if ends <= now:
                count, ends = 0, now + window_s
            if len(self._local) >= _LOCAL_KEYS:
                # What was tried longest ago goes: a flood of made-up keys must not wipe out what it floods beside.
                del self._local[next(iter(self._local))]
            self._local[name] = (count + 1, ends)
        return count + 1, int(ends - now) + 1
