"""What the edge refuses, whoever asks for what: problem documents everywhere, in both languages."""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from auth.tokens.issuer import Grant, TokenIssuer
from journey.household import AGENCY, PROCEDURE
from journey.phone import look_up
from journey.uploads import TUS
from journey.wire import Answer, Refused
from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock
from kernel.ids import new_id
from motcua.wiring.joins.edge import build_container
from tests.support.system import System


def refused(answer: Answer, status: int, code: str) -> Any:
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:motcua:problem:{code}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


def test_what_is_no_request_of_ours(system: System) -> None:
    wire, phone = system.wire(), system.citizen()
    refused(wire.ask("GET", "/v1/nothing"), 404, "not_found")
    refused(wire.ask("GET", "/v1/dossiers/not-an-id"), 404, "not_found")
    wrong_way = wire.ask("DELETE", "/v1/lookups")
    refused(wrong_way, 405, "method_not_allowed")
    assert "POST" in wrong_way.headers["allow"]
    refused(wire.ask("GET", "/v1/me"), 401, "unauthenticated")
    large = b'{"code":"' + b"x" * 2_000_000 + b'"}'
    as_json = {"Content-Type": "application/json"}
    refused(wire.ask("POST", "/v1/lookups", body=large, headers=as_json), 413, "payload_too_large")
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(wire.ask("POST", "/v1/lookups", body=b"code=1", headers=as_form), 415, "unsupported_media_type")
    for body in (b"{", b"", b"\xff\xfe", b"{'code': 1}", b'{"code": NaN}'):
        refused(wire.ask("POST", "/v1/lookups", body=body, headers=as_json), 400, "malformed_json")
    key = {"Idempotency-Key": secrets.token_hex(8)}
    draft = {"procedure_code": "9.999999", "agency_code": AGENCY}
    refused(phone.ask("POST", "/v1/dossiers", json_body=draft, headers=key), 404, "procedure_unknown")
    refused(phone.ask("GET", "/v1/desk/dossiers"), 403, "forbidden")


def test_texts_are_in_the_language_asked_for(system: System) -> None:
    wire = system.wire()
    body = {"code": "", "extra": 1}
    said = {}
    for language in ("vi", "en"):
        answer = wire.ask("POST", "/v1/lookups", json_body=body, headers={"Accept-Language": language})
        problem = refused(answer, 422, "invalid_fields")
        assert answer.headers["content-language"] == language
        said[language] = {entry["pointer"]: (entry["code"], entry["message"]) for entry in problem["errors"]}
    assert said["vi"]["/secret"] == ("required", "Bắt buộc phải có.")
    assert said["en"]["/secret"] == ("required", "Required.")
    assert said["vi"]["/extra"][0] == said["en"]["/extra"][0] == "unknown"
    assert said["vi"].keys() == said["en"].keys() == {"/code", "/secret", "/extra"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("12345", "phone_invalid"),
        ("0235 3867 123", "phone_landline"),
        ("01234567890", "phone_old_prefix"),
        ("+1 650 253 0000", "phone_foreign"),
    ],
)
def test_a_phone_that_cannot_be_told(system: System, number: str, code: str) -> None:
    answer = system.newcomer("khach").ask(
        "POST", "/v1/me/phone-proofs", json_body={"phone": number}, headers={"Idempotency-Key": secrets.token_hex(8)}
    )
    problem = refused(answer, 422, "invalid_fields")
    assert [(entry["pointer"], entry["code"]) for entry in problem["errors"]] == [("/phone", code)]


def test_a_wrong_one_time_code(system: System) -> None:
    phone, handset = system.newcomer("gia"), system.handset("gia")
    proof = phone.ask_for_code()
    right = handset.one_time_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    with pytest.raises(Refused) as heard:
        phone.act(f"/v1/me/phone-proofs/{proof}/confirm", {"code": wrong})
    assert refused(heard.value.answer, 422, "phone_code_wrong")["tries_left"] > 0
    assert phone.call("GET", "/v1/me/phones").json()["items"] == []
    phone.act(f"/v1/me/phone-proofs/{proof}/confirm", {"code": right})
    assert [each["number"] for each in phone.call("GET", "/v1/me/phones").json()["items"]] == [phone.number]


