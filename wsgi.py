"""The WSGI application that the server of web workers loads."""

import os
import sys

from api.app import create_app
from api.edge.observing import Application
from api.edge.waiting import WaitingApp
from kernel.clock import local
from kernel.configuration.settings import SettingsError
from kernel.database.servers import NotYetError
from kernel.heap import settle
from kernel.observing.logs import configure_logs
from motcua.wiring.container import Settings
from motcua.wiring.joins.edge import build_container


def _build() -> Application:
    container = build_container(os.environ)
    app = create_app(container)
    with container.database.transaction() as session:
        container.office.catalogue.read_ahead(session, local(container.clock.now()).date())
    settle()
    return app


try:
    configure_logs("web", Settings.read(os.environ).kernel.log_level)
    app = _build()
except NotYetError as fault:
    app = WaitingApp(_build, "database", fault)
except SettingsError as error:
    # Told as a sentence by each worker of a server that was started without `motcua serve`.
    sys.exit(str(error))
