"""What must not be read in a log: driven through every door of a running system, good way and bad, then looked for.

Each secret below is unmistakable, so that finding it anywhere in any process's log is a leak and not a coincidence.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from journey.account import visit_provider
from journey.handset import wait
from journey.phone import Phone, look_up
from journey.wire import Refused
from kernel.clock import local
from kernel.ids import new_id
from notify.channels.zalo.settings import SANDBOX_APP_ID
from sandbox.world import Settings
from tests.support.canaries import Canaries
from tests.support.system import NUMBERS, PATIENCE_S, System, new_name

NUMBER, NAME = "049190000001", "Trần Thị Mẫu"
_LINES_AT_LEAST = 20


def _log_in(system: System, canaries: Canaries) -> dict[str, str]:
    """One log-in by hand, each of its secrets noted; the good way, then again with everything used up."""
    wire = system.wire()
    begun = wire.call("POST", "/v1/auth/logins", json_body={}).json()
    canaries.add("login_secret", begun["login_secret"])
    asked = parse_qs(urlsplit(begun["authorization_url"]).query)
    for name in ("state", "nonce", "code_challenge"):
        canaries.add(name, asked[name][0])
    back = visit_provider(begun["authorization_url"], "mau")
    canaries.add("code", parse_qs(back)["code"][0])
    sent = {"callback_query": back, "login_secret": begun["login_secret"]}
    path = f"/v1/auth/logins/{begun['login_id']}/complete"
    tokens = wire.call("POST", path, json_body=sent).json()
    # The answer may have been lost on its way: its own app gets it again, and nobody else does.
    again = wire.call("POST", path, json_body=sent).json()
    assert again["refresh_token"] == tokens["refresh_token"]
    canaries.add("second access_token", again["access_token"])
    stranger = {**sent, "login_secret": begun["login_secret"][:-4] + "AAAA"}
    assert wire.ask("POST", path, json_body=stranger).status == 401
    for name in ("access_token", "refresh_token"):
        canaries.add(name, tokens[name])
    held: dict[str, str] = tokens
    return held


def _phone_and_dossier(system: System, canaries: Canaries) -> None:
    phone = system.citizen("mau")
    canaries.add("session_token", phone.tokens["access_token"])
    # Used or not, every code that reached the phone is one.
    canaries.add("one_time_code", system.handset("mau").one_time_code())
    draft = system.draft("mau", canaries.add("form_value", new_name()))
    dossier = phone.submit(draft.id, draft.papers).json()
    canaries.add("lookup_secret", dossier["lookup_secret"])
    system.told("mau", dossier["id"], 1)
    wire = system.wire()
    look_up(wire, dossier["code"], dossier["lookup_secret"])
    wrong = canaries.add("wrong_lookup_secret", "WRNGSECR")
    with pytest.raises(Refused):
        look_up(wire, dossier["code"], wrong)
    office = system.office()
    office.receiver.inbox(search="Trần Thị Mẫu")
    office.receiver.accept(dossier["id"])
    canaries.add("officer_token", office.receiver.tokens["access_token"])


def _keys(system: System, canaries: Canaries) -> tuple[Phone, str]:
    """A hotel's representative and the id of the hotel."""
    owner = system.newcomer("khach")
    canaries.add("registration_number", "4009876543")
    hotel = {"kind": "hotel", "name": "Khách sạn Canh Gác", "registration_number": "4009876543"}
    made = owner.act("/v1/organisations", {**hotel, "display_name": "Khách"}).json()
    expires = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {"name": "Máy", "scopes": ["organisation:read"], "expires_at": expires}
    key = canaries.add("client_key", owner.act(f"/v1/organisations/{made['id']}/clients", body).json()["key"])
    bearer = {"Authorization": f"Bearer {key}"}
    assert system.wire().ask("GET", "/v1/partner/organisation", headers=bearer).status == 200
    assert system.wire().ask("GET", "/v1/partner/dossiers/H17.1-261120-0001", headers=bearer).status == 403
    member = {
        "identity_number": canaries.add("member_number", "049087000031"),
        "display_name": "Lễ tân",
        "role": "staff",
        "valid_from": "2026-01-01",
    }
    owner.act(f"/v1/organisations/{made['id']}/members", member)
    return owner, made["id"]


def _guest(number: str, **changes: Any) -> dict[str, Any]:
    today = local(datetime.now(UTC)).date()
    told = {
        "full_name": "CANARINA GUESTA",
        "birth_date": "1990-03-08",
        "sex": "F",
        "nationality": "FRA",
        "document_number": number,
        "phone": "0905777001",
        "arrival": today.isoformat(),
        "departure": (today + timedelta(days=2)).isoformat(),
        "room": "101",
        "residence_expiry": (today + timedelta(days=30)).isoformat(),
        "name_confirmed": True,
    }
    return {**told, **changes}


