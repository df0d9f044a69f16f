"""The WSGI application that the server of web workers loads."""

import os

from api.app import create_app
from kernel.clock import local
from kernel.heap import settle
from kernel.logs import configure_logs
from kernel.resident import give_back_files
from wiring import build_container

_container = build_container(os.environ)
configure_logs("web", _container.settings.log_level)
app = create_app(_container)
with _container.database.transaction() as _session:
    _container.office.catalogue.read_ahead(_session, local(_container.clock.now()).date())
settle()
give_back_files()
