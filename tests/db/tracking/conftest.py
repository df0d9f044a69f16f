"""A seeded catalogue, a citizen with a proved phone, officers of two communes, and quick ways to a given state."""

import itertools
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from attachments.models import Upload
from attachments.service import pieces as upload_pieces
from attachments.service import uploads
from attachments.service.uploads import NewUpload
from auth.models import PHONE_FIELD, Officer, Person, Phone
from kernel.actor import Actor, ActorKind
from kernel.clock import SettableClock, local
from kernel.database.sessions import Database
from kernel.ids import new_id
from kernel.storage import FileStore, FolderStore
from kernel.vault import Vault
from kernel.work import Work
from motcua.wiring.joins.tracking import Register
from procedures.catalogue import Catalogue
from procedures.seed import seed_catalogue
from tests.support.forms import household_form
from tracking.case import Case
from tracking.models import Dossier
from tracking.numbers import DossierNumbers
from tracking.office import Office, TrackingSettings
from tracking.service import citizen, drafts, officer, results
from tracking.service.citizen import Manifest
from tracking.service.drafts import SentFile

PHONE = "+84912345678"
DIEN_BAN, GO_NOI = "H17.20551", "H17.20587"
JPEG = b"\xff\xd8\xff\xe0 a photograph \xff\xd9"
_numbers = itertools.count(1)


def any_version(_version: int) -> None:
    """An `Expect` that takes whatever version there is."""


