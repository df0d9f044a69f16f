"""What the HTTP edge asks of the domains: the container of a web worker, under the names of `api.container`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.container import HealthCheck, TokenReader
from api.settings import ApiSettings
from auth.eid.port import EidProvider
from auth.registry.port import BusinessRegistry
from auth.services import EID, KEYS, REGISTRY, TOKEN_READER
from auth.settings import AuthSettings
from auth.tokens.keyring import KeyRing
from kernel.clock import Clock
from kernel.together import Together
from motcua.wiring.boot import health_checks
from motcua.wiring.container import Container as Held
from motcua.wiring.container import make_container
from notify.part import BOOK, RECEIPTS
from notify.receipts.applying import NewReceipt
from notify.settings import NotifySettings
from notify.templates.store import LiveBook
from residence.authority.port import AccountTrial
from residence.part import ACCOUNTS, FRONT_DESK
from residence.ports import FrontDesk
from tracking.office import Office
from tracking.part import OFFICE


@dataclass(frozen=True)
class Container(Held):
    """Satisfies `api.container.Container`."""

    @property
    def api(self) -> ApiSettings:
        return self.settings_of(ApiSettings)

    @property
    def auth(self) -> AuthSettings:
        return self.settings_of(AuthSettings)

    @property
    def notify(self) -> NotifySettings:
        return self.settings_of(NotifySettings)

    @property
    def office(self) -> Office:
        return self.get(OFFICE)

    @property
    def residence(self) -> FrontDesk:
        return self.get(FRONT_DESK)

    @property
    def eid(self) -> EidProvider:
        return self.get(EID)

    @property
    def registry(self) -> BusinessRegistry:
        return self.get(REGISTRY)

    @property
    def lodging_accounts(self) -> AccountTrial:
        return self.get(ACCOUNTS)

    @property
    def keys(self) -> KeyRing:
        return self.get(KEYS)

    @property
    def token_reader(self) -> TokenReader:
        return self.get(TOKEN_READER)

    @property
    def templates(self) -> LiveBook:
        return self.get(BOOK)

    @property
    def receipts(self) -> Together[NewReceipt, bool]:
        return self.get(RECEIPTS)

    @property
    def health_checks(self) -> Mapping[str, HealthCheck]:
        return health_checks(self.database, self.redis, self.files, self.watch)

    @property
    def database_changed(self) -> Callable[[], bool]:
        return lambda: self.watch.changed(self.database)


def build_container(values: Mapping[str, str], *, clock: Clock | None = None, drains: bool = False) -> Container:
    """The container of a web worker. Raises as `motcua.wiring.container.open_container`."""
    return make_container(Container, values, clock=clock, drains=drains)
