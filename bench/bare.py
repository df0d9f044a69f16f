"""The least a web worker can do: a Flask route that reads one row by primary key and answers with the bytes in it.

`python -m bench.bare --port N --workers N` serves it just as the system is served: same server, threads and pool.
"""

import argparse
from typing import Final
from uuid import UUID

import flask
from sqlalchemy import create_engine, text

from kernel.database.sessions import Database

_BODY: Final = "SELECT body FROM bench_page WHERE id = %s"
_TAG: Final = "SELECT tag FROM bench_page WHERE id = %s"


def lay_page(database_url: str, page: UUID, tag: str, body: bytes) -> None:
    """Puts one page into the database, in a table of the bench's own."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_page (id uuid PRIMARY KEY, tag text, body bytea)"))
        values = {"id": page, "tag": tag, "body": body}
        connection.execute(text("INSERT INTO bench_page VALUES (:id, :tag, :body)"), values)
    engine.dispose()


def build(database: Database) -> flask.Flask:
    app = flask.Flask("bare", static_folder=None, template_folder=None)

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.get("/pages/<uuid:page>")
    def read_page(page: UUID) -> flask.Response:
        with database.reading() as connection:
            body = connection.exec_driver_sql(_BODY, (page,)).scalar_one()
        return flask.Response(body, mimetype="application/json")

    @app.get("/tags/<uuid:page>")
    def read_tag(page: UUID) -> flask.Response:
        with database.reading() as connection:
            tag = connection.exec_driver_sql(_TAG, (page,)).scalar_one()
        status = 304 if flask.request.headers.get("If-None-Match") == tag else 200
        return flask.Response(status=status, headers={"ETag": tag})

    return app


def main() -> None:
    from motcua.processes.web.master import serve

    parser = argparse.ArgumentParser(prog="python -m bench.bare", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    serve("bench.bare_wsgi:app", port=given.port, workers=given.workers)


if __name__ == "__main__":
    main()
