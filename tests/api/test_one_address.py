"""Many phones behind one address: what one does never locks out the others (carrier-grade NAT, a hotel's Wi-Fi)."""

from uuid import UUID

from auth.eid.port import EidIdentity
from auth.service.login import open_session
from auth.tokens.issuer import TokenIssuer
from kernel.ids import new_id
from kernel.work import Work
from tests.api.account_support import ISSUER, House
from tests.api.edge_support import bearer

PHONES = 400


def test_hundreds_of_phones_begin_a_log_in(house: House) -> None:
    codes = {house.client.post("/v1/auth/logins", json={}).status_code for _ in range(PHONES)}
    assert codes == {201}


def test_hundreds_of_phones_refresh(house: House) -> None:
    token = house.log_in()["refresh_token"]
    for _ in range(700):
        answer = house.refresh(token)
        assert answer.status_code == 200
        token = answer.get_json()["refresh_token"]


def test_hundreds_of_dossiers_are_looked_up(house: House) -> None:
    # None of them is there: every look-up is a try at another code.
    codes = {
        house.client.post(
            "/v1/lookups", json={"code": f"H17.20551-261120-{number:04d}", "secret": "ABCDEFGH"}
        ).status_code
        for number in range(1, PHONES)
    }
    assert codes == {404}


def test_many_people_ask_for_a_code(house: House) -> None:
    issuer = TokenIssuer(house.container.keys, house.vault, house.clock, house.container.auth.sessions)
    for number in range(150):
        identity = EidIdentity(ISSUER, f"s-{number}", f"0490900{number:05d}", "Lê Thị Lạ", None, 2, house.clock.now())
        with house.container.database.transaction() as session:
            work = Work(session, house.vault, house.clock)
            grant = open_session(work, house.container.auth.sessions, identity, "citizen")
        headers = bearer(issuer.issue(grant).access_token, Idempotency_Key=str(new_id()))
        body = {"phone": f"0905{number:06d}"}
        assert house.client.post("/v1/me/phone-proofs", json=body, headers=headers).status_code == 201


def test_guessing_at_one_log_in_ends_although_the_address_may_go_on(house: House) -> None:
    started = house.start()
    answers = [house.complete(started, login_secret="x" * 30) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {401}
    assert answers[30].get_json()["code"] == "too_many_requests"
    assert UUID(house.start()["login_id"]) != UUID(started["login_id"])
    assert house.complete(house.start()).status_code == 200
