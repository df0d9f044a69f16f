"""Trying a lodging's account while somebody waits for the answer: one log-in, and its token is given back."""

import json
from typing import Final
from urllib.parse import urlencode

import structlog

from outbound.direct.http import AnswerTooLongError, BadCallError, DirectHttp
from outbound.direct.parties import NoAnswerError, Party
from residence.accounts.account import FAULTS
from residence.authority.port import Account, Trial
from residence.authority.settings import AuthoritySettings, basic
from residence.authority.tokens import LOG_IN_PATH, NoToken, Reply, log_in_form, pair_after, revoke_path

_LONGEST_ANSWER: Final = 64 * 1024
# A person waits. What is not answered by then is tried by the worker, which has the whole timeout.
_LONGEST_S: Final = 8.0
_log = structlog.get_logger()


class DirectTrial:
    """An `AccountTrial`. One per process; keeps its connections. `close()` at the end."""

    def __init__(self, settings: AuthoritySettings) -> None:
        self._settings = settings
        party = Party("authority", timeout_s=min(settings.timeout_s, _LONGEST_S))
        self._http = DirectHttp(party, longest=_LONGEST_ANSWER)

    def close(self) -> None:
        self._http.close()

    def try_account(self, account: Account) -> Trial:
        try:
            with self._http.party.matter():
                return self._logged_in(account)
        except NoAnswerError as error:
            return _unanswered(error.reason)
        except (AnswerTooLongError, BadCallError) as error:
            return _unanswered(type(error).__name__)

    def _logged_in(self, account: Account) -> Trial:
        headers = {
            "Authorization": basic(self._settings.login),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(log_in_form(account)).encode()
        reply = self._http.send("POST", self._settings.base_url + LOG_IN_PATH, headers, body)
        try:
            pair = pair_after(Reply(reply.status, _json(reply.body)))
        except NoToken as error:
            return Trial.REFUSED if error.code in FAULTS else _unanswered(error.code)
        self._give_back(pair.access)
        return Trial.WORKS

    def _give_back(self, access: str) -> None:
        """Nobody uses this token: the worker logs in by itself. One that is not given back ends in its own time."""
        try:
            url = self._settings.base_url + revoke_path(access)
            self._http.send("DELETE", url, {"Authorization": f"Bearer {access}"})
        except (NoAnswerError, AnswerTooLongError, BadCallError) as error:
            _log.info("authority.not_revoked", error=type(error).__name__)


def _unanswered(reason: str) -> Trial:
    _log.warning("authority.account_not_tried", reason=reason)
    return Trial.UNANSWERED


def _json(octets: bytes) -> object:
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        return None
