"""How the failure of a log-in is told: one word to the caller, the reason to the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import structlog

from auth.eid.http import EidRefused, EidUnreachable, JsonClient
from kernel.errors import DomainError

# A person waits: what asks for more than a few minutes is tried again by hand.
_RETRY_AFTER_S, _LONGEST_RETRY_AFTER_S = 5, 300
_log = structlog.get_logger()


def unavailable(error: EidUnreachable | EidRefused) -> DomainError:
    _log.warning("login.provider_unavailable", reason=str(error))
    said = error.retry_after_s if isinstance(error, EidUnreachable) else None
    said_s = min(ceil(said or 0), _LONGEST_RETRY_AFTER_S)
    return DomainError("eid_unavailable", retry_after=max(said_s, _RETRY_AFTER_S))


def refused(reason: str) -> DomainError:
    """`reason` is a word of ours for the log, never a value of the exchange."""
    _log.warning("login.refused", reason=reason)
    return DomainError("login_failed")


@contextmanager
def admitted(client: JsonClient) -> Iterator[None]:
    """One log-in of those that may wait for the provider at once. Raises `eid_unavailable`."""
    try:
        with client.login():
            yield
    except EidUnreachable as error:
        raise unavailable(error) from None


@contextmanager
def exchange_errors() -> Iterator[None]:
    """Turns what goes wrong in an exchange into `eid_unavailable` or `login_failed`."""
    try:
        yield
    except EidUnreachable as error:
        raise unavailable(error) from None
    except EidRefused as error:
        raise refused(error.reason) from None
