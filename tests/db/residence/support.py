"""A town with two police stations, two organisations and their lodgings; guests plainly invented."""

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from agencies.models import Agency
from auth.models import ApiClient, Membership, Organisation, Person
from auth.models import Officer as OfficerRow
from auth.organisations.rights import MANDATES
from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock, local
from kernel.ids import new_id
from kernel.work import Work
from motcua.wiring.joins.residence import OrganisationBook
from residence.authority.port import Trial
from residence.guests import GuestDeclaration, Moment, Sex
from residence.models import Lodging
from residence.ports import FrontDesk
from residence.service import lodgings, police
from residence.service.accounts import TriedAccount
from residence.service.lodgings import NewLodging
from residence.settings import ResidenceSettings
from residence.states import LodgingEvent

EVERYTHING = ("manage_lodgings", "report_guests")


def guest(number: str = "049090000001", **changes: Any) -> GuestDeclaration:
    """A Vietnamese guest who arrived on 20/11/2026 at 09:00 for two nights."""
    told = GuestDeclaration(
        full_name="Nguyễn Văn Thử",
        birth_date=date(1990, 9, 2),
        sex=Sex.MALE,
        nationality="VNM",
        document_kind=1,
        document_number=number,
        arrival=Moment(date(2026, 11, 20), time(9)),
        departure=Moment(date(2026, 11, 22), time(12)),
        room="101",
        reason=2,
    )
    return replace(told, **changes)


def foreigner(number: str = "X7777856", **changes: Any) -> GuestDeclaration:
    usual: dict[str, Any] = {
        "full_name": "ZOLOCHEVSKAIA VERONIKA",
        "sex": Sex.FEMALE,
        "birth_date": date(1990, 3, 8),
        "nationality": "RUS",
        "document_kind": 4,
        "residence_expiry": date(2026, 12, 20),
        "name_confirmed": True,
    }
    return guest(number, **{**usual, **changes})


@dataclass
class Town:
    """`owner` may do everything for the first hotel, `rival` for the second; `officer` is of the first commune."""

    work: Work
    desk: FrontDesk = field(default_factory=lambda: FrontDesk(OrganisationBook(), ResidenceSettings()))
    owner: Actor = field(init=False)
    rival: Actor = field(init=False)
    officer: Actor = field(init=False)
    other_officer: Actor = field(init=False)
    organisation: UUID = field(init=False)
    other_organisation: UUID = field(init=False)
    lodging: Lodging = field(init=False)
    other_lodging: Lodging = field(init=False)

    @classmethod
    def build(cls, work: Work) -> "Town":
        town = cls(work)
        for code, path, commune in (
            ("P", "P/", None),
            ("P.1", "P/P.1/", "20551"),
            ("P.2", "P/P.2/", "20587"),
        ):
            work.session.add(
                Agency(
                    code=code, kind="police", name=f"Công an {code}", short_name=code, path=path, commune_code=commune
                )
            )
            work.session.flush()
        town.officer, town.other_officer = town.police("P.1"), town.police("P.2")
        town.organisation, town.owner = town.organise("Khách sạn Thử")
        town.other_organisation, town.rival = town.organise("Khách sạn Khác")
        town.lodging = town.open(town.owner, town.organisation)
        town.other_lodging = town.open(town.rival, town.other_organisation, commune_code="20587")
        return town

    @property
    def clock(self) -> SettableClock:
        assert isinstance(self.work.clock, SettableClock)
        return self.work.clock

    def person(self, name: str) -> UUID:
        row = new_id()
        self.work.session.add(Person(id=row, subject_index=row.bytes, full_name=name, identity_level=2))
        self.work.session.flush()
        return row

    def police(self, agency: str) -> Actor:
        person, row = self.person("Lương Thị Trú"), new_id()
        self.work.session.add(
            OfficerRow(
                id=row,
                person_id=person,
                agency_code=agency,
                roles=["resident_police"],
                display_name="Lương Thị Trú",
                valid_from=date(2025, 7, 1),
            )
        )
        self.work.session.flush()
        roles = frozenset({"resident_police"})
        return Actor(ActorKind.OFFICER, person_id=person, officer_id=row, agency_code=agency, roles=roles)

    def organise(self, name: str, kind: str = "hotel") -> tuple[UUID, Actor]:
        """An organisation and its representative."""
        row = new_id()
        sealed = self.work.vault.seal("organisation.registration_number", row, "4001234567")
        self.work.session.add(
            Organisation(
                id=row,
                kind=kind,
                name=name,
                registration_number=sealed,
                registration_index=row.bytes,
                status="active",
                created_at=self.work.now(),
            )
        )
        self.work.session.flush()
        return row, self.member(row, f"Chủ {name}", role="representative")[0]

    def member(
        self, organisation: UUID, name: str, mandates: tuple[str, ...] = (), role: str = "staff"
    ) -> tuple[Actor, UUID]:
        person, row = self.person(name), new_id()
        self.work.session.add(
            Membership(
                id=row,
                organisation_id=organisation,
                person_id=person,
                role=role,
                mandates=list(mandates),
                display_name=name,
                valid_from=local(self.work.now()).date() - timedelta(days=900),
                created_at=self.work.now(),
            )
        )
        self.work.session.flush()
        return Actor(ActorKind.CITIZEN, person_id=person, identity_level=2), row

    def register(self, owner: Actor, organisation: UUID, **changes: Any) -> Lodging:
        asked: dict[str, Any] = {
            "organisation_id": organisation,
            "name": "Nhà nghỉ Thử",
            "kind": "hotel",
            "address": "1 đường Thử, phường Điện Bàn",
            "commune_code": "20551",
            "reminder_channel": "zalo",
        }
        made = lodgings.register_lodging(self.work, owner, self.desk, NewLodging(**{**asked, **changes}))
        return self.work.session.get_one(Lodging, made.id)

    def open(self, owner: Actor, organisation: UUID, **changes: Any) -> Lodging:
        """A lodging that its police have approved, with an account that the authority takes."""
        lodging = self.register(owner, organisation, **changes)
        self.give_account(owner, lodging, Trial.WORKS)
        officer = self.officer if lodging.agency_code == "P.1" else self.other_officer
        police.decide_lodging(self.work, officer, lodging.id, LodgingEvent.APPROVE)
        return lodging

    def give_account(self, owner: Actor, lodging: Lodging, trial: Trial) -> None:
        account = TriedAccount("cslt-thu-01", "mat-khau-thu", trial)
        lodgings.change_lodging(self.work, owner, self.desk, lodging.id, changes={}, account=account)

    def system(self, organisation: UUID, owner: Actor, mandates: tuple[str, ...] = MANDATES) -> Actor:
        """A key of the organisation's own system, which rests on a member with these mandates."""
        row = new_id()
        self.work.session.add(
            ApiClient(
                id=row,
                name="Phần mềm Thử",
                organisation_id=organisation,
                scopes=["residence:report", "residence:read"],
                secret_digest=bytes(32),
                created_by=owner.person_id,
                grantor_id=owner.person_id,
                created_at=self.work.now(),
                expires_at=self.work.now() + timedelta(days=30),
            )
        )
        self.work.session.flush()
        scopes = frozenset({"residence:report", "residence:read"})
        return Actor(
            ActorKind.CLIENT,
            client_id=row,
            organisation_id=organisation,
            scopes=scopes,
            grantor_id=owner.person_id,
            mandates=frozenset(mandates),
        )
