"""The last touch on an answer: its language, and gzip for JSON that is worth it."""

import gzip
from typing import Final

import flask

from api.edge.answers import speak
from api.edge.context import here

SMALLEST: Final = 1024
_LEVEL: Final = 4


def finish_json(response: flask.Response) -> flask.Response:
    """After the view or the problem mapper. `api.edge.conditional` has put language and encoding into the tag."""
    if not response.headers.get("Content-Type", "").endswith("json"):
        return response
    request = here()
    speak(response, request)
    body = response.get_data()
    if len(body) <= SMALLEST or not request.takes_gzip:
        return response
    # A time stamp would make equal bodies differ, and a strong tag promises equal bytes.
    response.set_data(gzip.compress(body, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
