"""How a message looks to a client of the API and in a status callback."""

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from sandbox.twilio.checks import MESSAGES
from sandbox.twilio.store import ACCEPTED, FAILED, QUEUED, UNDELIVERED, Message

API_VERSION = "2010-04-01"


@lru_cache(maxsize=64)
def rfc2822(second: int) -> str:
    """ "Fri, 20 Nov 2026 03:00:00 +0000" for whole Unix seconds."""
    return format_datetime(datetime.fromtimestamp(second, UTC))


def resource(message: Message, sid: str, account: str, now: float) -> dict[str, Any]:
    """The Message resource; `price` is unknown here as it is with Twilio until billing."""
    status = message.status(now)
    waiting = status in (QUEUED, ACCEPTED)
    # A sender is picked from the service's pool only when the message leaves, and parts are counted then.
    unassigned = status == ACCEPTED
    error = message.error_code if status in (UNDELIVERED, FAILED) else None
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{sid}"
    return {
        "body": message.body,
        "num_segments": "0" if unassigned else str(message.parts),
        "direction": "outbound-api",
        "from": None if unassigned else message.sender,
        "date_updated": rfc2822(int(message.changed_at(now))),
        "price": None,
        "error_message": None if error is None else MESSAGES.get(error, "Unknown error"),
        "uri": uri + ".json",
        "account_sid": account,
        "num_media": "0",
        "to": message.to,
        "date_created": rfc2822(int(message.created)),
        "status": status,
        "sid": sid,
        "date_sent": None if waiting else rfc2822(int(message.sent_at)),
        "messaging_service_sid": message.service,
        "error_code": error,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {"media": uri + "/Media.json"},
    }


def callback_form(message: Message, status: str, sid: str, account: str) -> dict[str, str]:
    """What a status callback posts."""
    form = {
        "AccountSid": account,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": sid,
        "MessageStatus": status,
        "SmsSid": sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.service is not None:
        form["MessagingServiceSid"] = message.service
    if status in (UNDELIVERED, FAILED):
        form["ErrorCode"] = str(message.error_code or 30008)
    return form
