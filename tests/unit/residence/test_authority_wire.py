"""The adapter against the sandbox's portal: tokens, arrays, refusals, lost answers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

import pytest

from outbound.jobs.outcomes import AskFailed, OutcomeKind
from residence.authority.elements import EXTEND, change_of, element_of
from residence.authority.kbtt import KbttPortal
from residence.authority.port import Account, ArrayOutcome, Sign
from residence.authority.settings import SANDBOX_COUNT_PATH, AuthoritySettings
from residence.guests import Moment
from residence.transmission.states import TransmissionKind
from tests.unit.residence.guests_made import foreign_guest, vietnamese_guest
from tests.unit.sandbox.support import SETTINGS, Caller, running

T = TypeVar("T")
FOREIGN, VIETNAMESE, CHANGE = TransmissionKind
ACCOUNT = Account("cslt-thu-01", SETTINGS.authority_password)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def call(origin: str) -> Caller:
    caller = Caller(origin)
    caller.control("POST", "/reset", {"seed": 1})
    return caller


def settings(origin: str, **changes: object) -> AuthoritySettings:
    values = {
        "base_url": f"{origin}/authority",
        "login": SETTINGS.authority_login_basic,
        "refresh": SETTINGS.authority_refresh_basic,
        "count_path": SANDBOX_COUNT_PATH,
        "timeout_s": 5.0,
        "connections": 8,
    }
    return AuthoritySettings(**{**values, **changes})  # type: ignore[arg-type]


def with_portal(origin: str, use: Callable[[KbttPortal], Awaitable[T]], **changes: object) -> T:
    async def session() -> T:
        portal = KbttPortal(settings(origin, **changes))
        try:
            return await use(portal)
        finally:
            await portal.close()

    return asyncio.run(session())


def today() -> date:
    return datetime.now(timezone(timedelta(hours=7))).date()


def foreigners(*numbers: str) -> list[dict[str, object]]:
    return [dict(element_of(FOREIGN, foreign_guest(today(), number))) for number in numbers]


def test_both_kinds_and_a_change(call: Caller) -> None:
    guest = vietnamese_guest(today())
    longer = vietnamese_guest(today(), departure=Moment(today() + timedelta(days=5)))

    async def use(portal: KbttPortal) -> list[ArrayOutcome]:
        return [
            await portal.declare(ACCOUNT, FOREIGN, foreigners("K1", "K2")),
            await portal.declare(ACCOUNT, VIETNAMESE, [element_of(VIETNAMESE, guest)]),
            await portal.declare(ACCOUNT, CHANGE, [change_of(EXTEND, longer)]),
        ]

    assert [outcome.kind for outcome in with_portal(call.origin, use)] == [OutcomeKind.ACCEPTED] * 3
    state = call.twin("authority")
    assert (state["imported"], state["tokens"]) == (3, {"issued": 1, "refreshed": 0, "revoked": 1})


def test_what_is_there_is_recognised(call: Caller) -> None:
    async def use(portal: KbttPortal) -> ArrayOutcome:
        await portal.declare(ACCOUNT, FOREIGN, foreigners("K2"))
        return await portal.declare(ACCOUNT, FOREIGN, foreigners("K1", "K2"))

    outcome = with_portal(call.origin, use)
    assert outcome.kind is OutcomeKind.PERMANENT
    assert [(item.position, item.sign, item.code) for item in outcome.items] == [(2, Sign.THERE, "still_staying")]


def test_a_token_about_to_end_is_refreshed_and_one_refused_replaced(call: Caller) -> None:
    async def use(portal: KbttPortal) -> list[ArrayOutcome]:
        call.control("PATCH", "/authority/tokens", {"life_s": 59})
        outcomes = [await portal.declare(ACCOUNT, FOREIGN, foreigners(f"K{n}")) for n in range(3)]
        call.control("PATCH", "/authority/tokens", {"life_s": 3600})
        outcomes.append(await portal.declare(ACCOUNT, FOREIGN, foreigners("K3")))
        call.control("PATCH", "/authority/tokens", {"end": True})
        outcomes.append(await portal.declare(ACCOUNT, FOREIGN, foreigners("K4")))
        return outcomes

    assert [outcome.kind for outcome in with_portal(call.origin, use)] == [OutcomeKind.ACCEPTED] * 5
    tokens = call.twin("authority")["tokens"]
    assert (tokens["issued"], tokens["refreshed"]) == (2, 3)


def test_a_refresh_whose_answer_was_lost_is_followed_by_a_log_in(call: Caller) -> None:
    async def use(portal: KbttPortal) -> list[ArrayOutcome]:
        call.control("PATCH", "/authority/tokens", {"life_s": 30})
        outcomes = [await portal.declare(ACCOUNT, FOREIGN, foreigners("K1"))]
        call.control("POST", "/authority/faults", {"mode": "reset", "op": "refresh", "count": 1})
        outcomes += [await portal.declare(ACCOUNT, FOREIGN, foreigners(f"K{n}")) for n in (2, 3)]
        return outcomes

    kinds = [outcome.kind for outcome in with_portal(call.origin, use)]
    assert kinds == [OutcomeKind.ACCEPTED, OutcomeKind.TRANSIENT, OutcomeKind.ACCEPTED]


def test_a_refused_password_is_for_a_person_and_not_tried_soon(call: Caller) -> None:
    wrong = Account("cslt-thu-02", "khong-dung")
    outcome = with_portal(call.origin, lambda portal: portal.declare(wrong, FOREIGN, foreigners("K1")))
    assert (outcome.kind, outcome.code, outcome.operator) == (OutcomeKind.TRANSIENT, "login_refused", True)
    assert (outcome.retry_after_s or 0) >= 600


@pytest.mark.parametrize(
    ("fault", "kind", "imported"),
    [
        ({"mode": "reset", "op": "foreign"}, OutcomeKind.UNKNOWN, 1),
        ({"mode": "half", "op": "foreign"}, OutcomeKind.UNKNOWN, 1),
        ({"mode": "timeout", "op": "foreign", "ms": 3000}, OutcomeKind.UNKNOWN, 1),
        ({"mode": "status", "op": "foreign", "status": 502, "effect": True}, OutcomeKind.UNKNOWN, 1),
        ({"mode": "status", "op": "foreign", "status": 503}, OutcomeKind.TRANSIENT, 0),
        ({"mode": "status", "op": "token", "status": 500}, OutcomeKind.TRANSIENT, 0),
        ({"mode": "timeout", "op": "token", "ms": 3000, "effect": False}, OutcomeKind.TRANSIENT, 0),
        ({"mode": "empty_success"}, OutcomeKind.ACCEPTED, 0),
        ({"mode": "odd_text"}, OutcomeKind.TRANSIENT, 0),
    ],
)
def test_how_a_call_ends(call: Caller, fault: dict[str, object], kind: OutcomeKind, imported: int) -> None:
    call.control("POST", "/authority/faults", {**fault, "count": 1})
    outcome = with_portal(call.origin, lambda portal: portal.declare(ACCOUNT, FOREIGN, foreigners("K1")), timeout_s=0.8)
    assert outcome.kind is kind
    assert call.twin("authority")["imported"] == imported


def test_nobody_listening_is_known_not_to_have_it() -> None:
    outcome = with_portal("http://127.0.0.1:9", lambda portal: portal.declare(ACCOUNT, FOREIGN, foreigners("K1")))
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "no_connection")


def test_counting(call: Caller) -> None:
    async def use(portal: KbttPortal) -> tuple[int | None, int | None, int | None]:
        await portal.declare(ACCOUNT, FOREIGN, foreigners("K1", "K2"))
        counted = await portal.count(ACCOUNT, FOREIGN, today())
        none = await portal.count(ACCOUNT, VIETNAMESE, today())
        return counted, none, await portal.count(ACCOUNT, CHANGE, today())

    assert with_portal(call.origin, use) == (2, 0, None)


def test_a_portal_that_does_not_count(call: Caller) -> None:
    call.control("PATCH", "/authority/settings", {"counts": False})

    async def use(portal: KbttPortal) -> int | None:
        return await portal.count(ACCOUNT, FOREIGN, today())

    assert with_portal(call.origin, use) is None
    assert with_portal(call.origin, use, count_path="") is None


def test_no_answer_to_a_count_is_not_a_zero(call: Caller) -> None:
    call.control("POST", "/authority/faults", {"mode": "status", "op": "count", "status": 500, "count": 1})
    with pytest.raises(AskFailed):
        with_portal(call.origin, lambda portal: portal.count(ACCOUNT, FOREIGN, today()))


def test_secrets_are_in_no_text_of_an_account_or_a_setting() -> None:
    shown = f"{ACCOUNT!r} {settings('http://127.0.0.1:1')!r}"
    assert SETTINGS.authority_password not in shown
    assert SETTINGS.authority_login_basic not in shown
