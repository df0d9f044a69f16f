"""What the edge needs from the outside, as a Protocol: `wiring.Container` satisfies it, and so does a test's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from api.settings import ApiSettings
from auth.eid.port import EidProvider
from auth.registry.port import BusinessRegistry
from auth.settings import AuthSettings
from auth.tokens.keyring import KeyRing
from kernel.actor import Actor
from kernel.bell import Bell
from kernel.clock import Clock
from kernel.configuration.settings import KernelSettings
from kernel.database.sessions import Database
from kernel.limits import Limiter
from kernel.storage import FileStore
from kernel.together import Together
from kernel.vault import Vault
from notify.receipts.applying import NewReceipt
from notify.settings import NotifySettings
from residence.authority.port import AccountTrial
from residence.ports import FrontDesk
from tracking.office import Office


class TokenReader(Protocol):
    def read(self, token: str) -> Actor:
        """The actor an access token stands for. Raises DomainError with a code of status 401."""
        ...

    def forget(self, session_id: UUID) -> None:
        """Asks the database about this session again; called after a revocation has committed."""
        ...


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing readiness asks. `passes` answers False or raises when it fails, ServerError where it can say why. Only
    a `required` one makes unready."""

    required: bool
    passes: Callable[[], bool]


class Container(Protocol):
    """Read-only: built once at boot, shared by every thread."""

    @property
    def settings(self) -> KernelSettings: ...

    @property
    def api(self) -> ApiSettings: ...

    @property
    def database(self) -> Database: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def bell(self) -> Bell: ...

    @property
    def limiter(self) -> Limiter: ...

    @property
    def files(self) -> FileStore: ...

    @property
    def office(self) -> Office: ...

    @property
    def auth(self) -> AuthSettings: ...

    @property
    def notify(self) -> NotifySettings: ...

    @property
    def receipts(self) -> Together[NewReceipt, bool]:
        """Stores what gateways report; True unless it was here before."""
        ...

    @property
    def residence(self) -> FrontDesk: ...

    @property
    def eid(self) -> EidProvider: ...

    @property
    def registry(self) -> BusinessRegistry: ...

    @property
    def lodging_accounts(self) -> AccountTrial: ...

    @property
    def keys(self) -> KeyRing: ...

    @property
    def token_reader(self) -> TokenReader: ...

    @property
    def database_changed(self) -> Callable[[], bool]:
        """Whether the database was restored under this process since it last looked."""
        ...

    @property
    def health_checks(self) -> Mapping[str, HealthCheck]: ...