def test_tokens_that_are_not_ours(system: System) -> None:
    phone, wire = system.newcomer("mau"), system.wire()
    good = phone.tokens["access_token"]
    header, payload, signature = good.split(".")
    kept = {name: value for name, value in jwt.get_unverified_header(good).items() if name != "alg"}
    public = wire.call("GET", "/.well-known/jwks.json").body
    other = "A" if signature[5] != "A" else "B"
    altered = [
        f"{header}.{payload}.{signature[:5]}{other}{signature[6:]}",
        f"{header}.{payload}x.{signature}",
        f"{header}.{payload}.",
        f"{_encoded({**kept, 'alg': 'none'})}.{payload}.",
        _by_public_key(public, {**kept, "alg": "HS256"}, payload),
        _expired(system, phone.me()["id"]),
        phone.tokens["refresh_token"],
        "",
    ]
    for token in altered:
        answer = wire.ask("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})
        refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert phone.me()["full_name"] == "Trần Thị Mẫu"


def _by_public_key(public: bytes, header: dict[str, Any], payload: str) -> str:
    """Signed with what everybody knows, in the hope that it is taken for a shared secret."""
    signed = f"{_encoded(header)}.{payload}"
    signature = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def _encoded(header: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")


def _expired(system: System, person_id: str) -> str:
    """A token that our own keys signed, an hour ago."""
    held = build_container(system.stack.environment)
    past = SettableClock(held.clock.now() - timedelta(hours=1))
    actor = Actor(ActorKind.CITIZEN, person_id=UUID(person_id), session_id=new_id(), identity_level=2)
    assert actor.session_id is not None
    grant = Grant(actor, actor.session_id, 1, past.now(), past.now() + timedelta(days=1))
    token = TokenIssuer(held.keys, held.vault, past, held.auth.sessions).issue(grant).access_token
    held.close()
    return token


def test_a_refresh_token_is_used_once(system: System) -> None:
    phone = system.newcomer("mau")
    first = dict(phone.tokens)
    phone.refresh()
    assert phone.tokens["session_id"] == first["session_id"]
    assert phone.tokens["refresh_token"] != first["refresh_token"]
    assert phone.me()["full_name"] == "Trần Thị Mẫu"
    # A lost answer is asked for again and gives the same successor; once that was used, the old one betrays a thief.
    body = {"refresh_token": first["refresh_token"]}
    again = phone.wire.call("POST", "/v1/auth/tokens", json_body=body).json()
    assert again["refresh_token"] == phone.tokens["refresh_token"]
    phone.refresh()
    refused(phone.wire.ask("POST", "/v1/auth/tokens", json_body=body), 401, "unauthenticated")
    refused(
        phone.wire.ask("POST", "/v1/auth/tokens", json_body={"refresh_token": phone.tokens["refresh_token"]}),
        401,
        "unauthenticated",
    )


def test_who_has_logged_out_is_out(system: System) -> None:
    phone = system.newcomer("mau")
    phone.log_out()
    body = {"refresh_token": phone.tokens["refresh_token"]}
    refused(phone.wire.ask("POST", "/v1/auth/tokens", json_body=body), 401, "unauthenticated")


def test_a_wrong_code_and_a_wrong_secret_are_answered_alike(system: System) -> None:
    shown, wire = system.filed(), system.wire()
    wrong = [(shown["code"], "22222222"), (f"{shown['code'][:-4]}9999", shown["lookup_secret"]), ("?", "22222222")]
    answers = [wire.ask("POST", "/v1/lookups", json_body={"code": code, "secret": secret}) for code, secret in wrong]
    bodies = {answer.body.replace(answer.headers["x-request-id"].encode(), b"") for answer in answers}
    assert len(bodies) == 1
    assert {answer.status for answer in answers} == {404}
    own = ("x-request-id", "date")
    headers = [{name: value for name, value in each.headers.items() if name not in own} for each in answers]
    assert headers[0] == headers[1] == headers[2]


def test_a_secret_cannot_be_guessed(system: System) -> None:
    shown, wire = system.filed(), system.wire()
    body = {"code": shown["code"], "secret": "22222222"}
    answers = [wire.ask("POST", "/v1/lookups", json_body=body) for _ in range(11)]
    assert [answer.status for answer in answers] == [404] * 10 + [429]
    refused(answers[-1], 429, "too_many_requests")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900
    # Neither does the right secret help now, nor is another dossier in the way.
    with pytest.raises(Refused) as heard:
        look_up(wire, shown["code"], shown["lookup_secret"])
    assert heard.value.status == 429
    other = system.filed()
    assert look_up(wire, other["code"].lower(), other["lookup_secret"].lower())["code"] == other["code"]


def test_uploads_that_cannot_be(system: System) -> None:
    phone = system.citizen()
    size = {**TUS, "Upload-Length": "10"}
    refused(phone.ask("POST", "/v1/uploads", headers={"Upload-Length": "10"}), 412, "tus_version")
    refused(phone.ask("POST", "/v1/uploads", headers={**TUS, "Upload-Length": "-1"}), 400, "tus_header_invalid")
    refused(phone.ask("POST", "/v1/uploads", headers={**TUS, "Upload-Length": "0"}), 422, "file_empty")
    huge = {**TUS, "Upload-Length": str(1 << 40)}
    refused(phone.ask("POST", "/v1/uploads", headers=huge), 413, "file_too_large")
    program = {**size, "Upload-Metadata": "filetype YXBwbGljYXRpb24vemlw"}
    refused(phone.ask("POST", "/v1/uploads", headers=program), 415, "file_type_unknown")
    place = phone.call("POST", "/v1/uploads", headers=size).headers["location"]
    refused(system.newcomer("vidu").ask("GET", place), 404, "not_found")
    assert system.newcomer("vidu").ask("HEAD", place, headers=TUS).status == 404


def test_a_procedure_says_when_it_has_not_changed(system: System) -> None:
    wire = system.wire()
    target = f"/v1/procedures/{PROCEDURE}"
    first = wire.call("GET", target)
    assert wire.call("GET", target, headers={"If-None-Match": first.etag}).status == 304
    english = wire.call("GET", target, headers={"Accept-Language": "en"})
    zipped = wire.call("GET", target, headers={"Accept-Encoding": "gzip"})
    assert len({first.etag, english.etag, zipped.etag}) == 3
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.body) < len(first.body)
    assert wire.call("GET", target, headers={"If-None-Match": zipped.etag}).status == 200
