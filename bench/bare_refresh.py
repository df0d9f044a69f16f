"""The least that a refresh can be: a Flask route that locks a session's row and moves it on, and answers as much.

`python -m bench.bare_refresh --port N --workers N` serves it just as the system is served: same server, threads, pool.
"""

import argparse
import os
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import flask

from kernel.configuration.settings import Environment, KernelSettings
from kernel.database.sessions import Database

# The statements of a refresh that moves on, as they are sent.
_LOCK: Final = (
    "SELECT id, person_id, officer_id, identity_level, authenticated_at, generation, rotated_at, expires_at, revoked_at"
    " FROM login_session WHERE id = %s FOR UPDATE"
)
_MOVE: Final = "UPDATE login_session SET generation = %s, rotated_at = %s WHERE id = %s"
_TOKEN: Final = "x" * 700


def build(database: Database) -> flask.Flask:
    app = flask.Flask("bare_refresh", static_folder=None, template_folder=None)

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.post("/tokens")
    def refresh() -> flask.Response:
        session_id = UUID(flask.request.get_json()["session_id"])
        with database.engine.begin() as connection:
            row = connection.exec_driver_sql(_LOCK, (session_id,)).one()
            connection.exec_driver_sql(_MOVE, (row.generation + 1, datetime.now(UTC), session_id))
        return flask.jsonify(access_token=_TOKEN, session_id=session_id, generation=row.generation + 1)

    return app


def load() -> flask.Flask:
    """The application as a web worker builds it."""
    settings = KernelSettings.read(Environment(os.environ))
    return build(Database(settings.database_url, pool_size=settings.pool_size))


def main() -> None:
    from motcua.processes.web.master import serve

    parser = argparse.ArgumentParser(prog="python -m bench.bare_refresh", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    serve("bench.bare_refresh_wsgi:app", port=given.port, workers=given.workers)


if __name__ == "__main__":
    main()