@dataclass
class Scene:
    """One transaction's worth of people and paper."""

    work: Work
    office: Office
    files: FileStore
    clock: SettableClock
    _people: dict[str, UUID] = field(default_factory=dict)
    _phones: dict[UUID, str] = field(default_factory=dict)

    def citizen(self, name: str = "Nguyễn Văn Thử") -> Actor:
        if name not in self._people:
            person = self._person(name)
            row, phone = new_id(), PHONE if not self._people else f"+84905{next(_numbers):06d}"
            self._phones[person] = phone
            self.work.session.add(
                Phone(
                    id=row,
                    person_id=person,
                    number=self.work.vault.seal(PHONE_FIELD, row, phone),
                    number_index=self.work.vault.index(PHONE_FIELD, phone),
                    verified_at=self.work.now(),
                )
            )
            self._people[name] = person
            self.work.session.flush()
        return Actor(ActorKind.CITIZEN, person_id=self._people[name], session_id=new_id(), identity_level=2)

    def officer(self, *roles: str, agency: str = DIEN_BAN, name: str = "Trần Thị Mẫu") -> Actor:
        person, row = self._person(name), new_id()
        self.work.session.add(
            Officer(
                id=row,
                person_id=person,
                agency_code=agency,
                roles=list(roles),
                display_name=name,
                valid_from=date(2025, 7, 1),
            )
        )
        self.work.session.flush()
        return Actor(
            ActorKind.OFFICER,
            person_id=person,
            session_id=new_id(),
            identity_level=2,
            officer_id=row,
            agency_code=agency,
            roles=frozenset(roles),
        )

    def upload(self, actor: Actor, content: bytes = JPEG, declared: str | None = "image/jpeg") -> Upload:
        asked = NewUpload(size=len(content), file_name="ảnh.jpg", declared_type=declared)
        upload = uploads.create_upload(self.work, actor, asked)
        self.work.session.flush()
        piece = upload_pieces.store_piece(self.files, self.work.vault, upload.id, 0, content)
        upload_pieces.record_pieces(self.work, actor, upload.id, [piece])
        found = upload_pieces.inspect_content(
            lambda: upload_pieces.read_content(self.files, self.work.vault, upload.id, [piece])
        )
        uploads.close_upload(self.work, actor, upload.id, found)
        return self.work.session.get_one(Upload, upload.id)

    def sent(self, upload: Upload) -> SentFile:
        return SentFile(upload.id, upload.sha256 or b"", upload.size)

    def draft(self, actor: Actor, **form: Any) -> Dossier:
        dossier_id = drafts.open_draft(
            self.work,
            actor,
            self.office,
            procedure_code="1.001612",
            agency_code=DIEN_BAN,
            values=household_form(**form),
            language="vi",
        )
        self.work.session.flush()
        return self.work.session.get_one(Dossier, dossier_id)

    def with_papers(self, actor: Actor, dossier: Dossier) -> Manifest:
        procedure = self.office.catalogue.version(self.work.session, dossier.version_id).procedure
        papers: dict[str, tuple[SentFile, ...]] = {}
        for paper in procedure.papers:
            if paper.required:
                sent = self.sent(self.upload(actor, JPEG[:-2] + str(next(_numbers)).encode() + JPEG[-2:]))
                drafts.set_paper(self.work, actor, self.office, dossier.id, paper.code, [sent])
                papers[paper.code] = (sent,)
        return Manifest(papers)

    def phone_of(self, actor: Actor) -> str:
        """The one that a citizen of this scene has proved; `PHONE` is that of the first."""
        return PHONE if actor.person_id is None else self._phones.get(actor.person_id, PHONE)

    def submitted(self, actor: Actor, **form: Any) -> Dossier:
        dossier = self.draft(actor, **form)
        manifest = self.with_papers(actor, dossier)
        phone = self.phone_of(actor)
        filed = citizen.submit_dossier(self.work, actor, self.office, dossier.id, notify_phone=phone, manifest=manifest)
        assert isinstance(filed, Case)
        return filed.dossier

    def finished(self, actor: Actor, **form: Any) -> Dossier:
        dossier = self.submitted(actor, **form)
        receiver, appraiser, leader = (self.officer(role) for role in ("receiver", "appraiser", "leader"))
        officer.accept_dossier(self.work, receiver, self.office, dossier.id, any_version)
        officer.start_processing(self.work, appraiser, self.office, dossier.id, any_version)
        result = self.upload(appraiser)
        results.attach_result(
            self.work,
            appraiser,
            self.office,
            dossier.id,
            any_version,
            kind=self._result_kind(dossier),
            sent=self.sent(result),
        )
        officer.move_step(
            self.work, appraiser, self.office, dossier.id, any_version, action="advance", note="Hồ sơ hợp lệ"
        )
        return officer.finish_dossier(self.work, leader, self.office, dossier.id, any_version).dossier

    def later(self, **delta: float) -> None:
        self.clock.advance(timedelta(**delta))

    def _result_kind(self, dossier: Dossier) -> str:
        return self.office.catalogue.version(self.work.session, dossier.version_id).procedure.results[0].code

    def _person(self, name: str) -> UUID:
        row, number = new_id(), f"0490909{next(_numbers):05d}"
        self.work.session.add(
            Person(
                id=row,
                identity_number=self.work.vault.seal("person.identity_number", row, number),
                identity_index=self.work.vault.index("person.identity_number", number),
                full_name=name,
                identity_level=2,
            )
        )
        self.work.session.flush()
        return row


def office_of(database: Database, clock: SettableClock) -> Office:
    """The office of a database that really commits, with a catalogue in it."""
    with database.transaction() as session:
        seed_catalogue(session, local(clock.now()).date())
    return _office(DossierNumbers(database.apart))


def _office(numbers: DossierNumbers) -> Office:
    return Office(Catalogue(), Register(), numbers, TrackingSettings(undo_window=timedelta(minutes=10)))


@pytest.fixture
def scene(session: Session, clock: SettableClock, tmp_path: Path) -> Scene:
    vault = Vault({1: bytes(32)}, bytes(32))
    seed_catalogue(session, local(clock.now()).date())
    session.flush()
    # Nobody outside this transaction sees the catalogue, so numbers are counted in it too.
    office = _office(DossierNumbers(lambda: nullcontext(session.connection())))
    return Scene(Work(session, vault, clock), office, FolderStore(tmp_path), clock)
