"""`/verify`: a slip and a receipt as a browser without JavaScript checks them."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.ids import new_id
from tests.api.authorisation_support import OWNER_NAME, OWNER_NUMBER, World
from tests.api.residence_support import Evening
from tests.db.tracking.conftest import Scene
from tracking.models import SECRET_FIELD
from tracking.slip import lookup_payload, slip_address

FORM: Final = "application/x-www-form-urlencoded"
Pair = tuple[str, str]


@dataclass
class Slip:
    """A dossier that has been filed, and what its slip will bear."""

    world: World
    dossier_id: UUID
    pair: Pair

    def accept(self) -> None:
        headers = {**self.world.callers["officer"].headers(), "Idempotency-Key": str(new_id()), "If-Match": "*"}
        done = self.world.client.post(f"/v1/desk/dossiers/{self.dossier_id}/acceptance", json={}, headers=headers)
        assert done.status_code == 200


@pytest.fixture
def slip(world: World) -> Slip:
    owner = world.log_in("owner", OWNER_NUMBER, OWNER_NAME)
    with world.work() as work:
        scene = Scene(work, world.held.office, world.held.files, world.held.clock)  # type: ignore[arg-type]
        dossier = scene.submitted(owner)
        work.session.flush()
        secret = work.vault.open(SECRET_FIELD, dossier.id, dossier.lookup_secret or b"")
        return Slip(world, dossier.id, (dossier.code or "", secret))


def check(world: World, code: str, secret: str, **sent: Any) -> Any:
    return world.client.post("/verify", data={"code": code, "secret": secret}, **sent)


def lines(response: Any) -> dict[str, str]:
    """What a genuine paper should say, by the name of the line."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", unescape(response.get_data(as_text=True))))


def test_the_page_is_a_form_that_needs_no_script_and_nothing_from_elsewhere(world: World) -> None:
    page = world.client.get("/verify")
    shown = page.get_data(as_text=True)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert 'method="post" action="/verify?language=vi"' in shown
    assert re.findall(r'name="(code|secret)"', shown) == ["code", "secret"]
    assert [each for each in re.findall(r'(?:src|href)="([^"]+)"', shown) if not each.startswith("/verify")] == []
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in ("page.js", "page.css"):
        assert world.client.get(f"/verify/{name}").status_code == 200
    assert world.client.get("/verify/other.js").status_code == 404


@pytest.mark.parametrize(
    ("language", "accepted", "words"),
    [(None, "", "Kiểm tra"), (None, "en", "Check"), ("vi", "en", "Kiểm tra"), ("en", "vi", "Check")],
)
def test_the_page_speaks_the_language_of_its_reader(
    world: World, language: str | None, accepted: str, words: str
) -> None:
    query = {} if language is None else {"language": language}
    page = world.client.get("/verify", query_string=query, headers={"Accept-Language": accepted})
    assert f"<button>{words}</button>" in page.get_data(as_text=True)


def test_a_genuine_slip_says_what_it_should_say_and_names_nobody(slip: Slip) -> None:
    slip.accept()
    shown = check(slip.world, *slip.pair)
    told = lines(shown)
    assert shown.status_code == 200
    assert "Giấy thật" in shown.get_data(as_text=True)
    assert told["Mã hồ sơ"] == slip.pair[0]
    assert told["Trạng thái hiện nay"] == "Được tiếp nhận"
    assert told["Số định danh của người nộp"] == f"•••••••••{OWNER_NUMBER[-3:]}"
    assert OWNER_NUMBER not in shown.get_data(as_text=True)
    assert OWNER_NAME not in shown.get_data(as_text=True)
    with slip.world.held.database.reading() as connection:
        read = "SELECT count(*) FROM audit_entry WHERE action = 'dossier.check_slip' AND object_id = :id"
        assert connection.execute(text(read), {"id": slip.dossier_id}).scalar_one() == 1


def test_the_codes_may_be_typed_in_any_way_and_pasted_as_a_scanner_reads_them(slip: Slip) -> None:
    slip.accept()
    code, secret = slip.pair
    old = lookup_payload(code, secret)
    new = slip_address("https://motcua.example/verify", code, secret)
    for typed in ((code.lower(), f" {secret.lower()} "), (old, ""), (new, ""), (quote(old), "x")):
        assert lines(check(slip.world, *typed))["Mã hồ sơ"] == code


def test_a_dossier_that_was_not_accepted_has_no_slip(slip: Slip) -> None:
    shown = check(slip.world, *slip.pair)
    assert shown.status_code == 409
    assert lines(shown) == {}


@pytest.mark.parametrize("place", [0, 1])
def test_a_wrong_code_and_a_wrong_secret_look_alike(slip: Slip, place: int) -> None:
    slip.accept()
    wrong = ("H17.20551-261120-9876", slip.pair[1]) if place == 0 else (slip.pair[0], "22222222")
    shown = check(slip.world, *wrong)
    assert (shown.status_code, lines(shown)) == (404, {})
    assert "Mã hồ sơ hoặc mã bí mật chưa đúng." in shown.get_data(as_text=True)


def test_guessing_is_stopped_together_with_look_ups(slip: Slip) -> None:
    slip.accept()
    code, secret = slip.pair
    for _ in range(5):
        assert check(slip.world, code, "22222222").status_code == 404
        assert slip.world.client.post("/v1/lookups", json={"code": code, "secret": "22222222"}).status_code == 404
    stopped = check(slip.world, code, secret)
    assert (stopped.status_code, stopped.mimetype) == (429, "text/html")


def test_a_genuine_receipt_says_what_was_signed_and_what_is_known_now(evening: Evening) -> None:
    assert evening.report(evening.guest("X7777850")).status_code == 201
    night = evening.today.isoformat()
    issued = evening.ask("POST", f"{evening.lodging}/receipts", "owner", json={"night": night}).get_json()
    shown = check(evening.world, issued["code"], issued["signature"], query_string={"language": "en"})
    told = lines(shown)
    assert shown.status_code == 200
    assert told["Receipt"] == issued["code"]
    assert told["Guests, late ones among them"] == f"{issued['declared']}, {issued['late']}"
    assert "TESTOV" not in shown.get_data(as_text=True)
    forged = check(evening.world, issued["code"], "AAAA-AAAA-AAAA-AAAA")
    assert (forged.status_code, lines(forged)) == (404, {})
    whole = f"MCR1|{issued['code']}|{issued['signature']}"
    assert lines(check(evening.world, whole, ""))["Mã biên nhận"] == issued["code"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", FORM, 422),
        (b"code=H17.20551-261120-0001", FORM, 422),
        (b"secret=22222222", FORM, 422),
        (b"code=%00&secret=%ff%fe", FORM, 404),
        (b"code=MC1|a&secret=", FORM, 422),
        (b"code=%F0%9F%98%80&secret=%F0%9F%98%80", FORM, 404),
        (b'{"code": "a", "secret": "b"}', "application/json", 422),
        (b"code=" + b"A" * 8000 + b"&secret=b", FORM, 413),
    ],
)
def test_whatever_is_sent_gets_a_clear_answer(world: World, content: bytes, kind: str, status: int) -> None:
    assert world.client.post("/verify", data=content, content_type=kind).status_code == status


@pytest.mark.parametrize("code", ['"><script>alert(1)</script>', "<b>", "MC1|<i>|<i>"])
def test_nothing_that_was_typed_comes_back(world: World, code: str) -> None:
    shown = check(world, code, "x").get_data(as_text=True)
    assert code not in unescape(shown)
    assert "alert(1)" not in shown
