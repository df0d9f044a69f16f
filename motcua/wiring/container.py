"""The only place where settings become objects, ports meet adapters, and events meet their handlers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from api.container import HealthCheck
from api.settings import ApiSettings
from attachments.service.pieces import remove_objects
from attachments.service.uploads import expire_uploads
from auth.eid.dialects import open_provider
from auth.eid.oidc import OidcProvider
from auth.eid.vneid import VneidProvider
from auth.registry.http import HttpRegistry
from auth.service import people, phones
from auth.service.signing_keys import keep_signing_keys
from auth.settings import AuthSettings
from auth.tokens.keyring import KeyRing
from auth.tokens.reader import TokenReader
from kernel.bell import Bell, connect
from kernel.clock import Clock, SystemClock
from kernel.configuration.kinds import DECLARED
from kernel.configuration.settings import ELSEWHERE, Environment, KernelSettings
from kernel.database.sessions import Database
from kernel.limits import Limiter
from kernel.outbox import Handlers, OutboxEvent, handle_urgent
from kernel.storage import FileStore
from kernel.together import Together
from kernel.vault import Vault
from kernel.work import Work
from motcua.wiring.boot import health_checks, open_servers
from motcua.wiring.joins.residence import front_desk
from notify.receipts.applying import NewReceipt, receipts_desk
from notify.settings import NotifySettings
from notify.templates.book import shipped_templates
from notify.templates.store import LiveBook
from outbound.direct.files import open_bounded
from procedures.catalogue import Catalogue
from residence.authority.trial import DirectTrial
from residence.ports import FrontDesk
from residence.service.guest_keys import renew_guest_keys
from residence.service.retention import forget_old
from residence.settings import ResidenceSettings
from residence.transmission.settings import TransmissionSettings
from tracking.office import Office, PersonCard, TrackingSettings
from tracking.service.names import renew_held_names
from tracking.service.notices import record_told
from tracking.service.search import renew_search_keys
from tracking.service.supplements import watch_supplements

if TYPE_CHECKING:
    from notify.planning.handlers import Announcer

_PIECES_A_SWEEP: Final = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says, read once."""

    kernel: KernelSettings
    api: ApiSettings
    auth: AuthSettings
    notify: NotifySettings
    tracking: TrackingSettings
    residence: ResidenceSettings
    transmission: TransmissionSettings
    warnings: tuple[str, ...]

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Settings":
        """Raises SettingsError, naming every variable that is missing or unfit, or nearly called like one of ours.

        `warnings`: what is set and read by nobody.
        """
        env = Environment(values)
        env.look_for_misspelt(DECLARED.keys() | ELSEWHERE)
        settings = cls(
            kernel=KernelSettings.read(env),
            api=ApiSettings.read(env),
            auth=AuthSettings.read(env),
            notify=NotifySettings.read(env),
            tracking=TrackingSettings.read(env),
            residence=ResidenceSettings.read(env),
            transmission=TransmissionSettings.read(env),
            warnings=tuple(env.warnings),
        )
        env.finish()
        return settings


class Register:
    """Tracking's register of people, kept by auth."""

    def person_card(self, work: Work, person_id: UUID) -> PersonCard:
        found = people.person_details(work, person_id)
        if found is None:
            raise LookupError("a dossier's applicant is not in the register")
        return PersonCard(found.full_name, found.identity_number, found.birth_date)

    def officer_name(self, work: Work, officer_id: UUID) -> str:
        return people.officer_name(work, officer_id) or ""

    def person_with_identity(self, work: Work, number: str) -> UUID | None:
        return people.person_with_identity(work, number)

    def has_proved_phone(self, work: Work, person_id: UUID, phone: str) -> bool:
        return phones.verified_phone(work, person_id, phone)


@dataclass(frozen=True, slots=True)
class Container:
    """Built once for a process, shared by its threads."""

    all_settings: Settings
    database: Database
    redis: Redis
    vault: Vault
    clock: Clock
    bell: Bell
    limiter: Limiter
    files: FileStore
    office: Office
    residence: FrontDesk
    eid: OidcProvider | VneidProvider
    registry: HttpRegistry
    lodging_accounts: DirectTrial
    keys: KeyRing
    token_reader: TokenReader
    templates: LiveBook
    receipts: Together[NewReceipt, bool]
    health_checks: Mapping[str, HealthCheck]
    database_changed: Callable[[], bool]

    @property
    def settings(self) -> KernelSettings:
        return self.all_settings.kernel

    @property
    def api(self) -> ApiSettings:
        return self.all_settings.api

    @property
    def auth(self) -> AuthSettings:
        return self.all_settings.auth

    @property
    def notify(self) -> NotifySettings:
        return self.all_settings.notify

    def close(self) -> None:
        """Ends what holds connections; for programs that build a container and go on."""
        self.eid.close()
        self.registry.close()
        self.lodging_accounts.close()
        self.database.dispose()
        self.redis.close()


def _judged(values: Mapping[str, str]) -> Settings:
    settings = Settings.read(values)
    for warning in settings.warnings:
        # By the standard library: to standard error until the process has set up its logs.
        logging.getLogger(__name__).warning("%s", warning)
    return settings


