"""What became of calls is recorded whatever happens to the database meanwhile, since only this process knows it."""

import time
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from outbound.jobs.ports import DeliveryNews

_RECORD_WITHIN_S: Final = 45.0
_LONGEST_PAUSE_S: Final = 1.0
N = TypeVar("N", bound=DeliveryNews)
_log = structlog.get_logger()


class Recorder(Generic[N]):
    """`record` is one transaction, `drain` a name for the log; `sleep` waits a number of seconds between tries."""

    def __init__(
        self, record: Callable[[Sequence[N]], bool], drain: str, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._record = record
        self._drain = drain
        self._sleep = sleep

    def __call__(self, news: Sequence[N]) -> bool:
        """Keeps trying while the database is away. True when something may have become due.

        News that the database refuses to store are recorded one by one, so that one cannot take the others with it;
        the lease of one that is refused alone runs out, and then it is asked about.
        """
        give_up_at, pause = time.monotonic() + _RECORD_WITHIN_S, 0.1
        while True:
            try:
                return self._record(news)
            except (DBAPIError, PoolTimeout, UnicodeError) as error:
                if not _passes(error):
                    return self._each(news, error)
                if time.monotonic() >= give_up_at:
                    raise
                _log.warning("outbound.record_again", drain=self._drain, error=type(error).__name__, number=len(news))
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _each(self, news: Sequence[N], error: Exception) -> bool:
        if len(news) == 1:
            which, kind = str(news[0].delivery_id), type(error).__name__
            _log.error("outbound.not_recorded", drain=self._drain, delivery_id=which, error=kind)
            return False
        more = False
        for item in news:
            more = self([item]) or more
        return more


def _passes(error: Exception) -> bool:
    """Whether trying again can help: the connection was lost, refused or blocked, not the values refused."""
    return not isinstance(error, DataError | IntegrityError | ProgrammingError | UnicodeError)
