"""Officers find any dossier of theirs over HTTP, open or closed, by whatever a person at the counter tells."""

from typing import Any

import pytest
from sqlalchemy import text

from kernel.ids import new_id
from tests.api.authorisation_support import OWNER_NAME, OWNER_NUMBER, World
from tests.db.tracking.conftest import PHONE

NATIONAL = PHONE.removeprefix("+84")


def _search(world: World, sought: str, who: str = "officer", **more: Any) -> Any:
    headers = {**world.callers[who].headers(), "Idempotency-Key": str(new_id())}
    return world.client.post("/v1/desk/searches", json={"text": sought, **more}, headers=headers)


def _found(world: World, sought: str, who: str = "officer", **more: Any) -> list[str]:
    answer = _search(world, sought, who, **more)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [item["id"] for item in answer.get_json()["items"]]


def _spellings(code: str) -> list[str]:
    agency, day, number = code.rsplit("-", 2)
    return [
        code,
        code.lower(),
        f"  {code}  ",
        code.replace("-", " "),
        code.replace("-", "."),
        code.replace("-", "\u2013"),
        code.replace("-", " \u2014 "),
        code.replace("-", "\u2011").replace(".", "\u2024"),
        code.replace("-", "/"),
        code.replace(".", "-"),
        code.replace(".", " ").replace("-", " "),
        code.replace("-", "").replace(".", ""),
        f"{agency}{day}{number}",
        f"{agency}-{day}{number}",
        f"{agency}-{day.replace('0', 'O')}-{number.replace('0', 'o')}",
        f"{agency.replace('0', 'O').replace('1', 'l')}-{day}-{number}",
        "".join(chr(ord(sign) + 0xFEE0) for sign in code),
        f"\u202a{code}\u202c\u200b",
        f"Mã hồ sơ: {code}.",
        f"MC1|{code}|ABCDEFGH",
        f"{agency.split('.')[-1]}-{day}-{number}",
        f"{day}-{number}",
        f"{day}{number}",
        number,
        number.lstrip("0"),
    ]


def test_a_code_finds_its_dossier_however_it_is_typed(world: World) -> None:
    found = {typed: _found(world, typed) for typed in _spellings(world.ids["code"])}
    assert [typed for typed, ids in found.items() if world.ids["dossier_id"] not in ids] == []


TOLD = [
    f"0{NATIONAL}",
    NATIONAL,
    PHONE,
    f"84{NATIONAL}",
    f"0084{NATIONAL}",
    f"84 0{NATIONAL}",
    f"(+84) {NATIONAL[:3]} {NATIONAL[3:6]} {NATIONAL[6:]}",
    f"+84-{NATIONAL[:3]}\u2013{NATIONAL[3:]}",
    f"0{NATIONAL[:2]}.{NATIONAL[2:5]}.{NATIONAL[5:]}",
    f"O{NATIONAL}",
    f"SĐT 0{NATIONAL}",
    f"{OWNER_NAME} 0{NATIONAL}",
    OWNER_NUMBER,
    OWNER_NUMBER[1:],
    f"{OWNER_NUMBER[:3]} {OWNER_NUMBER[3:6]} {OWNER_NUMBER[6:9]} {OWNER_NUMBER[9:]}",
    OWNER_NUMBER.replace("0", "O"),
    f"CCCD {OWNER_NUMBER}",
    OWNER_NAME,
    OWNER_NAME.upper(),
    "nguyen van canh",
    "canh nguyen",
    "Nguye\u0302\u0303n Canh",
    "ngu can",
    "canh mot",
    "Canh Một",
    "hộ kinh doanh Canh Một",
    "HKD canh mot",
    "một canh kinh doanh",
    "\u201cCanh Một\u201d",
]


def test_what_a_person_tells_finds_their_dossier(world: World) -> None:
    found = {typed: _found(world, typed) for typed in TOLD}
    assert {typed: ids for typed, ids in found.items() if ids != [world.ids["dossier_id"]]} == {}


@pytest.mark.parametrize("state", [1, 2, 3, 4, 8, 9, 10])
def test_it_is_found_whatever_became_of_it(world: World, state: int) -> None:
    closed = state in (3, 8, 10)
    with world.work() as work:
        work.session.execute(
            text(
                "UPDATE dossier SET state = :state, "
                "order_at = CASE WHEN :closed THEN NULL ELSE now() END WHERE id = :id"
            ),
            {"state": state, "closed": closed, "id": world.ids["dossier_id"]},
        )
    for typed in (world.ids["code"], f"0{NATIONAL}", OWNER_NUMBER, "canh mot", OWNER_NAME):
        for who in ("officer", "city's admin"):
            assert _found(world, typed, who) == [world.ids["dossier_id"]], (typed, who)
            assert _found(world, typed, who, status=state) == [world.ids["dossier_id"]]
        assert _found(world, typed, "other officer") == []
    listed = world.client.get(
        "/v1/desk/dossiers", query_string={"search": "canh mot"}, headers=world.callers["officer"].headers()
    )
    assert [item["id"] for item in listed.get_json()["items"]] == [world.ids["dossier_id"]]


@pytest.mark.parametrize("typed", [f"0{NATIONAL}", f"SĐT 0{NATIONAL}", OWNER_NUMBER, f"CCCD: {OWNER_NUMBER}"])
def test_what_is_personal_stands_in_no_address(world: World, typed: str) -> None:
    answer = world.client.get(
        "/v1/desk/dossiers", query_string={"search": typed}, headers=world.callers["officer"].headers()
    )
    assert [error["code"] for error in answer.get_json()["errors"]] == ["personal_in_address"]


@pytest.mark.parametrize("who", ["owner", "other citizen", "our hotel's system", "partner", "police"])
def test_nobody_but_officers_of_dossiers_searches(world: World, who: str) -> None:
    answer = _search(world, world.ids["code"], who)
    assert answer.status_code == 403 or answer.get_json()["items"] == []


@pytest.mark.parametrize("typed", ["H17.20551-991231-0001", "0999999999", "049299999999", "không có ai", "99999"])
def test_what_is_not_there_is_not_found(world: World, typed: str) -> None:
    assert _found(world, typed) == []
