"""Which SMS gateways are in use, with what credentials. Only those in use need any."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kernel.settings import Environment
from notify.channels import esms_table, twilio_table
from notify.channels.esms_table import EsmsSettings
from notify.channels.twilio_table import TwilioSettings

SANDBOX: Final = "http://127.0.0.1:8025"
SANDBOX_ACCOUNT_SID: Final = "AC5a17b0c5000000000000000000000001"
SANDBOX_SENDER: Final = "+15005550006"
SANDBOX_BRANDNAME: Final = "UBND DBan"
SMS_GATEWAYS: Final = (esms_table.NAME, twilio_table.NAME)
_WEIGHTS: Final = "MOTCUA_SMS_GATEWAYS"
_SHARE: Final = re.compile(r"([a-z]+)=([0-9]{1,4})")
# NĐ 91/2020/NĐ-CP, article 23: up to 11 Latin letters, digits, dash, underscore, dot, space; not digits alone.
_BRANDNAME: Final = re.compile(r"(?![0-9]+$)[A-Za-z0-9._ -]{1,11}")


def read_weights(env: Environment) -> Mapping[str, int]:
    """Gateway -> its weight, of `esms=3,twilio=1`. In production the domestic one alone unless more is said: a foreign
    one takes personal data across the border."""
    said = env.text(_WEIGHTS, f"{esms_table.NAME}=1" if env.production else f"{twilio_table.NAME}=1")
    shares = [_SHARE.fullmatch(part.strip()) for part in said.split(",")]
    weights = {share[1]: int(share[2]) for share in shares if share is not None and share[1] in SMS_GATEWAYS}
    if len(weights) != len(shares) or not any(weights.values()):
        env.problems.append(f"{_WEIGHTS}: as in esms=3,twilio=1, of {' and '.join(SMS_GATEWAYS)}, one weight above 0")
    return MappingProxyType(weights)


def read_twilio(env: Environment, timeout_s: float, connections: int) -> TwilioSettings:
    return TwilioSettings(
        account_sid=_account_sid(env),
        auth_token=env.secret("MOTCUA_TWILIO_AUTH_TOKEN", "sandbox-twilio-auth-token"),
        sender=env.text("MOTCUA_TWILIO_SENDER", None if env.production else SANDBOX_SENDER),
        public_base_url=_public_base_url(env),
        base_url=_base_url(env, "MOTCUA_TWILIO_BASE_URL", twilio_table.REAL_BASE_URL, "twilio"),
        timeout_s=timeout_s,
        connections=connections,
    )


def read_esms(env: Environment, timeout_s: float, connections: int) -> EsmsSettings:
    return EsmsSettings(
        api_key=env.secret("MOTCUA_ESMS_API_KEY", "sandbox-esms-api-key"),
        secret_key=env.secret("MOTCUA_ESMS_SECRET_KEY", "sandbox-esms-secret-key"),
        brandname=_brandname(env),
        public_base_url=_public_base_url(env),
        base_url=_base_url(env, "MOTCUA_ESMS_BASE_URL", esms_table.REAL_BASE_URL, "esms"),
        timeout_s=timeout_s,
        connections=connections,
    )


def _public_base_url(env: Environment) -> str:
    return env.outside_url("MOTCUA_PUBLIC_BASE_URL", "http://127.0.0.1:8000")


def _base_url(env: Environment, name: str, real: str, twin: str) -> str:
    """The gateway's own address unless another is said; in development the sandbox's."""
    said = env.text(name, real if env.production else f"{SANDBOX}/{twin}")
    if env.production:
        return env.outside_url(name) if said != real else real
    return said.rstrip("/")


def _account_sid(env: Environment) -> str:
    name = "MOTCUA_TWILIO_ACCOUNT_SID"
    said = env.text(name, None if env.production else SANDBOX_ACCOUNT_SID)
    if env.production and said == SANDBOX_ACCOUNT_SID:
        env.problems.append(f"{name}: a sandbox account is not allowed in production")
    return said


def _brandname(env: Environment) -> str:
    name = "MOTCUA_ESMS_BRANDNAME"
    said = env.text(name, None if env.production else SANDBOX_BRANDNAME)
    if said and not _BRANDNAME.fullmatch(said):
        env.problems.append(f"{name}: up to 11 letters without accents, digits, and - _ . space; not digits alone")
    return said
