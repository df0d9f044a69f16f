"""Which SMS gateways are in use, with what credentials. Only those in use need any."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kernel.configuration.kinds import Account, Secret, Shape, Text, read_pairs
from kernel.configuration.settings import PUBLIC_BASE_URL, Environment
from kernel.configuration.urls import OutsideUrl
from notify.channels.esms import table as esms_table
from notify.channels.esms.table import EsmsSettings
from notify.channels.twilio import table as twilio_table
from notify.channels.twilio.table import TwilioSettings

SANDBOX: Final = "http://127.0.0.1:8025"
SANDBOX_ACCOUNT_SID: Final = "AC5a17b0c5000000000000000000000001"
SANDBOX_SENDER: Final = "+15005550006"
SANDBOX_BRANDNAME: Final = "UBND DBan"
SMS_GATEWAYS: Final = (esms_table.NAME, twilio_table.NAME)
# NĐ 91/2020/NĐ-CP, article 23: up to 11 Latin letters, digits, dash, underscore, dot, space; not digits alone.
_BRANDNAME: Final = Shape(
    r"(?![0-9]+$)[A-Za-z0-9._ -]{1,11}",
    "nhiều nhất 11 chữ không dấu, chữ số, và - _ . dấu cách; không chỉ gồm chữ số",
    "up to 11 letters without accents, digits, and - _ . space; not digits alone",
)
_SID: Final = Shape("AC[0-9A-Za-z]{32}", "cần AC và 32 ký tự", "AC and 32 characters are needed")
# A number (E.164), a sender's name as Twilio takes one, or a messaging service.
_SENDER: Final = Shape(
    r"\+[1-9][0-9]{6,14}|MG[0-9A-Za-z]{32}|(?=.*[A-Za-z])[A-Za-z0-9+_& -]{1,11}",
    "cần số dạng +84…, tên người gửi (nhiều nhất 11 ký tự), hoặc MG và 32 ký tự",
    "a number like +84…, a sender name of up to 11 characters, or MG and 32 characters is needed",
)
# In production the domestic one alone unless more is said: a foreign one takes personal data across the border.
WEIGHTS: Final = Text("MOTCUA_SMS_GATEWAYS", f"{twilio_table.NAME}=1", in_production=f"{esms_table.NAME}=1")
TWILIO_SID: Final = Account("MOTCUA_TWILIO_ACCOUNT_SID", SANDBOX_ACCOUNT_SID, shape=_SID)
TWILIO_TOKEN: Final = Secret("MOTCUA_TWILIO_AUTH_TOKEN", "sandbox-twilio-auth-token")
TWILIO_SENDER: Final = Text("MOTCUA_TWILIO_SENDER", SANDBOX_SENDER, in_production=None, shape=_SENDER)
TWILIO_URL: Final = OutsideUrl("MOTCUA_TWILIO_BASE_URL", f"{SANDBOX}/twilio", real=twilio_table.REAL_BASE_URL)
ESMS_KEY: Final = Secret("MOTCUA_ESMS_API_KEY", "sandbox-esms-api-key")
ESMS_SECRET: Final = Secret("MOTCUA_ESMS_SECRET_KEY", "sandbox-esms-secret-key")
ESMS_BRANDNAME: Final = Text("MOTCUA_ESMS_BRANDNAME", SANDBOX_BRANDNAME, in_production=None, shape=_BRANDNAME)
ESMS_URL: Final = OutsideUrl("MOTCUA_ESMS_BASE_URL", f"{SANDBOX}/esms", real=esms_table.REAL_BASE_URL)


def read_weights(env: Environment) -> Mapping[str, int]:
    """Gateway -> its weight, of `esms=3,twilio=1`."""
    pairs = read_pairs(WEIGHTS.read(env), "([a-z]+)=([0-9]{1,4})") or {}
    weights = {gateway: int(weight) for gateway, weight in pairs.items()}
    if weights.keys() - set(SMS_GATEWAYS) or not any(weights.values()):
        among = ", ".join(SMS_GATEWAYS)
        env.refuse(
            WEIGHTS.name,
            f"viết như esms=3,twilio=1, trong {among}, có một tỷ trọng lớn hơn 0",
            f"as in esms=3,twilio=1, of {among}, one weight above 0",
        )
        return MappingProxyType({})
    return MappingProxyType(weights)


def read_twilio(env: Environment, timeout_s: float, connections: int) -> TwilioSettings:
    return TwilioSettings(
        account_sid=TWILIO_SID.read(env),
        auth_token=TWILIO_TOKEN.read(env),
        sender=TWILIO_SENDER.read(env),
        public_base_url=PUBLIC_BASE_URL.read(env),
        base_url=TWILIO_URL.read(env),
        timeout_s=timeout_s,
        connections=connections,
    )


def read_esms(env: Environment, timeout_s: float, connections: int) -> EsmsSettings:
    return EsmsSettings(
        api_key=ESMS_KEY.read(env),
        secret_key=ESMS_SECRET.read(env),
        brandname=ESMS_BRANDNAME.read(env),
        public_base_url=PUBLIC_BASE_URL.read(env),
        base_url=ESMS_URL.read(env),
        timeout_s=timeout_s,
        connections=connections,
    )
