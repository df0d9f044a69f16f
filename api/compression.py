"""gzip for JSON that is worth it."""

import gzip
from typing import Final

import flask

from api.context import EdgeRequest

SMALLEST: Final = 1024
_LEVEL: Final = 4


def compress(response: flask.Response, request: EdgeRequest) -> None:
    """Packs a JSON body over 1 KiB when the caller takes gzip. `api.conditional` has put the encoding into the tag."""
    if not request.takes_gzip or response.is_streamed or "Content-Encoding" in response.headers:
        return
    if not (response.mimetype or "").endswith("json"):
        return
    body = response.get_data()
    if len(body) <= SMALLEST:
        return
    # A time stamp would make equal bodies differ, and a strong tag promises equal bytes.
    response.set_data(gzip.compress(body, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
