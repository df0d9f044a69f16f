"""Whatever a provider writes: in, cleaned, or refused as a log-in. Nothing else ever leaves the exchange."""

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from auth.eid.answers import clean, read_json
from auth.eid.claims import LONGEST_NAME, full_name
from auth.eid.oidc import OidcProvider
from kernel.errors import DomainError
from tests.unit.auth.support import CLAIMS, KEPT, KEYS, REQUEST, ScriptedProvider, client_of, refusal

ODD_TEXTS = [
    "\0",
    "\x1b[31m",
    "\ud800",
    "\udfff abc",
    "abc\ud800",
    "abc\r\nX-Evil: 1",
    "abc\ndef",
    "\x7f",
    "\ufffe",
    "x" * 100_000,
    "",
    "đ",
]
WRONG_TYPES: list[object] = [None, 7, True, 1.5, -1, 10**40, [], ["a"], {}, {"a": "b"}, [[["\0"]]], float("inf")]


def raw(document: object) -> tuple[int, dict[str, str], bytes]:
    """JSON as a careless program writes it: lone surrogates as escapes."""
    return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()


def outcome(eid: OidcProvider) -> str:
    """`in`, or the code of the refusal."""
    try:
        found = eid.exchange("code-thu", KEPT)
    except DomainError as error:
        return error.code
    for text in (found.subject, found.full_name, found.issuer):
        text.encode()
        assert "\0" not in text
    return "in"


