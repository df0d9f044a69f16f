"""What the environment says about the eID provider, sessions and phone proof."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from auth.private_key import read_private_key
from auth.rules import SMS_PER_DAY
from kernel.actor import ActorKind
from kernel.settings import Environment

SANDBOX_ISSUERS = {"oidc": "http://127.0.0.1:8025/eid", "vneid": "http://127.0.0.1:8025/vneid"}
APP_REDIRECT = "https://app.motcua.example/eid/callback"
_MAX_REFRESH_WINDOW = 60


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where the provider puts what we need. `identity_number` may name several claims; the first present one counts."""

    identity_number: tuple[str, ...]
    full_name: str
    birth_date: str
    identity_level: str


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
            authorization_url=env.outside_url("MOTCUA_EID_AUTHORIZATION_URL", f"{issuer}/authorize"),
            token_url=env.outside_url("MOTCUA_EID_TOKEN_URL", f"{issuer}/token"),
            userinfo_url=env.outside_url("MOTCUA_EID_USERINFO_URL", f"{issuer}/userinfo"),
            private_key=read_private_key(env),
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
        dialect = env.text("MOTCUA_EID_DIALECT", "oidc")
        if dialect not in SANDBOX_ISSUERS:
            env.problems.append(f"MOTCUA_EID_DIALECT: {' or '.join(SANDBOX_ISSUERS)}")
            dialect = "oidc"
        issuer = env.text("MOTCUA_EID_ISSUER", SANDBOX_ISSUERS[dialect])
        env.outside_url("MOTCUA_EID_ISSUER", issuer)
        return cls(
            issuer=issuer,
            client_id=env.text("MOTCUA_EID_CLIENT_ID", None if env.production else "sandbox-motcua"),
            client_secret=env.secret("MOTCUA_EID_CLIENT_SECRET", "sandbox-eid-client-secret"),
            redirect_uris=_redirect_uris(env),
            scope=_scope(env, "openid" if dialect == "vneid" else "openid profile"),
            claims=ClaimNames(
                # A provider's subject may be chosen by its users; it passes for a personal number only where said so.
                identity_number=_names(
                    env.text("MOTCUA_EID_CLAIM_IDENTITY", "citizen_pid" if env.production else "citizen_pid,sub")
                ),
                full_name=env.text("MOTCUA_EID_CLAIM_NAME", "name"),
                birth_date=env.text("MOTCUA_EID_CLAIM_BIRTH_DATE", "birthdate"),
                identity_level=env.text("MOTCUA_EID_CLAIM_LEVEL", "identity_level"),
            ),
            timeout_s=env.seconds("MOTCUA_EID_TIMEOUT_SECONDS", 5.0),
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
        window = env.integer("MOTCUA_REFRESH_WINDOW_SECONDS", _MAX_REFRESH_WINDOW)
        if not 0 <= window <= _MAX_REFRESH_WINDOW:
            env.problems.append(f"MOTCUA_REFRESH_WINDOW_SECONDS: 0 to {_MAX_REFRESH_WINDOW}")
        access = env.integer("MOTCUA_ACCESS_TOKEN_SECONDS", 300)
        if not 60 <= access <= 600:
            env.problems.append("MOTCUA_ACCESS_TOKEN_SECONDS: 60 to 600")
        return cls(
            issuer=env.outside_url("MOTCUA_PUBLIC_BASE_URL", "http://127.0.0.1:8000"),
            access_ttl=timedelta(seconds=access),
            refresh_window=timedelta(seconds=window),
            citizen_lifetime=timedelta(days=env.integer("MOTCUA_CITIZEN_SESSION_DAYS", 90)),
            citizen_idle=timedelta(days=env.integer("MOTCUA_CITIZEN_IDLE_DAYS", 30)),
            officer_lifetime=timedelta(hours=env.integer("MOTCUA_OFFICER_SESSION_HOURS", 12)),
            officer_idle=timedelta(minutes=env.integer("MOTCUA_OFFICER_IDLE_MINUTES", 15)),
            key_lifetime=timedelta(days=env.integer("MOTCUA_SIGNING_KEY_DAYS", 30)),
            signing_login=timedelta(minutes=env.integer("MOTCUA_SIGNING_LOGIN_MINUTES", 240)),
            admin_login=timedelta(minutes=env.integer("MOTCUA_ADMIN_LOGIN_MINUTES", 15)),
        )

    def lifetime(self, kind: ActorKind) -> timedelta:
        return self.officer_lifetime if kind is ActorKind.OFFICER else self.citizen_lifetime

    def idle(self, kind: ActorKind) -> timedelta:
        return self.officer_idle if kind is ActorKind.OFFICER else self.citizen_idle


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """`proof_sms_per_day`: one-time codes that may leave on one day, to all numbers together."""

    eid: EidSettings
    sessions: SessionSettings
    proof_sms_per_day: int = SMS_PER_DAY

    @classmethod
    def read(cls, env: Environment) -> "AuthSettings":
        per_day = env.integer("MOTCUA_PROOF_SMS_PER_DAY", SMS_PER_DAY)
        if per_day < 0:
            env.problems.append("MOTCUA_PROOF_SMS_PER_DAY: 0 or more")
        return cls(eid=EidSettings.read(env), sessions=SessionSettings.read(env), proof_sms_per_day=per_day)


def _redirect_uris(env: Environment) -> tuple[str, ...]:
    name = "MOTCUA_EID_REDIRECT_URI"
    uris = _names(env.text(name, None if env.production else APP_REDIRECT))
    if env.production and any(urlsplit(uri).scheme != "https" for uri in uris):
        env.problems.append(f"{name}: claimed https addresses are needed in production")
    return uris


def _scope(env: Environment, usual: str) -> str:
    scope = env.text("MOTCUA_EID_SCOPE", usual)
    if "openid" not in scope.split():
        env.problems.append("MOTCUA_EID_SCOPE: must contain openid")
    return scope


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)
