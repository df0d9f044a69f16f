"""What the gateway refuses, with eSMS's codes (published error table; devesms/gitbook_esms_for_develop_v2, MIT).

That a repeat of phone and content within five minutes is refused is published, its code is not: 199 is a guess.
"""

import re
import unicodedata
from typing import Any, NamedTuple

from aiohttp import web

TOO_SOON = "199"
MESSAGES = {
    "99": "Phone number is blocked",
    "101": "Authorize Failed",
    "103": "Balance not enough to send message",
    "104": "Brand name code is not exist",
    "108": "Phone number is not in correct format",
    "110": "Request data is incorrect",
    "118": "Sms type is not supported",
    "124": "Request exist 1",
    "140": "IP is not whitelisted",
    "143": "Account is locked",
    "146": "Sai template Brandname CSKH",
    "177": "Network is not registered",
    TOO_SOON: "This request already exists, processing",
    "201": "Content has a blocked keyword",
}
_MOBILE = re.compile(r"(?:0|84|\+84)([35789][0-9]{8})")
_LONGEST_ID = 50
# By prefix, as far as prefixes say: a number may have moved to another network.
_TELCOS = {
    "1": ("32", "33", "34", "35", "36", "37", "38", "39", "86", "96", "97", "98"),
    "2": ("70", "76", "77", "78", "79", "89", "90", "93"),
    "3": ("81", "82", "83", "84", "85", "88", "91", "94"),
    "4": ("52", "56", "58", "92"),
    "5": ("59", "99"),
    "6": ("87",),
    "7": ("55",),
}
_TELCO_OF = {prefix: telco for telco, prefixes in _TELCOS.items() for prefix in prefixes}


class Wanted(NamedTuple):
    """What a send request asks for; `to` is E.164."""

    to: str
    brandname: str
    content: str
    request_id: str | None
    callback: str | None


def refusal(code: str, **more: Any) -> web.Response:
    """A refusal as eSMS words it: in an HTTP 200."""
    return web.json_response({"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": MESSAGES.get(code, ""), **more})


def read_send(given: dict[str, Any], brandnames: frozenset[str]) -> Wanted | str:
    """The request, or the code of the first thing wrong with it."""
    said = {name: value for name, value in given.items() if isinstance(value, str)}
    if said.get("SmsType") != "2":
        return "118"
    # Brandnames are the same in any case: NĐ 91/2020/NĐ-CP, article 23.
    if said.get("Brandname", "").casefold() not in {name.casefold() for name in brandnames}:
        return "104"
    mobile = _MOBILE.fullmatch(said.get("Phone", ""))
    if mobile is None:
        return "108"
    request_id = said.get("RequestId") or None
    content = said.get("Content", "")
    if not content or (request_id is not None and len(request_id) > _LONGEST_ID):
        return "110"
    if said.get("IsUnicode", "0") != "1":
        content = _unaccented(content)
    return Wanted("+84" + mobile[1], said["Brandname"], content, request_id, said.get("CallbackUrl") or None)


def telco_of(number: str) -> str:
    """eSMS's number of the network that an E.164 mobile's prefix belongs to; "" for none."""
    return _TELCO_OF.get(number[3:5], "")


def _unaccented(content: str) -> str:
    plain = content.replace("đ", "d").replace("Đ", "D")
    return "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
