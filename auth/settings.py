"""What the environment says about the eID provider, sessions and phone proof."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from auth.eid.private_key import PRIVATE_KEY
from auth.registry.settings import RegistrySettings
from auth.rules import SMS_PER_DAY
from kernel.actor import ActorKind
from kernel.configuration.kinds import Account, Seconds, Secret, Shape, Text, Unfit, Whole, Words, read_list
from kernel.configuration.settings import PUBLIC_BASE_URL, Environment
from kernel.configuration.urls import OutsideUrl, split_outside

SANDBOX_ISSUERS = {"oidc": "http://127.0.0.1:8025/eid", "vneid": "http://127.0.0.1:8025/vneid"}
APP_REDIRECT = "https://app.motcua.example/eid/callback"
_CLAIM = Shape("[!-+.-~-]+", "cần tên một claim", "the name of a claim is needed")


class Issuer(OutsideUrl):
    """Compared byte for byte, so a slash at its end stays."""

    def parse(self, said: str) -> str:
        super().parse(said)
        return said


DIALECT: Final = Words("MOTCUA_EID_DIALECT", "oidc", tuple(SANDBOX_ISSUERS))
ISSUER: Final = Issuer("MOTCUA_EID_ISSUER", SANDBOX_ISSUERS["oidc"])
AUTHORIZATION_URL: Final = OutsideUrl("MOTCUA_EID_AUTHORIZATION_URL", "", question=True)
TOKEN_URL: Final = OutsideUrl("MOTCUA_EID_TOKEN_URL", "", question=True)
USERINFO_URL: Final = OutsideUrl("MOTCUA_EID_USERINFO_URL", "", question=True)
CLIENT_ID: Final = Account("MOTCUA_EID_CLIENT_ID", "sandbox-motcua")
CLIENT_SECRET: Final = Secret("MOTCUA_EID_CLIENT_SECRET", "sandbox-eid-client-secret")
REDIRECT_URI: Final = Text("MOTCUA_EID_REDIRECT_URI", APP_REDIRECT, in_production=None)
SCOPE: Final = Text("MOTCUA_EID_SCOPE", "")
# A provider's subject may be chosen by its users; it passes for a personal number only where said so.
CLAIM_IDENTITY: Final = Text("MOTCUA_EID_CLAIM_IDENTITY", "citizen_pid,sub", in_production="citizen_pid")
CLAIM_NAME: Final = Text("MOTCUA_EID_CLAIM_NAME", "name", shape=_CLAIM)
CLAIM_BIRTH_DATE: Final = Text("MOTCUA_EID_CLAIM_BIRTH_DATE", "birthdate", shape=_CLAIM)
CLAIM_LEVEL: Final = Text("MOTCUA_EID_CLAIM_LEVEL", "identity_level", shape=_CLAIM)
# How an organisation's account is told from a person's is written nowhere in public (unconfirmed); the older portal
# said 2 for an organisation.
CLAIM_ACCOUNT_TYPE: Final = Text("MOTCUA_EID_CLAIM_ACCOUNT_TYPE", "", shape=_CLAIM)
ORGANISATION_TYPES: Final = Text("MOTCUA_EID_ORGANISATION_TYPES", "2,organisation")
CLAIM_TAX_CODE: Final = Text("MOTCUA_EID_CLAIM_TAX_CODE", "", shape=_CLAIM)
EID_TIMEOUT: Final = Seconds("MOTCUA_EID_TIMEOUT_SECONDS", 8, 1, 12)
ACCESS_TOKEN: Final = Whole("MOTCUA_ACCESS_TOKEN_SECONDS", 300, 60, 600)
REFRESH_WINDOW: Final = Whole("MOTCUA_REFRESH_WINDOW_SECONDS", 60, 0, 60)
CITIZEN_SESSION: Final = Whole("MOTCUA_CITIZEN_SESSION_DAYS", 90, 1, 365)
CITIZEN_IDLE: Final = Whole("MOTCUA_CITIZEN_IDLE_DAYS", 30, 1, 365)
OFFICER_SESSION: Final = Whole("MOTCUA_OFFICER_SESSION_HOURS", 12, 1, 24)
OFFICER_IDLE: Final = Whole("MOTCUA_OFFICER_IDLE_MINUTES", 15, 1, 1440)
# A key is published a day before it signs, so one that lasts a day is never in use.
SIGNING_KEY: Final = Whole("MOTCUA_SIGNING_KEY_DAYS", 30, 2, 365)
SIGNING_LOGIN: Final = Whole("MOTCUA_SIGNING_LOGIN_MINUTES", 240, 1, 1440)
ADMIN_LOGIN: Final = Whole("MOTCUA_ADMIN_LOGIN_MINUTES", 15, 1, 1440)
PROOF_SMS: Final = Whole("MOTCUA_PROOF_SMS_PER_DAY", SMS_PER_DAY, 0, 10_000_000)


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where the provider puts what we need. `identity_number` may name several claims; the first present one counts."""

    identity_number: tuple[str, ...]
    full_name: str
    birth_date: str
    identity_level: str
    account_type: str = "account_type"
    organisation_types: tuple[str, ...] = ("2", "organisation")
    tax_code: str = "tax_code"


