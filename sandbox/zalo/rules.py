"""What the account refuses at the door, with Zalo's error codes; all of it is answered with HTTP 200."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_TRACKING = 48
SAYINGS = {
    -32: "API rate limit exceeded",
    -100: "Unknown error, please try again later",
    -107: "Message id is invalid",
    -108: "Phone number is invalid",
    -109: "Template id is invalid",
    -111: "Template data is empty",
    -1121: "Template parameter is too long",
    -1122: "Template data is missing a parameter",
    -1124: "Template parameter has a wrong format",
    -114: "User cannot receive",
    -118: "Zalo account not existed",
    -121: "Body data is empty",
    -122: "Body data is not a JSON object",
    -124: "Access token is invalid",
    -131: "Template is not approved",
    -132: "Parameter is invalid",
    -133: "Not allowed to send at night",
    -144: "Daily quota of the official account is exceeded",
    -146: "Template is disabled for low quality",
    -147: "Daily quota of the template is exceeded",
    -216: "Access token is invalid",
    -220: "Access token has expired or was removed",
}
# Both spellings are taken; the mobile prefixes are those in use since 2018.
_PHONE = re.compile(r"\+?84([35789][0-9]{8})")
_MODES = frozenset({None, "development"})
_SENDING_MODES = frozenset({"1", "3"})
_FIRST_NIGHT_MINUTE, _LAST_NIGHT_MINUTE = 22 * 60, 6 * 60 - 1


class Wanted(NamedTuple):
    """What a send request asks for; `to` is E.164."""

    to: str
    template_id: str
    data: object
    tracking_id: str


def read_send(body: Mapping[str, Any]) -> Wanted | int:
    """The request, or the code of the first thing wrong with it."""
    phone = body.get("phone")
    found = _PHONE.fullmatch(phone) if isinstance(phone, str) else None
    if found is None:
        return -108
    template_id, tracking_id = body.get("template_id"), body.get("tracking_id")
    if not isinstance(template_id, str) or not template_id.isdigit():
        return -109
    if not isinstance(tracking_id, str) or not 0 < len(tracking_id) <= MOST_TRACKING:
        return -132
    if body.get("mode") not in _MODES or body.get("sending_mode", "1") not in _SENDING_MODES:
        return -132
    return Wanted(f"+84{found[1]}", template_id, body.get("template_data"), tracking_id)


def is_night(minute: int) -> bool:
    """Whether a minute of the local day (0..1439) lies from 22:00 to 05:59."""
    return minute >= _FIRST_NIGHT_MINUTE or minute <= _LAST_NIGHT_MINUTE


def refusal(code: int) -> dict[str, Any]:
    """An error as every call but the token endpoint words it."""
    return {"error": code, "message": SAYINGS.get(code, "Error")}
