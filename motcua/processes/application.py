"""The application of a web worker: the product, or what answers while a server beside it is away."""

import gc
import os
import sys

from api.app import create_app
from api.edge.observing import Application
from api.edge.waiting import WaitingApp
from kernel.clock import local
from kernel.configuration.settings import SettingsError
from kernel.database.servers import NotYetError
from kernel.observing.logs import configure_logs
from motcua.wiring.container import Settings
from motcua.wiring.joins.edge import build_container


def load_application() -> Application:
    """From the environment. Ends the process with a sentence for settings that cannot be."""
    try:
        configure_logs("web", Settings.read(os.environ).kernel.log_level)
        return _build()
    except NotYetError as fault:
        return WaitingApp(_build, "database", fault)
    except SettingsError as error:
        # Told as a sentence by each worker of a server that was started without `motcua serve`.
        sys.exit(str(error))


def _build() -> Application:
    container = build_container(os.environ)
    app = create_app(container)
    with container.database.transaction() as session:
        container.office.catalogue.read_ahead(session, local(container.clock.now()).date())
    # What is loaded by now is never garbage; each collection would walk it, and meanwhile no thread runs.
    gc.collect()
    gc.freeze()
    return app