@pytest.mark.parametrize("value", [*ODD_TEXTS, *WRONG_TYPES], ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("member", ["access_token", "token_type", "id_token", "scope"])
def test_odd_members_of_the_token_answer(
    eid: OidcProvider, provider: ScriptedProvider, member: str, value: object
) -> None:
    provider.script.answers["token"] = lambda: raw(provider._document("token") | {member: value})
    assert outcome(eid) == ("in" if member == "scope" else "login_failed") or value == "đ"


@pytest.mark.parametrize("value", ["abc\r\nX-Evil: 1", "abc\0", "abc\nabc", "abc abc", "\ud800", "ặ", "x" * 20_000])
def test_an_access_token_that_no_header_can_hold_is_never_sent(
    eid: OidcProvider, provider: ScriptedProvider, value: str
) -> None:
    provider.script.token = {"access_token": value}
    assert refusal(eid) == ("login_failed", "answer_access_token")
    assert provider.count("userinfo") == 0


@pytest.mark.parametrize("value", [*ODD_TEXTS, *WRONG_TYPES], ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("member", ["nonce", "sub", "iss", "aud", "azp", "at_hash", "exp", "iat", "auth_time", "acr"])
def test_odd_claims_of_the_id_token(eid: OidcProvider, provider: ScriptedProvider, member: str, value: object) -> None:
    head, body, _signature = provider.id_token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {member: value}
    # Signed as it stands: the library that makes tokens would refuse to sign some of it.
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    token = jwt.PyJWS().encode(json.dumps(claims).encode(), KEYS["RS256"], algorithm="RS256", headers=header)
    provider.script.token = {"id_token": token}
    provider.script.metadata = {"userinfo_endpoint": None}
    assert outcome(eid) in {"in", "login_failed"}
    if member in ("nonce", "sub", "iss") and value != "đ":
        assert outcome(eid) == "login_failed" or value == "\ufffe"


@pytest.mark.parametrize("value", [*ODD_TEXTS, *WRONG_TYPES], ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("member", ["kid", "typ", "alg", "cty", "jku", "crit"])
def test_odd_headers_of_the_id_token(eid: OidcProvider, provider: ScriptedProvider, member: str, value: object) -> None:
    head, body, signature = provider.id_token().split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "==")) | {member: value}
    odd = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    provider.script.token = {"id_token": f"{odd}.{body}.{signature}"}
    assert outcome(eid) == "login_failed"


@pytest.mark.parametrize("value", [*ODD_TEXTS, *WRONG_TYPES], ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("member", ["sub", "name", "given_name", "birthdate", "citizen_pid", "identity_level", "x"])
def test_odd_claims_of_userinfo(eid: OidcProvider, provider: ScriptedProvider, member: str, value: object) -> None:
    provider.script.answers["userinfo"] = lambda: raw({"sub": "chu-the-1", **CLAIMS, member: value})
    assert outcome(eid) in {"in", "login_failed"}
    if member in ("name", "given_name", "birthdate", "identity_level", "x"):
        assert outcome(eid) == "in"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "address",
    [
        "http://[::1",
        "http://",
        "http:///path",
        "https://eid.example:99999/",
        "https://eid.example:port/",
        "https://eid.example:0/",
        "https://thu:mat-khau@eid.example/",
        "https://eid.example@ke-gian.example/",
        "https://eid.example\\@ke-gian.example/",
        "https://eid.example/\r\nX: 1",
        "https://eid.example/\0",
        "https://eid.example/\ud800",
        "https://eid.example/a b",
        "https://đăng-nhập.example/",
        "https://eid.example/" + "x" * 5000,
        "javascript:alert(1)",
        "//eid.example/",
        "/token",
        "",
        7,
        ["https://eid.example/"],
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_addresses_that_are_none(eid: OidcProvider, provider: ScriptedProvider, name: str, address: object) -> None:
    provider.script.metadata = {name: address}
    with pytest.raises(DomainError) as raised:
        eid.authorization_url(REQUEST)
    assert raised.value.code == "eid_unavailable"
    assert refusal(eid) == ("login_failed", f"metadata_{name}")


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "[v1.x]", "-", "1.2.3.4.5.6"])
def test_hosts_that_no_resolver_takes_are_refused_or_away(
    eid: OidcProvider, provider: ScriptedProvider, host: str
) -> None:
    provider.script.metadata = {"token_endpoint": f"http://{host}/token"}
    assert outcome(eid) in {"login_failed", "eid_unavailable"}


@pytest.mark.parametrize("where", ["openid-configuration", "token", "jwks", "userinfo"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' * 900 + b"1" + b"}" * 900,
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"\\ud800": "\\udc00\\ud800"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xff"}',
        b'{"a": "\n"}',
        b'{"a": NaN}',
        b'\xff\xfe{"a": 1}',
        b"\xef\xbb\xbf[]",
        b"",
        b"null",
        b'"text"',
        b"1e999",
    ],
    ids=lambda body: ascii(body)[:25],
)
def test_odd_json(provider: ScriptedProvider, where: str, body: bytes) -> None:
    eid = client_of(provider.issuer)
    provider.script.answers[where] = lambda: (200, {"Content-Type": "application/json"}, body)
    assert outcome(eid) == "login_failed"
    eid.close()


def test_what_the_log_says_of_a_refusal_is_our_own_word(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.answers["token"] = lambda: raw({"error": "\ud800\0", "error_description": "049090000001"})
    with capture_logs() as logs, pytest.raises(DomainError):
        eid.exchange("code-thu", KEPT)
    assert [line["reason"] for line in logs] == ["answer_access_token"]


@pytest.mark.parametrize(
    ("claim", "signed", "told", "accepted"),
    [
        ("citizen_pid", "049090000001", "049190000002", False),
        ("citizen_pid", "049090000001", " 049090000001 ", True),
        ("citizen_pid", None, "049090000001", True),
        ("birthdate", "1990-09-02", "02/09/1990", True),
        ("birthdate", "1990-09-02", "1991-09-02", False),
        ("identity_level", 1, 2, False),
        ("identity_level", "2", "loa2", True),
        ("identity_level", 2, 1, False),
    ],
)
def test_userinfo_never_contradicts_what_was_signed(
    eid: OidcProvider, provider: ScriptedProvider, claim: str, signed: object, told: object, accepted: bool
) -> None:
    provider.script.id_claims = {claim: signed}
    provider.script.userinfo = {**CLAIMS, claim: told}
    if accepted:
        assert outcome(eid) == "in"
    else:
        assert refusal(eid) == ("login_failed", "userinfo_differs")


def test_a_signed_name_stands_before_one_that_is_only_told(eid: OidcProvider, provider: ScriptedProvider) -> None:
    provider.script.id_claims = {"name": "Nguyễn Văn Thử"}
    provider.script.userinfo = {**CLAIMS, "name": "Kẻ Gian"}
    assert eid.exchange("code-thu", KEPT).full_name == "Nguyễn Văn Thử"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nguyễn Văn\0 An", "Nguyễn Văn An"),
        ("Ng\u0000uyễn", "Nguyễn"),
        ("Nguyễn\ud800 An", "Nguyễn An"),
        ("Hơ", "Hơ"),
        ("Y", "Y"),
        (" \u200bTrần\u00a0Thị\u2028Mẫu\u202e ", "Trần Thị Mẫu"),
        ("Tra\u0302\u0300n", "Trần"),
        ("O'Brien-Smith, Jr.", "O'Brien-Smith, Jr."),
        ("王小明", "王小明"),
        ("", ""),
        ("\0\0", ""),
        ("\u200d", ""),
        (".", ""),
        ("12345", ""),
        ("---", ""),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert full_name(clean({"name": name}), "name") == expected


def test_long_names_are_kept_whole_and_endless_ones_cut_between_words() -> None:
    long = " ".join(["Hơ", "Y", "Bkrông"] * 25)
    assert len(long) > 250
    assert full_name({"name": long}, "name") == long
    endless = full_name({"name": "Nguyễn Thị " * 5000}, "name")
    assert LONGEST_NAME - 12 < len(endless) <= LONGEST_NAME
    assert endless.endswith(("Nguyễn", "Thị"))
    assert len(full_name({"name": "x" * 9000}, "name")) == LONGEST_NAME
    assert len(full_name({"family_name": "a" * 290, "given_name": "b" * 290}, "name")) <= LONGEST_NAME


def test_an_unshowable_name_falls_back_to_its_parts() -> None:
    assert full_name({"name": "\u200b", "family_name": "Trần", "given_name": "Mẫu"}, "name") == "Trần Mẫu"


_TEXTS = st.text(alphabet=st.characters(), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in (name, *_strings(item))]
    return []


@given(_JSON)
@settings(max_examples=150, deadline=None)
def test_nothing_unkeepable_passes_the_boundary(value: Any) -> None:
    for text in _strings(read_json(json.dumps(value).encode())):
        text.encode()
        assert not set(text) & set("\0\x1b\x7f\x85")


def test_two_subjects_that_differ_only_in_what_cannot_be_kept_are_not_one(provider: ScriptedProvider) -> None:
    for sub in ("chu-the\ud800", "chu-the\udfff", "chu-the\0"):
        eid = client_of(provider.issuer)
        provider.script.id_claims = {"sub": sub}
        assert refusal(eid) == ("login_failed", "id_token_sub")
        eid.close()


def test_claims_that_are_no_object_are_refused(eid: OidcProvider, provider: ScriptedProvider) -> None:
    signed = jwt.PyJWS().encode(b'["sub"]', KEYS["RS256"], algorithm="RS256", headers={"kid": "k1"})
    provider.script.token = {"id_token": signed}
    assert refusal(eid) == ("login_failed", "id_token_invalid")
