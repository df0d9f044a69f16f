"""The registry over HTTP.

No description of the national registry's interface is public, so this protocol is plainly our own invention
(unconfirmed): one POST with the tax code in its body. A household's is a personal number, which no address may hold.
"""

import json
from typing import Any, Final

import structlog

from auth.registry.port import RegistryEntry
from auth.registry.settings import RegistrySettings
from kernel.errors import DomainError
from kernel.texts.folding import visible
from outbound.direct.http import AnswerTooLongError, BadCallError, DirectHttp
from outbound.direct.parties import NoAnswerError, Party

_RETRY_AFTER: Final = 30
_LONGEST_NAME: Final = 200
_LONGEST_ANSWER: Final = 64 * 1024
_log = structlog.get_logger()


class HttpRegistry:
    """One per process; keeps its connections. `close()` at the end."""

    def __init__(self, settings: RegistrySettings) -> None:
        self._settings = settings
        self._http = DirectHttp(Party("registry", timeout_s=settings.timeout_s), longest=_LONGEST_ANSWER)

    def close(self) -> None:
        self._http.close()

    def look_up(self, number: str) -> RegistryEntry | None:
        if not self._settings.url:
            raise _unavailable("not_connected")
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._settings.key}",
            "Content-Type": "application/json",
        }
        asked = json.dumps({"tax_code": number}).encode()
        try:
            reply = self._http.send("POST", f"{self._settings.url}/lookup", headers, asked)
        except NoAnswerError as error:
            raise _unavailable(error.reason) from None
        except (AnswerTooLongError, BadCallError) as error:
            raise _unavailable(type(error).__name__) from None
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise _unavailable(f"status_{reply.status}")
        return _entry(reply.body, number)


def _entry(octets: bytes, number: str) -> RegistryEntry:
    """Raises `registry_unavailable` for what is not in the form agreed, another organisation's entry included."""
    said = _object(octets)
    name, people = said.get("name"), said.get("representatives")
    if said.get("tax_code") != number or said.get("status") not in ("active", "inactive"):
        raise _unavailable("answer_entry")
    if not isinstance(people, list) or not all(isinstance(each, str) for each in people):
        raise _unavailable("answer_representatives")
    line = visible(name) if isinstance(name, str) else ""
    if not 0 < len(line) <= _LONGEST_NAME or not line.isprintable():
        raise _unavailable("answer_name")
    return RegistryEntry(number, line, said["status"] == "active", frozenset(people))


def _object(octets: bytes) -> dict[str, Any]:
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError):
        raise _unavailable("not_json") from None
    if not isinstance(said, dict):
        raise _unavailable("not_an_object")
    return said


def _unavailable(reason: str) -> DomainError:
    _log.error("registry.unavailable", reason=reason)
    return DomainError("registry_unavailable", retry_after=_RETRY_AFTER)
