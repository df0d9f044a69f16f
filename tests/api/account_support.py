"""The edge over a real database, with an eID provider that vouches for whoever a test names."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select, text

from auth.eid.port import AuthorizationRequest, CodeExchange, EidIdentity, EidOrganisation
from auth.models import Officer, Person, PhoneProof
from auth.registry.port import RegistryEntry
from auth.service.phones import read_proof_message
from auth.service.signing_keys import keep_signing_keys
from auth.settings import AuthSettings
from auth.tokens.keyring import KeyRing
from auth.tokens.reader import TokenReader
from kernel.clock import SettableClock
from kernel.configuration.settings import Environment
from kernel.database.sessions import Database
from kernel.errors import DomainError
from kernel.vault import Vault
from kernel.work import Work
from tests.api.edge_support import EdgeContainer, bearer, make_app

ISSUER = "https://eid.example"
PEOPLE = {
    "code-of-thu": ("subject-1", "049090000001", "Nguyễn Văn Thử"),
    "code-of-mau": ("subject-2", "049190000002", "Trần Thị Mẫu"),
    "code-of-gia": ("subject-3", "049070000003", "Lê Văn Giả"),
}

# Accounts of organisations: tax code and name.
ORGANISATIONS = {
    "code-of-hotel": ("4001234567", "CÔNG TY KHÁCH SẠN SAO MAI THỬ"),
    "code-of-company": ("4007654321", "CÔNG TY KHÁC THỬ"),
}


@dataclass
class VouchingProvider:
    """Every code of PEOPLE is good; `down` makes the provider silent, `busy` lets nobody ask it."""

    clock: SettableClock
    down: bool = False
    busy: bool = False
    level: int = 2
    kept: list[CodeExchange] = field(default_factory=list)
    sealed: list[str | None] = field(default_factory=list)

    def authorization_url(self, request: AuthorizationRequest) -> str:
        if self.down:
            raise DomainError("eid_unavailable", retry_after=5)
        return f"{ISSUER}/authorize?state={request.state}"

    def admitted(self) -> AbstractContextManager[None]:
        if self.busy:
            raise DomainError("eid_unavailable", retry_after=2)
        return nullcontext()

    def exchange(
        self, code: str, kept: CodeExchange, *, issuer: str | None = None, encrypt_key: str | None = None
    ) -> EidIdentity:
        self.kept.append(kept)
        self.sealed.append(encrypt_key)
        if self.down:
            raise DomainError("eid_unavailable", retry_after=5)
        if code in ORGANISATIONS:
            number, name = ORGANISATIONS[code]
            account = EidOrganisation(number, name)
            return EidIdentity(ISSUER, code, None, name, None, 2, self.clock.now(), account)
        if code not in PEOPLE or issuer not in (None, ISSUER):
            raise DomainError("login_failed")
        subject, number, name = PEOPLE[code]
        return EidIdentity(ISSUER, subject, number, name, date(1990, 2, 3), self.level, self.clock.now())


@dataclass
class Registry:
    """A business registry that says what a test lets it say; `away` makes it silent."""

    entries: dict[str, RegistryEntry] = field(default_factory=dict)
    away: bool = False

    def look_up(self, number: str) -> RegistryEntry | None:
        if self.away:
            raise DomainError("registry_unavailable", retry_after=30)
        return self.entries.get(number)


@dataclass
class AccountContainer(EdgeContainer):
    registry: Registry = field(default_factory=Registry)
    auth: AuthSettings = field(default_factory=lambda: AuthSettings.read(Environment({})))
    eid: VouchingProvider = field(init=False)
    keys: KeyRing = field(init=False)


@dataclass
class House:
    """One running edge, and what a test does to the world around it."""

    container: AccountContainer
    clock: SettableClock
    client: FlaskClient

    @classmethod
    def build(cls, database: Database, clock: SettableClock) -> "House":
        container = AccountContainer(database=database, clock=clock)
        container.eid = VouchingProvider(clock)
        container.keys = KeyRing(database, container.vault, clock)
        container.token_reader = TokenReader(database, container.keys, clock, container.auth.sessions)
        with database.transaction() as session:
            keep_signing_keys(Work(session, container.vault, clock), container.auth.sessions)
        return cls(container, clock, make_app(container).test_client())

    @property
    def vault(self) -> Vault:
        return self.container.vault

    def start(self, **body: Any) -> dict[str, Any]:
        response = self.client.post("/v1/auth/logins", json=body)
        assert response.status_code == 201
        started: dict[str, Any] = response.get_json()
        return started

    def complete(self, started: dict[str, Any], **changes: Any) -> Any:
        (state,) = parse_qs(urlsplit(started["authorization_url"]).query)["state"]
        said = {"code": "code-of-thu", "state": state, "login_secret": started["login_secret"], **changes}
        body = {name: value for name, value in said.items() if value is not None}
        return self.client.post(f"/v1/auth/logins/{started['login_id']}/complete", json=body)

    def log_in(self, code: str = "code-of-thu", *, role: str = "citizen", device: str = "Điện thoại") -> dict[str, Any]:
        response = self.complete(self.start(**{"as": role}), code=code, device=device)
        assert response.status_code == 200
        tokens: dict[str, Any] = response.get_json()
        return tokens

    def get(self, path: str, tokens: dict[str, Any]) -> Any:
        return self.client.get(path, headers=bearer(tokens["access_token"]))

    def refresh(self, token: str) -> Any:
        return self.client.post("/v1/auth/tokens", json={"refresh_token": token})

    def post(self, path: str, tokens: dict[str, Any], key: str, body: dict[str, Any]) -> Any:
        return self.client.post(path, json=body, headers=bearer(tokens["access_token"], Idempotency_Key=key))

    def appoint(self, name: str) -> None:
        """Gives the person of this name an office from today on."""
        with self.container.database.transaction() as session:
            session.execute(
                text("INSERT INTO agency (code, name, short_name, path) VALUES ('H17.1', 'Phường Thử', 'P', 'H17.1/')")
            )
            person = session.scalars(select(Person).where(Person.full_name == name)).one()
            today = self.clock.now().date()
            session.add(
                Officer(
                    person_id=person.id,
                    agency_code="H17.1",
                    roles=["receiver"],
                    display_name=name,
                    valid_from=today - timedelta(days=1),
                )
            )

    def sent_code(self) -> str:
        """The code of the newest phone proof, as the text message would carry it."""
        with self.container.database.transaction() as session:
            proof = session.scalars(select(PhoneProof).order_by(PhoneProof.id.desc()).limit(1)).one()
            message = read_proof_message(Work(session, self.vault, self.clock), proof.id)
        assert message is not None
        return message.code
