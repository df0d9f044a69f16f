"""SMS by "Trạm", an invented gateway: POST /messages {"id", "to", "text"} answers {"ref"}; an id it knows, 409."""

from collections.abc import Sequence
from json import dumps, loads
from typing import Any, Final

import aiohttp

from kernel.retry_after import retry_after_s
from notify.channels.port import Certainty, Outgoing, Question, Sighting
from outbound.jobs.outcomes import AskFailed, Outcome, OutcomeKind

_TRY_LATER: Final = frozenset({429, 500, 502, 503, 504})


class TramGateway:
    """A `port.Gateway`. A call whose end nobody saw is made again under its id, which Trạm refuses if known."""

    name = "tram"
    certainty = Certainty.DEDUPES

    def __init__(self, base_url: str, token: str, timeout_s: float = 8.0) -> None:
        self.timeout_s = timeout_s
        self._url = f"{base_url}/messages"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Outgoing) -> Outcome:
        body = dumps({"id": message.reference, "to": message.to, "text": message.body}).encode()
        try:
            async with self._open().post(self._url, data=body, allow_redirects=False) as answer:
                return _read(answer.status, await answer.read(), retry_after_s(answer.headers))
        except aiohttp.ClientConnectorError as error:
            # Not a byte was written, so the gateway cannot have the message.
            return Outcome(OutcomeKind.TRANSIENT, code="no_connection", reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Outcome(OutcomeKind.UNKNOWN, code="no_answer", reason=type(error).__name__)

    async def find(self, question: Question) -> Sequence[Sighting]:
        """Trạm lists nothing."""
        del question
        raise AskFailed("this gateway cannot be asked")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            limits = aiohttp.ClientTimeout(total=self.timeout_s, connect=self.timeout_s / 2)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=limits)
        return self._session


def _read(status: int, said: bytes, wait_s: float | None) -> Outcome:
    if status in (200, 409):
        try:
            told: Any = loads(said)
            return Outcome(OutcomeKind.ACCEPTED, ref=str(told["ref"]))
        except (ValueError, KeyError, TypeError):
            # It said yes in a way that we cannot read: it may well have the message.
            return Outcome(OutcomeKind.UNKNOWN, code="bad_answer", reason="no ref")
    if status in _TRY_LATER:
        return Outcome(OutcomeKind.TRANSIENT, code=f"http_{status}", retry_after_s=wait_s)
    # 401 and 403 speak of our account: a person must look, and another gateway may take the message.
    ours = status in (401, 403)
    return Outcome(OutcomeKind.PERMANENT, code=f"http_{status}", operator=ours, elsewhere=ours)
