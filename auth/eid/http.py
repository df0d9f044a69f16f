"""JSON over HTTP with a provider we do not control: bounded in time and size, never redirected."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from auth.eid.answers import read_json
from outbound.direct.http import AnswerTooLongError, BadCallError, DirectHttp, Reply
from outbound.direct.parties import NoAnswerError, Party

_LIMIT = 256 * 1024
_RETRY_STATUSES = frozenset({408, 425, 429})


class EidUnreachable(Exception):  # noqa: N818 - says what happened
    """The provider cannot be reached, is too slow, or fails on its side; another try may go better.

    `retry_after_s`: when, where the provider says so.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class EidRefused(Exception):  # noqa: N818 - says what happened
    """The provider, or what it said, did not pass. `reason` is a word for the log, never a value of the exchange."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JsonClient:
    """Talks to one provider. An answer that is no JSON object of status 200 raises EidRefused or EidUnreachable.

    `timeout_s` is for a whole log-in, however many calls it takes.
    """

    def __init__(self, *, timeout_s: float) -> None:
        self._party = Party("eid", timeout_s=timeout_s)
        self._http = DirectHttp(self._party, longest=_LIMIT)

    @contextmanager
    def login(self) -> Iterator[None]:
        """One log-in: its calls share their time. Raises EidUnreachable at once when too many wait already."""
        try:
            with self._party.matter():
                yield
        except NoAnswerError as error:
            raise EidUnreachable(error.reason, error.retry_after_s) from None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return _document(self._call("GET", url, dict(headers or {}), None).body)

    def get_signed(self, url: str, headers: Mapping[str, str]) -> dict[str, Any] | str:
        """A JSON object, or the text of a JWT where the answer says that it is one."""
        reply = self._call("GET", url, {**headers, "Accept": "application/json, application/jwt"}, None)
        if reply.media_type != "application/jwt":
            return _document(reply.body)
        try:
            return reply.body.decode("ascii").strip()
        except UnicodeDecodeError:
            raise EidRefused("not_a_jwt") from None

    def post_form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        sent = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return _document(self._call("POST", url, sent, urlencode(fields).encode()).body)

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        try:
            reply = self._http.send(method, url, {"Accept": "application/json", **headers}, body)
        except NoAnswerError as error:
            raise EidUnreachable(error.reason, error.retry_after_s) from None
        except AnswerTooLongError:
            raise EidRefused("answer_too_large") from None
        except BadCallError:
            # What no request line or field can hold, or no address of anything.
            raise EidRefused("request_unfit") from None
        _check_status(reply)
        return reply


def _check_status(reply: Reply) -> None:
    if reply.status in _RETRY_STATUSES:
        raise EidUnreachable(f"status {reply.status}", reply.retry_after_s)
    if reply.status != 200:
        raise EidRefused(f"status_{reply.status}")


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = read_json(octets)
    except ValueError:
        raise EidRefused("not_json") from None
    if not isinstance(document, dict):
        raise EidRefused("not_an_object")
    return document
