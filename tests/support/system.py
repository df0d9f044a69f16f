"""A whole running system as flow tests use it: people who are logged in, dossiers at any point of their way."""

import io
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil
import redis
from PIL import Image
from rq import Worker

from journey.account import Account
from journey.casework import Draft, Office, open_office, prepare_draft
from journey.desk import Desk
from journey.handset import Handset, wait
from journey.phone import Phone
from journey.photos import File
from journey.wire import Wire
from motcua.local.ports import free_ports
from motcua.local.private import private_folder
from motcua.local.stack import Stack, running_stack
from motcua.processes.start import QUEUES
from tests.support.document import Document
from tests.support.gateway import Gateway
from tests.support.waiting import eventually

NUMBERS: Final = {
    login: f"+8490500000{place}" for place, login in enumerate(("thu", "mau", "gia", "vidu", "nhap", "khach"), 1)
}
PATIENCE_S: Final = 60.0
Before = Callable[[Path, dict[str, str]], object]
Client = TypeVar("Client", Account, Phone, Desk, Wire, Handset)


@dataclass
class System:
    """`folder` is the state folder. People are logged in once and shared by the tests."""

    stack: Stack
    folder: Path
    document: Document
    gateway: Gateway
    _people: dict[str, Any] = field(default_factory=dict)
    _open: list[Account | Wire | Handset | Gateway] = field(default_factory=list)

    @property
    def api_url(self) -> str:
        return self.stack.api_url

    def wire(self) -> Wire:
        """Somebody without a name."""
        return self._kept(Wire(self.api_url, witness=self.document))

    def handset(self, login: str) -> Handset:
        return self._kept(Handset(self.stack.sandbox_url, NUMBERS[login]))

    def newcomer(self, login: str) -> Phone:
        """A new session of a citizen."""
        phone = self._kept(Phone(self.api_url, NUMBERS[login], witness=self.document))
        phone.log_in(login)
        return phone

    def citizen(self, login: str = "mau") -> Phone:
        """A citizen whose phone is proved."""
        if login not in self._people:
            phone = self.newcomer(login)
            phone.prove_phone(self.handset(login))
            self._people[login] = phone
        phone = self._people[login]
        assert isinstance(phone, Phone)
        return phone

    def office(self) -> Office:
        if "office" not in self._people:
            office = open_office(self.api_url, witness=self.document)
            self._open += [office.receiver, office.appraiser, office.leader]
            self._people["office"] = office
        office = self._people["office"]
        assert isinstance(office, Office)
        return office

    def desk(self, login: str) -> Desk:
        desk = self._kept(Desk(self.api_url, witness=self.document))
        desk.log_in(login)
        return desk

    def draft(self, login: str = "mau", name: str | None = None) -> Draft:
        """A dossier that lacks nothing but its submission."""
        return prepare_draft(self.citizen(login), name or new_name(), papers())

    def filed(self, login: str = "mau", name: str | None = None) -> Any:
        """A dossier of status 1 as its citizen sees it."""
        draft = self.draft(login, name)
        return self.citizen(login).submit(draft.id, draft.papers).json()

    def told(self, login: str, dossier_id: str, times: int, *, seconds: float = PATIENCE_S) -> Any:
        """The citizen's dossier once its timeline says so often that they have been told."""

        def check() -> Any:
            shown = self.citizen(login).dossier(dossier_id)
            return shown if notices(shown).count("delivered") >= times else None

        return wait(check, f"the {times}th receipt", seconds)

    def close(self) -> None:
        for each in (*self._open, self.gateway):
            each.close()

    def _kept(self, client: Client) -> Client:
        """The same, closed with the system."""
        self._open.append(client)
        return client

    def process(self, name: str) -> psutil.Process:
        """The process of ours or of the engines that runs under `name` now."""
        noted = json.loads((self.folder / "run.json").read_text())["processes"]
        return psutil.Process(next(record["pid"] for record in noted if record["name"] == name))


@contextmanager
def running_system(before: Before | None = None, /, **settings: str) -> Iterator[System]:
    """A system of the test's own in a folder of its own; `settings` are of the environment, without their prefix.

    `before` is called with the folder and the environment before anything is started.
    """
    said = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    said |= {f"MOTCUA_{name}": value for name, value in settings.items()}
    with private_folder("flows") as folder, _stack(folder, said, before) as stack:
        gateway = Gateway(stack.sandbox_url)
        gateway.behave()
        assert eventually(lambda: _workers(stack) == len(QUEUES), patience_s=3 * PATIENCE_S)
        system = System(stack, folder, Document(), gateway)
        try:
            yield system
        finally:
            system.close()


@contextmanager
def _stack(folder: Path, said: dict[str, str], before: Before | None) -> Iterator[Stack]:
    if before is not None:
        before(folder, said)
    with running_stack(folder, free_ports(), said, durable=before is not None) as stack:
        yield stack


def _workers(stack: Stack) -> int:
    """How many workers listen; they come up in their own time, after the servers."""
    with redis.Redis.from_url(stack.environment["MOTCUA_REDIS_URL"]) as client:
        return len(Worker.all(connection=client))


def notices(shown: Any) -> list[str]:
    """What a dossier's timeline says of the texts about it."""
    return [entry["event"] for entry in shown["timeline"] if entry["axis"] == "notice"]


def new_name() -> str:
    """A commune knows a household business of one name once."""
    return f"Quán Thử {secrets.token_hex(4)}"


@cache
def papers() -> tuple[File, File]:
    """Two photographs, small ones: these tests are not about size."""
    return _photo("giay-de-nghi.jpg", 90), _photo("bien-ban-hop.jpg", 160)


def _photo(name: str, shade: int) -> File:
    octets = io.BytesIO()
    Image.new("RGB", (320, 440), (shade, shade, 120)).save(octets, "JPEG")
    return File(name, "image/jpeg", octets.getvalue())
