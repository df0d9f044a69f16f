"""`X-HTTP-Method-Override` for uploads: some networks let no PATCH through, and tus has its clients say POST instead.

Only uploads take it, and only from a POST: elsewhere it would let one request pass for another at whatever looks at
methods on the way here.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from api.citizen.uploads.tus import UPLOADS

_HEADER: Final = "HTTP_X_HTTP_METHOD_OVERRIDE"
_METHOD: Final = re.compile(r"[A-Za-z]{1,16}")

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Overridden:
    """A WSGI application whose uploads may be asked for by POST with another method's name."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        wanted = environ.get(_HEADER, "").strip()
        if wanted and environ["REQUEST_METHOD"] == "POST" and _is_upload(environ.get("PATH_INFO", "")):
            # What is no method's name becomes one that nothing here takes.
            environ["REQUEST_METHOD"] = wanted.upper() if _METHOD.fullmatch(wanted) else "OVERRIDDEN"
        return self._inner(environ, start_response)


def _is_upload(path: str) -> bool:
    return path == UPLOADS or path.startswith(f"{UPLOADS}/")
