"""What the gateway refuses at the door, with Twilio's error codes (twilio/twilio-oai and the published error list)."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import web

LONGEST_BODY = 1600
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MESSAGES = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    21211: "The 'To' number is not a valid phone number",
    21212: "The 'From' number is not a valid phone number, short code or sender ID",
    21408: "Permission to send an SMS has not been enabled for the region of the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number or a messaging service is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' number is not a message-capable number of your account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to an unsubscribed recipient",
    21611: "This 'From' number has exceeded its queue of messages",
    21612: "The 'To' number is not reachable via SMS from this 'From'",
    21614: "The 'To' number is not a mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21705: "The messaging service SID is not valid",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered by the carrier",
    30008: "Unknown error",
    # The code for a message too late to cancel is not confirmed by a published source.
    30409: "The message can no longer be canceled",
}
_HTTP = {20003: 401, 20404: 404}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Vietnam: nine national digits after the prefix for mobiles; 02x are landlines; ten digits ended in 2018.
_VN_MOBILE = re.compile(r"\+84[35789][0-9]{8}")
_VN_LANDLINE = re.compile(r"\+842[0-9]{8,9}")
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=[A-Za-z0-9 ._-]*[A-Za-z])[A-Za-z0-9 ._-]{1,11}")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")


class Wanted(NamedTuple):
    """What a send request asks for; `service` is a messaging service's sid instead of a sender."""

    to: str
    sender: str
    body: str
    service: str | None
    callback: str | None


def problem(code: int, status: int | None = None) -> web.Response:
    """An error as Twilio words it: JSON {code, message, more_info, status}."""
    http = status or _HTTP.get(code, 400)
    return web.json_response(
        {
            "code": code,
            "message": MESSAGES.get(code, "The message was refused"),
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": http,
        },
        status=http,
    )


def read_send(form: dict[str, str]) -> Wanted | int:
    """The request, or the code of the first thing wrong with it."""
    wanted = Wanted(
        form.get("To", ""),
        form.get("From", ""),
        form.get("Body", ""),
        form.get("MessagingServiceSid") or None,
        form.get("StatusCallback") or None,
    )
    code = _to(wanted.to) or _sender(wanted) or _body(wanted.body)
    if code == 0 and wanted.callback is not None and host_of(wanted.callback) is None:
        code = 21609
    return code or wanted


def _to(number: str) -> int:
    if not number:
        return 21604
    if number in MAGIC_TO:
        return MAGIC_TO[number]
    if number.startswith("+84"):
        if _VN_LANDLINE.fullmatch(number):
            return 21614
        return 0 if _VN_MOBILE.fullmatch(number) else 21211
    return 0 if _E164.fullmatch(number) else 21211


def _sender(wanted: Wanted) -> int:
    if wanted.service is not None:
        return 0 if _SERVICE.fullmatch(wanted.service) else 21705
    if not wanted.sender:
        return 21603
    return MAGIC_FROM.get(wanted.sender, 0 if _SENDER.fullmatch(wanted.sender) else 21212)


def _body(text: str) -> int:
    if not text:
        return 21602
    return 21617 if len(text) > LONGEST_BODY else 0


def host_of(url: str) -> str | None:
    """The host of an absolute http(s) address, None if it is no such address."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and url.isascii() and url.isprintable() and " " not in url
        return parts.hostname if usable and (parts.port is None or parts.port > 0) else None
    except ValueError:
        return None


def on_loopback(url: str) -> bool:
    """Is the address on this machine? Nothing else may ever be called."""
    host = host_of(url)
    if host is None or host == "localhost":
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
