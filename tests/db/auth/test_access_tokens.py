"""Access tokens: what is issued, what is read, and everything that is not."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from auth.models import Officer
from auth.service.sessions import revoke_all
from auth.tokens.issuer import Tokens
from auth.tokens.reader import LIVENESS_S
from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock
from kernel.errors import DomainError
from tests.db.auth.support import AGENCY, SESSIONS, House, appoint, statements

Claims = dict[str, Any]


def claims_of(token: str) -> Claims:
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    return claims


def refused(house: House, token: str) -> None:
    with pytest.raises(DomainError) as raised:
        house.reader.read(token)
    assert (raised.value.code, raised.value.params, raised.value.fields) == ("unauthenticated", {}, ())


def signed(house: House, claims: Claims, **header: Any) -> str:
    key = house.keys.signing()
    known = {"typ": "at+jwt", "kid": key.kid, **header}
    # The signer below JWTs checks no claim, so that the reader has to.
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key.private, algorithm="ES256", headers=known)


def test_a_citizens_token(house: House, clock: SettableClock) -> None:
    tokens = house.log_in()
    header, claims = jwt.get_unverified_header(tokens.access_token), claims_of(tokens.access_token)
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": house.keys.signing().kid}
    now = int(clock.now().timestamp())
    assert claims.pop("jti")
    person = claims.pop("sub")
    assert claims == {
        "iss": SESSIONS.issuer,
        "aud": "motcua",
        "client_id": "motcua-app",
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 5,
        "sid": str(tokens.session_id),
        "gen": 1,
        "kind": "citizen",
        "lvl": 2,
    }
    actor = house.reader.read(tokens.access_token)
    assert (str(actor.person_id), actor.session_id) == (person, tokens.session_id)
    assert (actor.kind, actor.identity_level, actor.officer_id) == (ActorKind.CITIZEN, 2, None)
    assert tokens.expires_in == 300
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


def officer_tokens(house: House) -> Tokens:
    citizen = house.reader.read(house.log_in().access_token)
    with house.work() as work:
        appoint(work.session, citizen, roles=["leader", "hand_over"])
    return house.log_in("officer")


def test_an_officers_token_carries_the_office(house: House) -> None:
    actor = house.reader.read(officer_tokens(house).access_token)
    assert (actor.kind, actor.agency_code) == (ActorKind.OFFICER, AGENCY)
    assert actor.roles == {"leader", "hand_over"}
    assert actor.officer_id is not None
    assert actor.id == actor.officer_id


@pytest.mark.parametrize(
    "change",
    [
        *({name: None} for name in ("iss", "aud", "sub", "client_id", "iat", "exp", "jti", "sid", "auth_time", "kind")),
        {"lvl": None},
        {"iss": "https://khac.example"},
        {"iss": [SESSIONS.issuer]},
        {"aud": "khac"},
        {"aud": ["motcua", "khac"]},
        {"client_id": "khac"},
        {"exp": "mai"},
        {"iat": "hôm qua"},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
        {"exp": 1},
        {"sub": "không phải id"},
        {"sid": "không phải id"},
        {"sid": "0195f1a2-7c3d-7e4f-8a5b-0123456789ab"},
        {"kind": "system"},
        {"kind": "vua"},
        {"kind": "officer"},
        {"lvl": "hai"},
    ],
    ids=str,
)
def test_a_token_of_ours_that_says_something_else_is_refused(house: House, change: Claims) -> None:
    claims = {**claims_of(house.log_in().access_token), **change}
    refused(house, signed(house, {name: value for name, value in claims.items() if value is not None}))


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(house: House, token: str, **header: Any) -> str:
    known = {"alg": "ES256", "typ": "at+jwt", "kid": house.keys.signing().kid, **header}
    _, payload, signature = token.split(".")
    return f"{part({name: value for name, value in known.items() if value is not None})}.{payload}.{signature}"


def hs256_with_public_key(house: House, token: str) -> str:
    # Written out because the library refuses, rightly, to use a public key as a secret.
    public = house.keys.signing().public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    content = with_header(house, token, alg="HS256").rpartition(".")[0]
    digest = hmac.digest(public, content.encode(), "sha256")
    return f"{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def of_another_key(house: House, token: str) -> str:
    header = {"typ": "at+jwt", "kid": house.keys.signing().kid}
    return jwt.encode(claims_of(token), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers=header)


FORGERIES: dict[str, Callable[[House, str], str]] = {
    "alg none": lambda house, token: with_header(house, token, alg="none").rpartition(".")[0] + ".",
    "alg changed": lambda house, token: with_header(house, token, alg="ES384"),
    "alg gone": lambda house, token: with_header(house, token, alg=None),
    "public key as secret": hs256_with_public_key,
    "another key": of_another_key,
    "another type": lambda house, token: signed(house, claims_of(token), typ="JWT"),
    "no type": lambda house, token: signed(house, claims_of(token), typ=None),
    "unknown kid": lambda house, token: signed(house, claims_of(token), kid="khac"),
    "kid gone": lambda house, token: with_header(house, token, kid=None),
    "kid a number": lambda house, token: with_header(house, token, kid=7),
    "critical extension": lambda house, token: signed(house, claims_of(token), crit=["x"], x=1),
    "payload altered": lambda _house, token: ".".join(
        (token.split(".")[0], part({**claims_of(token), "lvl": 1}), token.split(".")[2])
    ),
    "signature cut": lambda _house, token: token[:-4],
    "signature gone": lambda _house, token: token.rpartition(".")[0] + ".",
    "two parts": lambda _house, token: token.rpartition(".")[0],
    "header a list": lambda _house, token: ".".join((part([]), *token.split(".")[1:])),
    "header deep": lambda _house, token: ".".join(("W1tb" * 400, *token.split(".")[1:])),
    "very long": lambda _house, token: token + "A" * 5000,
    "no ascii": lambda _house, token: "đ" + token,
    "unpaired surrogate": lambda _house, token: "\ud800" + token,
    "empty": lambda _house, _token: "",
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forged_and_broken_tokens_are_refused(house: House, name: str) -> None:
    token = house.log_in().access_token
    refused(house, FORGERIES[name](house, token))
    assert house.reader.read(token).kind is ActorKind.CITIZEN


@given(text=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_token(house: House, text: str) -> None:
    refused(house, text)
    refused(house, f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': text})}.e30.e30")


def test_a_token_expires_also_when_it_was_read_before(house: House, clock: SettableClock) -> None:
    token = house.log_in().access_token
    clock.advance(SESSIONS.access_ttl - timedelta(seconds=1))
    assert house.reader.read(token).kind is ActorKind.CITIZEN
    clock.advance(timedelta(seconds=1))
    refused(house, token)


def revoke(house: House, actor: Actor) -> None:
    with house.work() as work:
        revoke_all(work, actor)


def test_a_revoked_session_stops_within_five_seconds_everywhere(house: House) -> None:
    token = house.log_in().access_token
    actor = house.reader.read(token)
    revoke(house, actor)
    house.ticks.seconds += LIVENESS_S
    refused(house, token)
    assert LIVENESS_S < 5


def test_it_stops_at_once_where_it_was_revoked_and_where_it_was_not_seen(house: House) -> None:
    token = house.log_in().access_token
    actor = house.reader.read(token)
    revoke(house, actor)
    assert actor.session_id is not None
    house.reader.forget(actor.session_id)
    refused(house, token)
    refused(House(house.database, house.vault, house.clock), token)


def test_an_officer_stops_with_the_office(house: House) -> None:
    token = officer_tokens(house).access_token
    actor = house.reader.read(token)
    with house.work() as work:
        work.session.execute(update(Officer).where(Officer.id == actor.officer_id).values(valid_to=date(2026, 11, 19)))
    house.ticks.seconds += LIVENESS_S
    refused(house, token)


def test_a_live_session_is_asked_about_once_in_a_while(house: House) -> None:
    token = house.log_in().access_token
    with statements(house.database) as seen:
        for _ in range(3):
            house.reader.read(token)
        assert len(seen) == 1
        house.ticks.seconds += LIVENESS_S
        house.reader.read(token)
        assert len(seen) == 2


def test_made_up_key_ids_do_not_become_a_stream_of_statements(house: House) -> None:
    claims = claims_of(house.log_in().access_token)
    forged = [signed(house, claims, kid=f"khac-{number}") for number in range(50)]
    with statements(house.database) as seen:
        for token in forged:
            refused(house, token)
    assert len(seen) <= 1
