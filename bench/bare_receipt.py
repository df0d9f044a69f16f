"""The least that taking a receipt can be: a Flask route that writes the posted body into one row and commits.

`python -m bench.bare_receipt --port N --workers N` serves it just as the system is served: same server, threads, pool.
"""

import argparse
import os
from typing import Final

import flask

from kernel.configuration.settings import Environment, KernelSettings
from kernel.database.sessions import Database

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS bare_receipt (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, raw bytea NOT NULL)"
)
_STORE: Final = "INSERT INTO bare_receipt (raw) VALUES (%s)"


def build(database: Database) -> flask.Flask:
    app = flask.Flask("bare_receipt", static_folder=None, template_folder=None)

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.post("/receipts")
    def take() -> tuple[str, int]:
        raw = flask.request.get_data(cache=False)
        with database.engine.begin() as connection:
            connection.exec_driver_sql(_STORE, (raw,))
        return "", 204

    return app


def load() -> flask.Flask:
    """The application as a web worker builds it."""
    settings = KernelSettings.read(Environment(os.environ))
    return build(Database(settings.database_url, pool_size=settings.pool_size))


def main() -> None:
    from motcua.processes.web.master import serve

    parser = argparse.ArgumentParser(prog="python -m bench.bare_receipt", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    serve("bench.bare_receipt_wsgi:app", port=given.port, workers=given.workers)


if __name__ == "__main__":
    main()
