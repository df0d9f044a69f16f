"""A container with stand-ins at the ports, and a resource that uses every option an operation has."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import flask
import redis
from marshmallow import fields, validate
from psycopg import errors as pg
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadGateway, ImATeapot, TooManyRequests

from api.app import create_app
from api.container import Container, HealthCheck, TokenReader
from api.contract.resources import RESOURCES
from api.edge.answers import json_answer
from api.edge.blueprint import Blueprint
from api.edge.conditional import check_match, core_of, tag_for, unchanged
from api.edge.context import actor, here
from api.edge.limits import count_try
from api.edge.paging import PageAnswer, PageQuery, read_page, turn_page
from api.edge.permits import PERMITS, Permit, anyone, citizen, role, signed_in
from api.edge.schemas import AnswerSchema, Instant, Line, Map, QuerySwitch, RequestSchema, Shape, Switch, Text
from api.settings import ApiSettings
from kernel.actor import Actor, ActorKind
from kernel.audit import write_audit
from kernel.bell import Bell
from kernel.clock import Clock, SettableClock
from kernel.configuration.settings import KernelSettings
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.limits import Limiter
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from tests.support.files import NoFiles

CITIZEN = Actor(ActorKind.CITIZEN, person_id=new_id(), session_id=new_id(), identity_level=2)
OTHER_CITIZEN = Actor(ActorKind.CITIZEN, person_id=new_id(), session_id=new_id(), identity_level=1)
RECEIVER = Actor(
    ActorKind.OFFICER, person_id=new_id(), officer_id=new_id(), agency_code="H17.1", roles=frozenset({"receiver"})
)
TOKENS: Mapping[str, Actor] = {"citizen": CITIZEN, "other": OTHER_CITIZEN, "receiver": RECEIVER}
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


class Tokens:
    def read(self, token: str) -> Actor:
        if token not in TOKENS:
            raise DomainError("unauthenticated")
        return TOKENS[token]

    def forget(self, session_id: UUID) -> None:
        raise AssertionError(session_id)


@dataclass
class CountingDatabase:
    """Counts how transactions end; its session holds nothing."""

    committed: int = 0
    rolled_back: int = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        try:
            yield Session()
        except BaseException:
            self.rolled_back += 1
            raise
        self.committed += 1


def settings(trusted_proxies: int = 0, public_base_url: str = "http://127.0.0.1:8000") -> KernelSettings:
    return KernelSettings(
        mode="development",
        database_url="",
        redis_url="",
        files_url="",
        public_base_url=public_base_url,
        trusted_proxies=trusted_proxies,
        master_key=bytes(32),
        pool_size=1,
        log_level="info",
    )


def nowhere() -> redis.Redis:
    """A client of a server that is not there."""
    return redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0))


@dataclass
class EdgeContainer:
    database: Database = field(default_factory=lambda: cast(Database, CountingDatabase()))
    settings: KernelSettings = field(default_factory=settings)
    api: ApiSettings = field(default_factory=lambda: ApiSettings(metrics_token=""))
    vault: Vault = field(default_factory=lambda: Vault({1: bytes(32)}, bytes(32)))
    clock: Clock = field(default_factory=lambda: SettableClock(NOON))
    bell: Bell = field(default_factory=lambda: Bell(nowhere()))
    limiter: Limiter = field(default_factory=lambda: Limiter(nowhere()))
    files: FileStore = field(default_factory=NoFiles)
    token_reader: TokenReader = field(default_factory=Tokens)
    health_checks: Mapping[str, HealthCheck] = field(default_factory=dict)

    def forget(self) -> None:
        """Back to how it was built, for the next test of the same application."""
        self.database = cast(Database, CountingDatabase())
        self.limiter = Limiter(nowhere())

    @property
    def counts(self) -> CountingDatabase:
        return cast(CountingDatabase, self.database)


class PartRequest(RequestSchema):
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=9))


class ThingRequest(RequestSchema):
    name = Line(required=True, high=40)
    note = Text(load_default="", high=200)
    kind = fields.String(load_default="plain", validate=validate.OneOf(["plain", "fancy"]))
    code = fields.String(load_default="A1", validate=Shape(r"^[A-Z][0-9]$"))
    contact = fields.Email(load_default=None)
    at = Instant(load_default=None)
    parts = fields.List(fields.Nested(PartRequest), load_default=list, validate=validate.Length(max=3))
    sizes = Map(
        keys=fields.String(validate=validate.Length(max=5)),
        values=fields.List(fields.Nested(PartRequest)),
        load_default=dict,
        validate=validate.Length(max=2),
    )
    urgent = Switch(load_default=False)
    extras = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict)


class ThingAnswer(AnswerSchema):
    id = fields.UUID()
    name = fields.String()
    at = Instant(allow_none=True)
    remark = fields.String(metadata={"sometimes": True})


class ThingsAnswer(PageAnswer):
    items = fields.List(fields.Integer())


class ThingsQuery(PageQuery):
    odd_only = QuerySwitch(load_default=False)
    parity = fields.String(load_default=None, validate=validate.OneOf(["even", "odd"]))


things = Blueprint("things", description="Only for tests.")
THING_ID = UUID("01936b2e-0000-7000-8000-000000000001")
VERSION = 7
NUMBERS = range(1, 26)


@things.operation(
    "POST", "/v1/things", "createThing", body=ThingRequest(), answer=ThingAnswer(), status=201, idempotent=True
)
def create_thing(work: Work, body: dict[str, Any]) -> Any:
    """Makes a thing."""
    if body["name"] == "refused":
        raise DomainError("forbidden")
    row = new_id()
    write_audit(work.session, actor(), "thing.create", "thing", row)
    if body["name"] == "half-refused":
        return DomainError("forbidden")
    return {"id": row, "name": body["name"], "at": work.now()}, {"Location": f"/v1/things/{row}"}


@things.operation("POST", "/v1/things/check", "checkThing", body=ThingRequest(), answer=ThingAnswer())
def check_thing(body: dict[str, Any]) -> dict[str, Any]:
    """Says back what was understood."""
    return {"id": THING_ID, **body}


@things.operation("GET", "/v1/things", "listThings", query=ThingsQuery(), answer=ThingsAnswer())
def list_things(query: dict[str, Any]) -> Any:
    """Numbers, a page at a time."""
    page = read_page(query)
    start = 0 if page.after is None else int(page.after[0])
    wanted = [number for number in NUMBERS if query["parity"] in (None, "odd" if number % 2 else "even")]
    rows = [number for number in wanted if number > start][: page.limit + 1]
    return turn_page(page, rows, key=lambda number: [number], present=lambda number: number)


@things.operation("GET", "/v1/things/<uuid:thing_id>", "readThing", answer=ThingAnswer(), etag=True)
def read_thing(thing_id: UUID) -> flask.Response:
    """One thing, rendered beforehand."""
    if thing_id != THING_ID:
        raise DomainError("not_found")
    tag = tag_for(core_of(thing_id, VERSION))
    return unchanged(tag) or json_answer(b'{"name":"' + b"x" * 2000 + b'"}', tag=tag)


@things.operation(
    "PUT",
    "/v1/things/<uuid:thing_id>",
    "changeThing",
    body=ThingRequest(),
    answer=ThingAnswer(),
    if_match=True,
    transaction=True,
)
def change_thing(work: Work, body: dict[str, Any], thing_id: UUID) -> dict[str, Any]:
    """Changes the thing that was read."""
    check_match(core_of(thing_id, VERSION))
    return {"id": thing_id, "name": body["name"], "at": work.now()}


@things.operation("DELETE", "/v1/things/<uuid:thing_id>", "removeThing", status=204, transaction=True)
def remove_thing(work: Work, thing_id: UUID) -> None:
    """Nothing comes back."""


@things.operation("POST", "/v1/tries", "tryThing", transaction=True, status=204, problems=("forbidden",))
def try_thing(work: Work) -> DomainError:
    """A failed try that counts."""
    return DomainError("forbidden")


@things.operation("POST", "/v1/guesses", "guessThing", status=204, limit="login", open_query=True)
def guess_thing() -> None:
    """Limited by address, and by what is guessed."""
    count_try("guess", here().args.get("what", ""), tries=3, window_s=60)


def _trouble(kind: str) -> Exception:
    known: dict[str, Exception] = {
        "domain": DomainError("too_many_requests", retry_after=17),
        "database": OperationalError("SELECT 1", {}, pg.OperationalError("server closed the connection")),
        "pool": PoolTimeout(),
        "duplicate": IntegrityError("INSERT", {"name": "Nguyễn Văn Thử"}, pg.UniqueViolation("049090000001")),
        "teapot": ImATeapot(),
        "slow_down": TooManyRequests(),
        "stray": ZeroDivisionError("049090000001"),
    }
    return known.get(kind) or BadGateway()


@things.operation("GET", "/v1/trouble/<kind>", "meetTrouble", status=204)
def meet_trouble(kind: str) -> None:
    """Fails as asked."""
    raise _trouble(kind)


@things.operation("GET", "/v1/whoami", "readActor")
def read_actor() -> flask.Response:
    return flask.jsonify(kind=actor().kind, roles=actor().roles)


THING_PERMITS: Mapping[str, Permit] = {
    "createThing": citizen,
    "checkThing": anyone,
    "listThings": signed_in,
    "readThing": anyone,
    "changeThing": anyone,
    "removeThing": role("receiver", "admin"),
    "tryThing": anyone,
    "guessThing": anyone,
    "meetTrouble": anyone,
    "readActor": signed_in,
}


def make_app(container: EdgeContainer | None = None) -> flask.Flask:
    return create_app(
        cast(Container, container or EdgeContainer()),
        resources=(*RESOURCES, things),
        permits={**PERMITS, **THING_PERMITS},
    )


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
