"""What must not be read in a log: driven through every door of a running system, good way and bad, then looked for.

Each secret below is unmistakable, so that finding it anywhere in any process's log is a leak and not a coincidence.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.journey.account import visit_provider
from bench.journey.phone import look_up
from bench.journey.wire import Refused
from kernel.ids import new_id
from tests.support.system import NUMBERS, System, new_name

NUMBER, NAME = "049190000001", "Trần Thị Mẫu"
_LINES_AT_LEAST = 20


class Canaries:
    """Secrets by name, gathered on the way."""

    def __init__(self) -> None:
        self.all: dict[str, str] = {}

    def add(self, name: str, value: str) -> str:
        assert len(value) >= 6, name
        self.all[name] = value
        return value

    def found_in(self, folder: Path) -> list[tuple[str, str]]:
        """(file, name of the secret); with the spellings that a URL or a form gives it."""
        found = []
        for file in sorted(folder.rglob("*.log*")):
            text = file.read_text(encoding="utf-8", errors="replace")
            found += [(file.name, name) for name, secret in self.all.items() if _is_in(secret, text)]
        return found


def _is_in(secret: str, text: str) -> bool:
    spellings = {secret, secret.replace("+", "%2B"), secret.encode("unicode_escape").decode()}
    if secret.isdigit() and len(secret) == 6:
        # Six digits are a part of many numbers; a code stands alone.
        return re.search(rf"(?<![\w.:-]){secret}(?![\w.:-])", text) is not None
    return any(spelling in text for spelling in spellings)


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
    assert wire.ask("POST", path, json_body=sent).status == 401
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


def _keys(system: System, canaries: Canaries) -> None:
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
    _keys(system, canaries)
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