def _lodging(system: System, canaries: Canaries, owner: Phone, organisation_id: str) -> None:
    """Guests declared by hand, by key and by file, read from documents, sent to the authority, sought by the police."""
    place = {"name": "Nhà nghỉ Canh Gác", "kind": "hotel", "address": "3 đường Canh Gác", "commune_code": "20551"}
    path = f"/v1/lodgings/{owner.act('/v1/lodgings', {**place, 'organisation_id': organisation_id}).json()['id']}"
    police = system.desk("tru")
    police.act(f"/v1/police{path.removeprefix('/v1')}/approval", {})
    account = {"username": "canh-gac", "password": canaries.add("authority_password", Settings().authority_password)}
    owner.call("PATCH", path, json_body={"authority_account": account})
    for name, text in (("passport", "KCNRY7654"), ("guest's name", "CANARINA GUESTA"), ("guest's phone", "905777001")):
        canaries.add(name, text)
    owner.act(f"{path}/stays", {"guests": [_guest("KCNRY7654")]})
    card = canaries.add("card_number", "049090000077")
    bad = {"Idempotency-Key": "canary-bad", "X-Request-Id": card}
    broken = {"guests": [_guest(card, nationality="VNM", document_kind=1, reason=99, birth_date="1890-01-01")]}
    assert owner.ask("POST", f"{path}/stays", json_body=broken, headers=bad).status == 422
    read = {"source": "qr", "text": f"{card}||Nguyễn Văn Canh|02091990|Nam|Điện Bàn|01012022"}
    owner.call("POST", "/v1/document-readings", json_body=read)
    file = json.dumps([_guest("KCNRY7654"), _guest(card, sex="?")]).encode()
    raw = {"Content-Type": "application/octet-stream"}
    owner.call("POST", f"{path}/batches?name={quote(card)}.json&accept=true", body=file, headers=raw)
    sought = {"by": "document", "sought": "KCNRY7654", "reason": "Kiểm tra theo yêu cầu nghiệp vụ."}
    police.act("/v1/police/guest-searches", sought)
    wait(lambda: owner.call("GET", f"{path}/night").json()["on_the_way"] == 0, "the authority's yes", PATIENCE_S)


def _receipts(system: System) -> None:
    """Every gateway's receipt, with the phone where that gateway puts it: unsigned, and signed for nothing of ours."""
    wire = system.wire()
    number = NUMBERS["mau"].removeprefix("+")
    told = urlencode({"SMSID": "canary", "SendStatus": "5", "RequestId": "canary-0", "phonenumber": number})
    assert wire.ask("GET", f"/v1/webhooks/esms/{new_id()}/{'0' * 32}?{told}").status >= 400
    stamp = "1795315200000"
    event = {
        "event_name": "user_received_message",
        "app_id": SANDBOX_APP_ID,
        "timestamp": stamp,
        "sender": {"id": "2"},
        "recipient": {"id": number},
        "message": {"delivery_time": stamp, "msg_id": f"canary-{new_id()}", "tracking_id": new_id().hex},
    }
    body = json.dumps(event).encode()
    signed = hashlib.sha256(SANDBOX_APP_ID.encode() + body + f"{stamp}{Settings().zalo_oa_secret}".encode()).hexdigest()
    for signature, status in ((f"mac={signed}", 200), ("mac=0", 403)):
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": signature}
        assert wire.ask("POST", "/v1/webhooks/zalo", body=body, headers=headers).status == status


def _bad_ways(system: System, canaries: Canaries, tokens: dict[str, str]) -> None:
    """The same secrets where they do not belong: broken bodies, made-up paths and queries, unsigned receipts."""
    wire = system.wire()
    broken = f'{{"phone": "{NUMBERS["mau"]}", "identity": "{NUMBER}", '.encode()
    json_type = {"Content-Type": "application/json"}
    wire.ask("POST", "/v1/lookups", body=broken, headers=json_type)
    wire.ask("POST", "/v1/lookups", json_body={"code": NUMBER, "secret": NUMBERS["mau"], NUMBER: NUMBER})
    wire.ask("POST", "/v1/auth/tokens", json_body={"refresh_token": tokens["refresh_token"] + "x"})
    for path in (
        f"/v1/nothing/{NUMBER}",
        f"/v1/dossiers/{NUMBER}?token={tokens['access_token']}",
        f"/v1/procedures/{NUMBER}",
    ):
        wire.ask(
            "GET", path, headers={"X-Request-Id": NUMBER, "Referer": f"https://x.example/?t={tokens['access_token']}"}
        )
    wire.ask("GET", "/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}x", "User-Agent": NUMBER})
    form = f"To={NUMBERS['mau'].replace('+', '%2B')}&From=X&MessageStatus=delivered&Body={NUMBER}".encode()
    signed = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": canaries.add("sig", "c2lnbmF0dXJl"),
    }
    assert wire.ask("POST", f"/v1/webhooks/twilio/{new_id()}", body=form, headers=signed).status >= 400


def test_no_secret_reaches_any_log(system: System) -> None:
    canaries = Canaries()
    canaries.add("identity_number", NUMBER)
    canaries.add("phone", NUMBERS["mau"])
    canaries.add("phone without prefix", NUMBERS["mau"].removeprefix("+84"))
    canaries.add("name", NAME)
    tokens = _log_in(system, canaries)
    _phone_and_dossier(system, canaries)
    _lodging(system, canaries, *_keys(system, canaries))
    _receipts(system)
    _bad_ways(system, canaries, tokens)
    logs = system.folder / "logs"
    assert len((logs / "api.log").read_text(encoding="utf-8").splitlines()) >= _LINES_AT_LEAST
    assert canaries.found_in(logs) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    canaries = Canaries()
    canaries.add("phone", NUMBERS["mau"])
    canaries.add("name", NAME)
    canaries.add("code", "123456")
    (tmp_path / "api.log").write_text("To=%2B84905000002\n code 123456, Trần Thị Mẫu", encoding="utf-8")
    assert len(canaries.found_in(tmp_path)) == 3
