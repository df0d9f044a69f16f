"""The WSGI application that the server of web workers loads."""

import os
import sys

from api.app import create_app
from kernel.clock import local
from kernel.heap import settle
from kernel.logs import configure_logs
from kernel.resident import give_back_files
from kernel.settings import SettingsError
from wiring import build_container

try:
    _container = build_container(os.environ)
except SettingsError as error:
    # Told as a sentence by each worker of a server that was started without `motcua serve`.
    sys.exit(str(error))
configure_logs("web", _container.settings.log_level)
app = create_app(_container)
with _container.database.transaction() as _session:
    _container.office.catalogue.read_ahead(_session, local(_container.clock.now()).date())
settle()
give_back_files()
