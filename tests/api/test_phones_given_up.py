"""A proved phone over HTTP: given up, passed on to another person, and asked about by a crowd."""

from typing import Any

from kernel.ids import new_id
from tests.api.account_support import PEOPLE, House
from tests.api.edge_support import bearer


def prove(house: House, tokens: dict[str, Any], phone: str = "0905000001") -> str:
    asked = house.post("/v1/me/phone-proofs", tokens, str(new_id()), {"phone": phone})
    assert asked.status_code == 201
    path = f"/v1/me/phone-proofs/{asked.get_json()['proof_id']}/confirm"
    confirmed = house.post(path, tokens, str(new_id()), {"code": house.sent_code()})
    assert confirmed.status_code == 200
    return str(confirmed.get_json()["phone_id"])


def remove(house: House, tokens: dict[str, Any], phone_id: object) -> Any:
    return house.client.delete(f"/v1/me/phones/{phone_id}", headers=bearer(tokens["access_token"]))


def numbers(house: House, tokens: dict[str, Any]) -> list[str]:
    return [phone["number"] for phone in house.get("/v1/me/phones", tokens).get_json()["items"]]


def test_a_phone_is_given_up_once_or_more(house: House) -> None:
    tokens = house.log_in()
    phone_id = prove(house, tokens)
    for _ in range(2):
        assert remove(house, tokens, phone_id).status_code == 204
    assert numbers(house, tokens) == []


def test_a_strangers_phone_is_absent(house: House) -> None:
    mine, other = house.log_in(), house.log_in("code-of-mau")
    phone_id = prove(house, mine)
    answers = [remove(house, other, target) for target in (phone_id, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_json()["code"] == answers[1].get_json()["code"] == "not_found"
    assert numbers(house, mine) == ["+84905000001"]
    assert house.client.delete(f"/v1/me/phones/{phone_id}").status_code == 401


def test_a_recycled_number_is_its_new_holders(house: House) -> None:
    first, second = house.log_in(), house.log_in("code-of-mau")
    phone_id = prove(house, first)
    prove(house, second)
    assert (numbers(house, first), numbers(house, second)) == ([], ["+84905000001"])
    # Giving up what is gone already changes nothing for whoever holds it now.
    assert remove(house, first, phone_id).status_code == 204
    assert numbers(house, second) == ["+84905000001"]


def test_five_accounts_asking_for_my_number_do_not_lock_me_out(house: House) -> None:
    for number in range(5):
        PEOPLE[f"code-of-{number}"] = (f"subject-1{number}", f"04909000001{number}", "Lê Văn Lạ")
        tokens = house.log_in(f"code-of-{number}")
        house.post("/v1/me/phone-proofs", tokens, str(new_id()), {"phone": "0905000001"})
    mine = house.log_in()
    asked = house.post("/v1/me/phone-proofs", mine, str(new_id()), {"phone": "0905000001"})
    assert asked.status_code == 201 or int(asked.headers["Retry-After"]) <= 600
