"""The system itself as subject: officers accept dossiers, and each citizen is to be told once."""

import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPException
from typing import Final
from uuid import UUID

import psutil
from sqlalchemy import insert, select

from auth.models import Officer
from bench.faults.arena import PHONES, Arena, GivenUp, Order
from bench.faults.poison import examine_product, poison_product
from bench.faults.provider import ZALO
from bench.ground import WEB_WORKERS, Ground
from journey.casework import file_dossier
from journey.desk import Desk
from journey.handset import Handset
from journey.household import AGENCY
from journey.phone import Phone
from journey.wire import Refused
from kernel.actor import Actor, ActorKind
from kernel.ids import new_id
from kernel.work import Work
from motcua.local.embedded import ProcessSpec
from motcua.local.stack import processes
from motcua.wiring.joins.edge import Container, build_container
from tracking.models import FORM_FIELD, PHONE_FIELD, SECRET_FIELD, Dossier
from tracking.service.officer import accept_dossier

_CITIZEN: Final = ("thu", "+84905000001")
_RECEIVER: Final = "tiep"
_RECEIVER_NAME: Final = "Võ Thị Tiếp"
_SEALED: Final = {"form_values": FORM_FIELD, "notify_phone": PHONE_FIELD, "lookup_secret": SECRET_FIELD}
_OPEN_EVENTS: Final = "SELECT count(*) FROM outbox_event WHERE done_at IS NULL AND dead_at IS NULL"
_OPEN_TEXTS: Final = """SELECT count(*) FROM delivery
    WHERE channel <> 'inbox' AND state NOT IN ('delivered', 'undelivered', 'dead', 'cancelled')"""
_SENDS: Final = "worker-send"
_IN_TRANSACTION: Final = """SELECT count(*) FROM pg_stat_activity
    WHERE application_name = :name AND state = 'idle in transaction'"""
_CONNECTED: Final = """SELECT count(*) FROM pg_stat_activity
    WHERE application_name = :name AND backend_start > to_timestamp(:begun)"""
_UNSEEN: Final = """SELECT d.dossier_id, extract(epoch FROM a.started_at)::float8,
        extract(epoch FROM a.finished_at)::float8
    FROM attempt a JOIN delivery d ON d.id = a.delivery_id WHERE a.finished_at IS NOT NULL
    AND (a.state = 'unknown' OR a.state = 'accepted' AND a.code IS NOT NULL)"""
# One that arrived is enough, whatever became of those before and behind it.
_ENDS: Final = """SELECT DISTINCT ON (dossier_id) dossier_id, state FROM delivery
    WHERE channel <> 'inbox' ORDER BY dossier_id, state = 'delivered' DESC, position"""

_STORY: Final = """SELECT * FROM (
    SELECT 'recorded' AS what, created_at AS at FROM outbox_event WHERE subject_id = :dossier
    UNION ALL SELECT 'planned ' || channel, created_at FROM delivery
        WHERE dossier_id = :dossier AND channel <> 'inbox'
    UNION ALL SELECT 'attempt ' || number || ' by ' || a.gateway, started_at
        FROM attempt a JOIN delivery d ON d.id = a.delivery_id WHERE d.dossier_id = :dossier
    UNION ALL SELECT 'ended ' || a.state || ' ' || coalesce(a.code, ''), finished_at
        FROM attempt a JOIN delivery d ON d.id = a.delivery_id WHERE d.dossier_id = :dossier
    UNION ALL SELECT 'due as ' || state, due_at FROM delivery WHERE dossier_id = :dossier AND channel <> 'inbox'
    ) AS story WHERE at IS NOT NULL ORDER BY at"""


