"""A lodging's account at the authority's portal: what is known of it, and what that means for declared guests. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kernel.states import StateTable


class AccountState(StrEnum):
    """MISSING: none was given. UNTRIED: the portal could not be asked about it yet. WORKING: the portal logged it in.
    REFUSED: the portal does not take its name and password, or does not let it declare."""

    MISSING = "missing"
    UNTRIED = "untried"
    WORKING = "working"
    REFUSED = "refused"


class AccountEvent(StrEnum):
    """GIVE: a name and a password were given. LOG_IN: the portal took them. REFUSE: it did not."""

    GIVE = "give"
    LOG_IN = "log_in"
    REFUSE = "refuse"


_GIVEN: Final = (AccountState.UNTRIED, AccountState.WORKING, AccountState.REFUSED)
ACCOUNT_MOVES: Final = StateTable(
    {
        **{(state, AccountEvent.GIVE): AccountState.UNTRIED for state in AccountState},
        **{(state, AccountEvent.LOG_IN): AccountState.WORKING for state in _GIVEN},
        **{(state, AccountEvent.REFUSE): AccountState.REFUSED for state in _GIVEN},
    }
)
USABLE: Final = frozenset({AccountState.UNTRIED, AccountState.WORKING})
"""Declared guests leave with such an account; with any other they wait for one."""
NO_ACCOUNT: Final = "no_account"
LOGIN_REFUSED: Final = "login_refused"
NO_PERMIT: Final = "no_permit"
FAULTS: Final = frozenset({LOGIN_REFUSED, NO_PERMIT})
"""Codes by which the portal refuses the account itself, not the connection or the vendor."""
WAITS_FOR: Final[Mapping[AccountState, str]] = {
    AccountState.MISSING: NO_ACCOUNT,
    AccountState.REFUSED: LOGIN_REFUSED,
}
SENTENCES: Final[Mapping[AccountState, tuple[str, str]]] = {
    AccountState.MISSING: (
        "Chưa có tài khoản cổng quản lý cư trú: khách khai báo CHƯA được chuyển. Nhập tài khoản, hoặc nộp tệp mẫu.",
        "No account at the authority's portal: declared guests are NOT passed on. Enter one, or use its own file.",
    ),
    AccountState.UNTRIED: (
        "Chưa hỏi được cổng quản lý cư trú về tài khoản này; hệ thống sẽ tự thử lại.",
        "The authority's portal could not be asked about this account yet; it is tried again by itself.",
    ),
    AccountState.WORKING: (
        "Cổng quản lý cư trú đã nhận tài khoản này.",
        "The authority's portal has taken this account.",
    ),
    AccountState.REFUSED: (
        "Cổng quản lý cư trú không nhận tài khoản: khách khai báo CHƯA được chuyển. Nhập lại, hoặc nộp tệp mẫu.",
        "The authority refuses the account: declared guests are NOT passed on. Enter it again, or use its own file.",
    ),
}


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What is known of a lodging's account, and since when."""

    state: AccountState
    username: str | None
    since: datetime | None


def sentence(state: AccountState, language: str) -> str:
    """What a state means, for the lodging's people."""
    return SENTENCES[state][0 if language == "vi" else 1]