@dataclass(frozen=True, slots=True)
class VneidSettings:
    """What the VNeID dialect has beside a registration: no document says where its endpoints are."""

    authorization_url: str
    token_url: str
    userinfo_url: str
    private_key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, env: Environment, issuer: str) -> "VneidSettings":
        return cls(
            authorization_url=AUTHORIZATION_URL.read(env) or f"{issuer}/authorize",
            token_url=TOKEN_URL.read(env) or f"{issuer}/token",
            userinfo_url=USERINFO_URL.read(env) or f"{issuer}/userinfo",
            private_key=PRIVATE_KEY.read(env),
        )


@dataclass(frozen=True, slots=True)
class EidSettings:
    """One eID provider and our registration with it. `vneid` is set where its dialect is VNeID's, not OpenID Connect.

    Tokens are compared with `issuer` byte for byte; of a slash at its end the provider's own document decides.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    scope: str
    claims: ClaimNames
    timeout_s: float
    vneid: VneidSettings | None = None

    @classmethod
    def read(cls, env: Environment) -> "EidSettings":
        dialect = DIALECT.read(env)
        issuer = ISSUER.read(env)
        if dialect != "oidc" and not ISSUER.is_set(env) and not env.production:
            issuer = SANDBOX_ISSUERS[dialect]
        return cls(
            issuer=issuer,
            client_id=CLIENT_ID.read(env),
            client_secret=CLIENT_SECRET.read(env),
            redirect_uris=_redirect_uris(env),
            scope=_scope(env, "openid" if dialect == "vneid" else "openid profile"),
            claims=ClaimNames(
                identity_number=_claims(env),
                full_name=CLAIM_NAME.read(env),
                birth_date=CLAIM_BIRTH_DATE.read(env),
                identity_level=CLAIM_LEVEL.read(env),
                account_type=CLAIM_ACCOUNT_TYPE.read(env) or ("accountType" if dialect == "vneid" else "account_type"),
                organisation_types=tuple(word.lower() for word in read_list(ORGANISATION_TYPES.read(env)) or ()),
                tax_code=CLAIM_TAX_CODE.read(env) or ("taxCode" if dialect == "vneid" else "tax_code"),
            ),
            timeout_s=EID_TIMEOUT.read(env),
            vneid=VneidSettings.read(env, issuer.rstrip("/")) if dialect == "vneid" else None,
        )


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Lifetimes. A session ends at `*_lifetime`, or when nothing was refreshed for `*_idle`.

    The officer's idle time follows the level-2 control "session lock in 15 minutes" (unconfirmed, so configurable).
    `key_lead` is how long a signing key is published before its first use. `signing_login` and `admin_login` are how
    old a log-in may be for an act that signs, and for one that changes who may do what.
    """

    issuer: str
    access_ttl: timedelta = timedelta(minutes=5)
    refresh_window: timedelta = timedelta(seconds=60)
    citizen_lifetime: timedelta = timedelta(days=90)
    citizen_idle: timedelta = timedelta(days=30)
    officer_lifetime: timedelta = timedelta(hours=12)
    officer_idle: timedelta = timedelta(minutes=15)
    key_lifetime: timedelta = timedelta(days=30)
    key_lead: timedelta = timedelta(days=1)
    signing_login: timedelta = timedelta(hours=4)
    admin_login: timedelta = timedelta(minutes=15)

    @classmethod
    def read(cls, env: Environment) -> "SessionSettings":
        settings = cls(
            issuer=PUBLIC_BASE_URL.read(env),
            access_ttl=timedelta(seconds=ACCESS_TOKEN.read(env)),
            refresh_window=timedelta(seconds=REFRESH_WINDOW.read(env)),
            citizen_lifetime=timedelta(days=CITIZEN_SESSION.read(env)),
            citizen_idle=timedelta(days=CITIZEN_IDLE.read(env)),
            officer_lifetime=timedelta(hours=OFFICER_SESSION.read(env)),
            officer_idle=timedelta(minutes=OFFICER_IDLE.read(env)),
            key_lifetime=timedelta(days=SIGNING_KEY.read(env)),
            signing_login=timedelta(minutes=SIGNING_LOGIN.read(env)),
            admin_login=timedelta(minutes=ADMIN_LOGIN.read(env)),
        )
        settings._judge(env)
        return settings

    def _judge(self, env: Environment) -> None:
        """What each may be by itself, but not beside the others."""
        for idle, longest, setting, other in (
            (self.citizen_idle, self.citizen_lifetime, CITIZEN_IDLE, CITIZEN_SESSION),
            (self.officer_idle, self.officer_lifetime, OFFICER_IDLE, OFFICER_SESSION),
        ):
            if idle > longest:
                env.refuse(setting.name, f"dài hơn {other.name}", f"is longer than {other.name}")
        if self.officer_idle < self.access_ttl:
            # A client refreshes when its token ends, and would find the session ended.
            env.refuse(OFFICER_IDLE.name, f"ngắn hơn {ACCESS_TOKEN.name}", f"is shorter than {ACCESS_TOKEN.name}")

    def lifetime(self, kind: ActorKind) -> timedelta:
        return self.officer_lifetime if kind is ActorKind.OFFICER else self.citizen_lifetime

    def idle(self, kind: ActorKind) -> timedelta:
        return self.officer_idle if kind is ActorKind.OFFICER else self.citizen_idle


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """`proof_sms_per_day`: one-time codes that may leave on one day, to all numbers together."""

    eid: EidSettings
    sessions: SessionSettings
    registry: RegistrySettings
    proof_sms_per_day: int = SMS_PER_DAY

    @classmethod
    def read(cls, env: Environment) -> "AuthSettings":
        return cls(
            eid=EidSettings.read(env),
            sessions=SessionSettings.read(env),
            registry=RegistrySettings.read(env),
            proof_sms_per_day=PROOF_SMS.read(env),
        )