def build_container(values: Mapping[str, str], *, clock: Clock | None = None, drains: bool = False) -> Container:
    """Everything of one process, from its environment; `drains`: of a worker.

    Raises SettingsError, and its kind ServerError when a server beside us is away or not what it must be.
    """
    settings, clock = _judged(values), clock or SystemClock()
    kernel = settings.kernel
    bell = Bell(redis := connect(kernel.redis_url))
    database = Database(kernel.database_url, pool_size=kernel.pool_size, ring=bell.ring, by_index=drains)
    vault, watch = open_servers(database, redis, kernel.master_key)
    files = open_bounded(kernel.files_url)
    keys = KeyRing(database, vault, clock)
    catalogue = Catalogue()
    templates = LiveBook(lambda: shipped_templates(settings.notify.zalo_forms))
    token_reader = TokenReader(database, keys, clock, settings.auth.sessions)
    watch.on_change(keys.forget_all, token_reader.forget_all, catalogue.forget_all, templates.forget_all)
    held = Container(
        all_settings=settings,
        database=database,
        redis=redis,
        vault=vault,
        clock=clock,
        bell=bell,
        limiter=Limiter(redis),
        files=files,
        office=Office(catalogue, Register(), settings.tracking),
        residence=front_desk(settings.residence),
        eid=open_provider(settings.auth.eid, clock),
        registry=HttpRegistry(settings.auth.registry),
        lodging_accounts=DirectTrial(settings.transmission.authority),
        keys=keys,
        token_reader=token_reader,
        templates=templates,
        receipts=receipts_desk(database),
        health_checks=health_checks(database, redis, files, watch),
        database_changed=lambda: watch.changed(database),
    )
    database.before_commit = lambda session: handle_urgent(session, lambda: _announcer(held).urgent_handlers())
    database.watch = watch
    return held


def event_handlers(held: Container) -> Handlers:
    """Outbox event -> what is to be done about it, in the transaction that marks it done."""
    # Only the plan drain needs these; a web worker would carry them.
    from motcua.wiring.joins.notices import AccountWords, AgencyAdmins, LodgingWords, OrganisationWords, SupplementWords
    from motcua.wiring.joins.residence import residence_handlers
    from notify.notices.account import AccountAnnouncer
    from notify.notices.budget import BudgetAnnouncer
    from notify.notices.lodging import LodgingAnnouncer
    from notify.notices.organisation import OrganisationAnnouncer
    from notify.notices.supplement import SupplementAnnouncer

    def told(session: Session, settled: Sequence[OutboxEvent]) -> None:
        record_told(Work(session, held.vault, held.clock), [event.payload for event in settled])

    announcer = _announcer(held)
    lodgings = LodgingAnnouncer(announcer, LodgingWords(held.vault, held.clock, held.residence))
    budgets = BudgetAnnouncer(announcer, AgencyAdmins(held.vault, held.clock, held.office))
    organisations = OrganisationAnnouncer(announcer, OrganisationWords(held.vault, held.clock, held.office))
    supplements = SupplementAnnouncer(announcer, SupplementWords(held.vault, held.clock, held.office))
    accounts = AccountAnnouncer(announcer, AccountWords(held.vault, held.clock))
    return {
        **announcer.handlers(),
        **accounts.handlers(),
        **supplements.handlers(),
        **lodgings.handlers(),
        **organisations.handlers(),
        **budgets.handlers(),
        **residence_handlers(held.all_settings.transmission),
        "delivery.settled": (told,),
    }


def _announcer(held: Container) -> "Announcer":
    from motcua.wiring.joins.notices import NoticeDesk, ProofDesk
    from notify.planning.handlers import Announcer
    from notify.planning.offers import OutlookByLedger

    return Announcer(
        vault=held.vault,
        clock=held.clock,
        dossiers=NoticeDesk(held.vault, held.clock, held.office),
        codes=ProofDesk(held.vault, held.clock),
        outlook=OutlookByLedger(held.notify.routes),
        book=held.templates,
        receipt_within=held.notify.send.patience.receipt_within,
    )


def keep_house(held: Container) -> None:
    """What each domain does now and then, a transaction each: keys, ended log-ins, what has outlived its use."""
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        keep_signing_keys(work, held.auth.sessions)
        people.forget_ended(work)
    _renew_keys(held)
    looked = 1
    while looked:
        with held.database.transaction() as session:
            looked = watch_supplements(Work(session, held.vault, held.clock), held.office)
    with held.database.transaction() as session:
        expired = expire_uploads(Work(session, held.vault, held.clock))
    for upload_id in expired:
        remove_objects(held.files, upload_id)
    with held.database.transaction() as session:
        keys = forget_old(Work(session, held.vault, held.clock), held.residence.settings)
    for key in keys:
        held.files.delete(key)


def _renew_keys(held: Container) -> None:
    """What rows are found by, where older rules made it: some thousands at a time, so that the house does not wait for
    millions. Each piece is a transaction of its own, so a sweep that is killed has lost none of those before."""
    renewals: tuple[Callable[[Work], int], ...] = (
        lambda work: renew_search_keys(work, held.office),
        lambda work: renew_held_names(work, held.office),
        renew_guest_keys,
    )
    for renew in renewals:
        for _ in range(_PIECES_A_SWEEP):
            with held.database.transaction() as session:
                renewed = renew(Work(session, held.vault, held.clock))
            if not renewed:
                break
