"""A wall clock that a drill can step, for every Python process that finds this folder on its path.

Python runs a module of this name before anything else. The wall clock alone is stepped: monotonic time, by which
timeouts and sleeps are measured, goes on as it does when a machine's clock is set. Seconds of offset are read from a
mapped file at every look, so that processes that run already see the step as well.
"""

import datetime as dt
import mmap
import os
import struct
import time
from pathlib import Path
from typing import Any, Final, TypeAlias

_REAL: TypeAlias = dt.datetime
_NANOSECONDS: Final = 10**9


class _AlsoReal(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _REAL)


def _install(offset: mmap.mmap) -> None:
    real_time, real_time_ns, localtime, gmtime = time.time, time.time_ns, time.localtime, time.gmtime

    def step() -> float:
        return float(struct.unpack_from("d", offset)[0])

    class SteppedDatetime(_REAL, metaclass=_AlsoReal):
        """Makes real ones, so that nobody downstream meets a kind of its own."""

        def __new__(cls, *parts: Any, **named: Any) -> Any:
            return _REAL(*parts, **named)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return _REAL.fromtimestamp(real_time() + step(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return _REAL.fromtimestamp(real_time() + step(), dt.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    SteppedDatetime.__name__ = SteppedDatetime.__qualname__ = _REAL.__name__
    SteppedDatetime.__module__ = _REAL.__module__
    stepped = {
        "time": lambda: real_time() + step(),
        "time_ns": lambda: real_time_ns() + int(step() * _NANOSECONDS),
        "localtime": lambda at=None: localtime(real_time() + step() if at is None else at),
        "gmtime": lambda at=None: gmtime(real_time() + step() if at is None else at),
    }
    for name, function in stepped.items():
        setattr(time, name, function)
    dt.datetime = SteppedDatetime  # type: ignore[misc]


_file = os.environ.get("DRILL_WALL_CLOCK")
if _file:
    with Path(_file).open("rb") as _opened:
        _install(mmap.mmap(_opened.fileno(), 8, access=mmap.ACCESS_READ))