def _redirect_uris(env: Environment) -> tuple[str, ...]:
    said = REDIRECT_URI.read(env)
    uris = read_list(said)
    if said and not all(_is_app_address(uri) for uri in uris or ("",)):
        env.refuse(
            REDIRECT_URI.name,
            "cần các địa chỉ đầy đủ, cách nhau bằng dấu phẩy, không có #",
            "whole addresses are needed, by comma, without a #",
        )
    elif env.production and any(urlsplit(uri).scheme != "https" for uri in uris):
        env.refuse(
            REDIRECT_URI.name,
            "khi chạy thật cần địa chỉ https của ứng dụng",
            "claimed https addresses are needed in production",
        )
    return uris


def _is_app_address(uri: str) -> bool:
    """Of the web, or of an app's own scheme (vn.example.app:/callback)."""
    if re.fullmatch(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[!-\"$-~]*", uri):
        return True
    try:
        split_outside(uri, question=True)
    except Unfit:
        return False
    return True


def _scope(env: Environment, usual: str) -> str:
    scope = SCOPE.read(env) or usual
    if "openid" not in scope.split():
        env.refuse(SCOPE.name, "phải có openid", "must contain openid")
    return scope


def _claims(env: Environment) -> tuple[str, ...]:
    names = read_list(CLAIM_IDENTITY.read(env))
    if not names or not all(re.fullmatch(_CLAIM.pattern, name) for name in names):
        env.refuse(CLAIM_IDENTITY.name, _CLAIM.vi, _CLAIM.en)
    return names
