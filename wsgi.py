"""The WSGI application that the server of web workers loads."""

import os

from api.app import create_app
from kernel.heap import settle
from kernel.logs import configure_logs
from wiring import build_container

_container = build_container(os.environ)
configure_logs("web", _container.settings.log_level)
app = create_app(_container)
settle()