class Product:
    """A `Subject`. `ended_well`: every citizen's phone has reported the text."""

    workers: Sequence[str] = ("worker-send", "worker-plan", "worker-receipts")
    others: Sequence[str] = ()
    web: str | None = "api"
    ended_well = frozenset({"delivered"})

    def __init__(self) -> None:
        self._held: Container | None = None
        self._officer: Actor | None = None
        self._desk: Desk | None = None
        self._phones: dict[UUID, str] = {}

    @property
    def held(self) -> Container:
        assert self._held is not None
        return self._held

    def processes(self, place: Ground) -> list[ProcessSpec]:
        specs = processes(place.environment, place.ports, web_workers=WEB_WORKERS)
        names = {spec.name for spec in specs}
        self.workers = [name for name in type(self).workers if name in names]
        self.others = sorted(name for name in names if name.startswith("worker-") and name not in self.workers)
        # So that the database tells whose transaction it is.
        return [replace(spec, env={**spec.env, "PGAPPNAME": spec.name}) for spec in specs]

    def prepare(self, arena: Arena, number: int) -> list[Order]:
        self._held = build_container(arena.place.environment)
        login, phone_number = _CITIZEN
        phone = Phone(arena.place.api_url, phone_number)
        handset = Handset(arena.place.sandbox_url, phone_number)
        phone.log_in(login)
        if arena.provider.kind.name == ZALO:
            phone.call("PATCH", "/v1/me/notification-preferences", json_body={"dossier_status": {"zalo": True}})
        filed = UUID(file_dossier(phone, handset, "Quán Thử Lỗi")["id"])
        phone.wire.close()
        handset.close()
        self._desk = Desk(arena.place.api_url)
        self._desk.log_in(_RECEIVER)
        with self.held.database.transaction() as session:
            officer = session.scalars(select(Officer).where(Officer.display_name == _RECEIVER_NAME)).one()
            self._officer = Actor(
                ActorKind.OFFICER,
                person_id=officer.person_id,
                officer_id=officer.id,
                agency_code=officer.agency_code,
                roles=frozenset(officer.roles),
            )
            return self._copies(Work(session, self.held.vault, self.held.clock), filed, number)

    def _copies(self, work: Work, filed: UUID, number: int) -> list[Order]:
        """Filed dossiers like the one that came in over HTTP, each with an id, a code and a phone of its own."""
        row = dict(work.session.execute(select(Dossier.__table__).where(Dossier.id == filed)).mappings().one())
        opened = {name: work.vault.open(field, filed, row[name]) for name, field in _SEALED.items()}
        copies, orders = [], []
        for place in range(number):
            made, phone = new_id(), f"{PHONES}{place:05d}"
            code = f"{AGENCY}-260101-{place + 1:04d}"
            values = {**opened, "notify_phone": phone}
            sealed = {name: work.vault.seal(field, made, values[name]) for name, field in _SEALED.items()}
            copies.append({**row, **sealed, "id": made, "code": code})
            orders.append(Order(phone, made, code))
            self._phones[made] = phone
        work.session.execute(insert(Dossier), copies)
        return orders

    def carry_out(self, order: Order) -> None:
        with self.held.database.transaction() as session:
            self._accept(Work(session, self.held.vault, self.held.clock), order)

    def roll_back(self, order: Order) -> None:
        with suppress(GivenUp), self.held.database.transaction() as session:
            self._accept(Work(session, self.held.vault, self.held.clock), order)
            session.flush()
            raise GivenUp

    def _accept(self, work: Work, order: Order) -> None:
        assert self._officer is not None
        # A repeat after a commit that was made and not heard of changes nothing: the tables of states see to that.
        accept_dossier(work, self._officer, self.held.office, order.key, lambda _version: None)

    def commit_and_die(self, arena: Arena, order: Order) -> None:
        """The bell hangs while the broker stands still, and in that time the web workers are killed."""
        assert self._desk is not None
        etag = self._desk.read(str(order.key)).etag
        # On a connection of its own the call is not made again when it breaks.
        self._desk.wire.close()
        broker = arena.engine("valkey")
        broker.send_signal(signal.SIGSTOP)
        try:
            asked = threading.Thread(target=self._ask_the_web, args=(self._desk, order, etag), daemon=True)
            asked.start()
            statement = "SELECT count(*) FROM dossier WHERE id = :id AND state <> 1"
            arena.wait_for(lambda: arena.sql(statement, id=order.key)[0][0], "the commit of a web worker", 20.0)
            server = psutil.Process(arena.pid("api"))
            for worker in [each for each in server.children(recursive=True) if not each.children()]:
                worker.kill()
        finally:
            broker.send_signal(signal.SIGCONT)
        asked.join()

    @staticmethod
    def _ask_the_web(desk: Desk, order: Order, etag: str) -> None:
        """An officer who gets no answer, and tries no more."""
        with suppress(OSError, HTTPException, Refused):
            desk.do("acceptance", str(order.key), etag=etag)
        desk.wire.close()

    def poison(self, arena: Arena, orders: Sequence[Order]) -> None:
        poison_product(arena, self.held, list(orders))

    def examine_poison(self, arena: Arena) -> None:
        examine_product(arena)

    def working(self, arena: Arena, name: str) -> bool:
        return bool(arena.sql(_CONNECTED, name=name, begun=arena.begun)[0][0])

    def busy(self, arena: Arena, name: str) -> bool:
        if name == _SENDS:
            return bool(self.in_flight(arena, name))
        return bool(arena.sql(_IN_TRANSACTION, name=name)[0][0])

    def in_flight(self, arena: Arena, name: str) -> set[str]:
        if name != _SENDS:
            return set()
        rows = arena.sql("SELECT dossier_id FROM delivery WHERE state = 'sending'")
        return {self._phones[row[0]] for row in rows if row[0] in self._phones}

    def unseen(self, arena: Arena) -> list[tuple[str, float, float]]:
        rows = arena.sql(_UNSEEN)
        return [(self._phones[dossier], *times) for dossier, *times in rows if dossier in self._phones]

    def open(self, arena: Arena) -> int:
        return int(arena.sql(f"SELECT ({_OPEN_EVENTS}) + ({_OPEN_TEXTS})")[0][0])

    def committed(self, arena: Arena) -> set[str]:
        rows = arena.sql("SELECT subject_id FROM outbox_event WHERE kind = 'dossier.state_changed'")
        return {self._phones[row[0]] for row in rows if row[0] in self._phones}

    def ends(self, arena: Arena) -> dict[str, str] | None:
        return {self._phones[dossier]: state for dossier, state in arena.sql(_ENDS) if dossier in self._phones}

    def story(self, arena: Arena, phone: str) -> str:
        rows = arena.sql(_STORY, dossier=next(key for key, number in self._phones.items() if number == phone))
        return f"{phone}: " + ", ".join(f"{what} {at:%H:%M:%S.%f}"[:-3] for what, at in rows if at is not None)

    def close(self) -> None:
        if self._desk is not None:
            self._desk.wire.close()
        if self._held is not None:
            self._held.close()
