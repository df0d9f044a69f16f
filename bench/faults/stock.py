"""What the system is compared with: RQ as it comes, one job a message.

A use case commits its row, then enqueues a job; the job calls Twilio's own client and RQ tries it again when it fails.
`python -m bench.faults.stock work` is its worker (forking, with RQ's scheduler); `… write KEY PHONE` is a web process
that dies between its commit and the enqueueing.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from redis import Redis
from rq import Queue, Retry, Worker
from rq.registry import ScheduledJobRegistry, StartedJobRegistry
from rq.worker import BaseWorker
from sqlalchemy import create_engine, text
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bench.faults.arena import PHONES, Arena, GivenUp, Order
from bench.ground import Ground
from bench.load import ROOT
from motcua.local.embedded import ProcessSpec
from motcua.local.loopback import answers
from notify.channels.settings import SANDBOX_ACCOUNT_SID, SANDBOX_SENDER

QUEUE: Final = "stock"
# Each sends one message at a time: so many keep up with the orders at a gateway that takes a third of a second.
_WORKERS: Final = tuple(f"stock-worker-{number}" for number in range(1, 6))
_TOKEN: Final = "sandbox-twilio-auth-token"  # noqa: S105 - the sandbox's own
_REAL: Final = "https://api.twilio.com"
_TIMEOUT_S: Final = 2.0
_RETRY: Final = (1, 5, 15, 30, 60)
_TABLE: Final = "CREATE TABLE stock_message (key int PRIMARY KEY, phone text NOT NULL)"
_INSERT: Final = "INSERT INTO stock_message VALUES (:key, :phone) ON CONFLICT DO NOTHING"


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]  # the library is untyped
    """The library's client, sent to the sandbox: it knows no other host than Twilio's."""

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        return super().request(method, url.replace(_REAL, os.environ["MOTCUA_TWILIO_BASE_URL"]), *args, **options)


def send(phone: str, words: str) -> None:
    """The job. Raises whatever the library raises, and RQ tries again."""
    client = Client(SANDBOX_ACCOUNT_SID, _TOKEN, http_client=_Elsewhere(timeout=_TIMEOUT_S))
    client.messages.create(to=phone, from_=SANDBOX_SENDER, body=f"Ho so {words.upper()} da duoc tiep nhan.")


def _words(key: int) -> str:
    return f"thu {key}"


class App:
    """The plain application: a table, a queue."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._engine = create_engine(database_url, pool_pre_ping=True)
        self._redis = Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)
        self.queue = Queue(QUEUE, connection=self._redis)

    def carry_out(self, key: int, phone: str, *, then_die: bool = False, give_up: bool = False) -> None:
        with self._engine.begin() as connection:
            fresh = connection.execute(text(_INSERT), {"key": key, "phone": phone}).rowcount
            if give_up:
                raise GivenUp
        if then_die:
            os.kill(os.getpid(), signal.SIGKILL)
        if fresh:
            self.enqueue(phone, _words(key))

    def enqueue(self, phone: str, words: Any) -> None:
        self.queue.enqueue(send, phone, words, retry=Retry(max=len(_RETRY), interval=list(_RETRY)))

    def waiting(self) -> int:
        registries = (StartedJobRegistry(queue=self.queue), ScheduledJobRegistry(queue=self.queue))  # type: ignore[no-untyped-call]
        return len(self.queue) + sum(len(registry) for registry in registries)

    def close(self) -> None:
        self._engine.dispose()
        self._redis.close()


class Stock:
    """A `Subject`. It keeps no record of what became of a message, so there is none to be wrong."""

    workers: Sequence[str] = _WORKERS
    others: Sequence[str] = ()
    web: str | None = None
    ended_well: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._app: App | None = None

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app

    def processes(self, place: Ground) -> list[ProcessSpec]:
        argv = [sys.executable, "-m", "sandbox", "--host", "127.0.0.1", "--port", str(place.ports.sandbox)]
        ready = answers(f"{place.sandbox_url}/health")
        sandbox = ProcessSpec("sandbox", argv, env=dict(place.environment), ready=ready, cwd=ROOT)
        worker = place.module("bench.faults.stock", "work")
        return [sandbox, *(ProcessSpec(name, worker.argv, env=worker.env, cwd=ROOT) for name in self.workers)]

    def prepare(self, arena: Arena, number: int) -> list[Order]:
        arena.sql(_TABLE)
        env = arena.place.environment
        self._app = App(env["MOTCUA_DATABASE_URL"], env["MOTCUA_REDIS_URL"])
        return [Order(f"{PHONES}{key:05d}", key, f" {_words(key).upper()} ") for key in range(number)]

    def carry_out(self, order: Order) -> None:
        self.app.carry_out(order.key, order.phone)

    def roll_back(self, order: Order) -> None:
        self.app.carry_out(order.key, order.phone, give_up=True)

    def commit_and_die(self, arena: Arena, order: Order) -> None:
        argv = [sys.executable, "-m", "bench.faults.stock", "write", str(order.key), order.phone]
        subprocess.run(argv, cwd=ROOT, env={**os.environ, **arena.place.environment}, check=False, timeout=60)

    def poison(self, _arena: Arena, orders: Sequence[Order]) -> None:
        for order in orders:
            self.app.enqueue(order.phone, None)

    def examine_poison(self, _arena: Arena) -> None:
        """Its jobs end in RQ's registry of failed jobs, with their traceback."""

    def working(self, arena: Arena, name: str) -> bool:
        return self._worker(arena, name) is not None

    def busy(self, arena: Arena, name: str) -> bool:
        worker = self._worker(arena, name)
        return worker is not None and worker.get_current_job_id() is not None

    def _worker(self, arena: Arena, name: str) -> BaseWorker | None:
        pid = arena.pid(name)
        return next((each for each in Worker.all(queue=self.app.queue) if pid and each.pid == pid), None)

    def in_flight(self, _arena: Arena, _name: str) -> set[str]:
        return set()

    def unseen(self, _arena: Arena) -> list[tuple[str, float, float]]:
        return []

    def open(self, _arena: Arena) -> int:
        return self.app.waiting()

    def committed(self, arena: Arena) -> set[str]:
        return {row[0] for row in arena.sql("SELECT phone FROM stock_message")}

    def ends(self, _arena: Arena) -> dict[str, str] | None:
        return None

    def story(self, _arena: Arena, _phone: str) -> str:
        return ""

    def close(self) -> None:
        if self._app is not None:
            self._app.close()


def main(argv: Sequence[str]) -> None:
    env = os.environ
    if argv[0] == "work":
        connection = Redis.from_url(env["MOTCUA_REDIS_URL"])
        Worker([Queue(QUEUE, connection=connection)], connection=connection).work(
            logging_level="WARNING", with_scheduler=True
        )
    else:
        App(env["MOTCUA_DATABASE_URL"], env["MOTCUA_REDIS_URL"]).carry_out(int(argv[1]), argv[2], then_die=True)


if __name__ == "__main__":
    main(sys.argv[1:])
