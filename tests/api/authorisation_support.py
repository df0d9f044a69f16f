"""A whole world with two of everything.

Everything of "ours" belongs to one citizen, who also represents a hotel, or lies with the officers of one commune.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, cast

from flask.testing import FlaskClient
from sqlalchemy import text

from api.app import create_app
from auth.eid.port import EidIdentity
from auth.models import PHONE_FIELD, Phone
from auth.organisations.service import clients, members, organisations, proofs
from auth.service import officers, phones, sessions
from auth.service.attempts import LoginRole
from auth.service.login import open_session
from auth.service.signing_keys import keep_signing_keys
from auth.tokens.issuer import TokenIssuer
from kernel.actor import SYSTEM, Actor
from kernel.clock import SettableClock, local
from kernel.ids import new_id
from kernel.outbox import drain_events
from kernel.work import Work
from motcua.wiring.container import event_handlers
from motcua.wiring.joins.edge import Container
from procedures.seed import seed_catalogue
from tests.api.account_support import ISSUER
from tests.api.authorisation_lodging import furnish
from tests.db.tracking.conftest import DIEN_BAN, GO_NOI, PHONE, Scene

# Told by nobody but to those who may know; a stranger's answer that holds one of them has leaked.
OWNER_NAME, OWNER_NUMBER = "Nguyễn Văn Canh", "049090000077"
HOTEL_NAME, HOTEL_NUMBER = "Khách sạn Sao Mai Thử", "4001234567"
MEMBER_NAME, OFFICER_NAME, CLIENT_NAME = "Lê Thị Lễ Tân", "Hồ Thị Một Cửa", "Phần mềm Sao Mai"
PROVINCE: Final = "H17"
ALL_ROLES: Final = ("receiver", "appraiser", "leader", "hand_over", "admin")


@dataclass(frozen=True)
class Caller:
    """Who asks; `token` None for nobody."""

    name: str
    token: str | None = field(repr=False)

    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


@dataclass
class World:
    """Two of everything. `ids` are ours, by the name of a path's parameter; a draft stands under `draft_id`."""

    held: Container
    client: FlaskClient = field(init=False)
    ids: dict[str, str] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = create_app(self.held).test_client()
        with self.work() as work:
            seed_catalogue(work.session, local(work.now()).date())
            keep_signing_keys(work, self.held.auth.sessions)
        owner = self._log_in("owner", OWNER_NUMBER, OWNER_NAME)
        self._log_in("other citizen", "049190000002", "Trần Thị Mẫu")
        rival = self._log_in("other hotel", "048187000021", "Bùi Thị Khách")
        self._staff()
        self._hotel(owner)
        self._other_hotel(rival)
        self._agency_clients()
        furnish(self, owner, rival)
        self._papers(owner)
        self._notices()
        self._proof_and_session(owner)
        self._revoked(OWNER_NUMBER, OWNER_NAME)
        self.callers["anonymous"] = Caller("anonymous", None)

    def work(self) -> "_Opened":
        return _Opened(self.held)

    def log_in(self, name: str, number: str, full_name: str, role: LoginRole = "citizen") -> Actor:
        return self._log_in(name, number, full_name, role)

    def _log_in(self, name: str, number: str, full_name: str, role: LoginRole = "citizen") -> Actor:
        now = self.held.clock.now()
        identity = EidIdentity(ISSUER, number, number, full_name, date(1990, 1, 1), 2, now)
        with self.work() as work:
            grant = open_session(work, self.held.auth.sessions, identity, role)
        issuer = TokenIssuer(self.held.keys, self.held.vault, self.held.clock, self.held.auth.sessions)
        self.callers[name] = Caller(name, issuer.issue(grant).access_token)
        return grant.actor

    def _staff(self) -> None:
        today = local(self.held.clock.now()).date()
        for name, number, shown, agency in (
            ("officer", "049188000011", OFFICER_NAME, DIEN_BAN),
            ("other officer", "049192000014", "Phan Thị Gò", GO_NOI),
            ("colleague", "049085000012", "Đặng Văn Đồng Sự", DIEN_BAN),
            ("city's admin", "049078000017", "Đỗ Văn Tỉnh", PROVINCE),
        ):
            with self.work() as work:
                asked = officers.Appointment(number, shown, agency, ALL_ROLES, today - timedelta(days=9))
                made = officers.enter_office(work, SYSTEM, asked)
            self._log_in(name, number, shown, "officer")
            if name == "colleague":
                self.ids["officer_id"] = str(made.id)
                self.secrets.append(shown)
        del self.callers["colleague"]

    def _hotel(self, owner: Actor) -> None:
        now = self.held.clock.now()
        with self.work() as work:
            hotel = organisations.register_organisation(
                work, owner, kind="hotel", name=HOTEL_NAME, number=HOTEL_NUMBER, display_name=OWNER_NAME
            )
            asked = members.NewMember("049087000031", MEMBER_NAME, "staff", (), local(now).date())
            member = members.add_member(work, owner, hotel.id, asked)
            key = clients.NewClient(CLIENT_NAME, ("organisation:read",), now + timedelta(days=9))
            issued = clients.create_organisation_client(work, owner, hotel.id, key)
            stored = proofs.store_paper(self.held.files, self.held.vault, hotel.id, b"%PDF-1.7")
            sent = proofs.SentPaper(stored, "application/pdf", DIEN_BAN)
            paper = proofs.submit_paper(work, owner, hotel.id, sent)[0].paper
            assert paper is not None
        self.ids |= {
            "paper_id": str(paper.id),
            "organisation_id": str(hotel.id),
            "member_id": str(member.id),
            "organisation_client_id": str(issued.kept.id),
        }
        self.callers["our hotel's system"] = Caller("our hotel's system", issued.key)
        self.secrets += [HOTEL_NAME, HOTEL_NUMBER, MEMBER_NAME, CLIENT_NAME]

    def _other_hotel(self, rival: Actor) -> None:
        now = self.held.clock.now()
        with self.work() as work:
            hotel = organisations.register_organisation(
                work, rival, kind="hotel", name="Khách sạn Khác", number="4007654321", display_name="Khách"
            )
            key = clients.NewClient("Máy Khác", ("organisation:read",), now + timedelta(days=9))
            issued = clients.create_organisation_client(work, rival, hotel.id, key)
        self.ids["other_organisation_id"] = str(hotel.id)
        self.callers["partner without scope"] = Caller("partner without scope", issued.key)

    def _agency_clients(self) -> None:
        now = self.held.clock.now()
        self.ids["agency_code"] = DIEN_BAN
        for name, agency, admin in (
            ("partner", DIEN_BAN, "officer"),
            ("other commune's partner", GO_NOI, "other officer"),
        ):
            by = self.held.token_reader.read(self.callers[admin].token or "")
            with self.work() as work:
                asked = clients.NewClient(f"Hệ thống {name}", ("dossiers:status",), now + timedelta(days=9))
                issued = clients.create_agency_client(work, by, agency, asked)
            self.callers[name] = Caller(name, issued.key)
            if agency == DIEN_BAN:
                self.ids["agency_client_id"] = str(issued.kept.id)

    def _papers(self, owner: Actor) -> None:
        assert owner.person_id is not None
        with self.work() as work:
            row, vault = new_id(), self.held.vault
            work.session.add(
                Phone(
                    id=row,
                    person_id=owner.person_id,
                    number=vault.seal(PHONE_FIELD, row, PHONE),
                    number_index=vault.index(PHONE_FIELD, PHONE),
                    verified_at=work.now(),
                )
            )
            work.session.flush()
            scene = Scene(work, self.held.office, self.held.files, cast(SettableClock, self.held.clock))
            self._file(scene, owner)

    def _file(self, scene: Scene, owner: Actor) -> None:
        finished = scene.finished(owner, hkd_tenVN="Hộ kinh doanh Canh Một")
        work = scene.work
        work.session.flush()
        draft = scene.draft(owner, hkd_tenVN="Hộ kinh doanh Canh Hai")
        upload = scene.upload(owner)
        scene.with_papers(owner, draft)
        work.session.flush()
        files = work.session.execute(
            text("SELECT id FROM dossier_file WHERE dossier_id = :id AND kind <> 'result' LIMIT 1"), {"id": finished.id}
        ).scalar_one()
        result = work.session.execute(
            text("SELECT id FROM dossier_file WHERE dossier_id = :id AND kind = 'result'"), {"id": finished.id}
        ).scalar_one()
        assert finished.code is not None
        self.ids |= {
            "dossier_id": str(finished.id),
            "draft_id": str(draft.id),
            "file_id": str(files),
            "result_id": str(result),
            "upload_id": str(upload.id),
            "upload_sha256": (upload.sha256 or b"").hex(),
            "upload_size": str(upload.size),
            "code": finished.code,
        }
        self.secrets += [finished.code, str(finished.id), str(draft.id), str(upload.id), OWNER_NAME, OWNER_NUMBER]

    def _notices(self) -> None:
        """What the plan drain makes of all that has happened to our dossier."""
        while drain_events(self.held.database, event_handlers(self.held)):
            continue
        latest = text("SELECT id FROM delivery WHERE dossier_id = :id AND channel = :channel ORDER BY id DESC LIMIT 1")
        with self.work() as work:
            for name, channel in (("notice_id", "inbox"), ("message_id", "sms")):
                found = work.session.execute(latest, {"id": self.ids["dossier_id"], "channel": channel}).scalar_one()
                self.ids[name] = str(found)
                self.secrets.append(str(found))

    def _proof_and_session(self, owner: Actor) -> None:
        with self.work() as work:
            self.ids["proof_id"] = str(phones.request_phone_proof(work, owner, "+84905000019").proof_id)
            self.ids["phone_id"] = str(phones.list_phones(work, owner)[0].id)
        spare = self._log_in("spare", OWNER_NUMBER, OWNER_NAME)
        self.ids["session_id"] = str(spare.session_id)
        self.secrets += [str(spare.session_id), "905000019", PHONE]
        del self.callers["spare"]

    def _revoked(self, number: str, name: str) -> None:
        actor = self._log_in("revoked session", number, name)
        assert actor.session_id is not None
        with self.work() as work:
            sessions.revoke_session(work, actor, actor.session_id)
        self.held.token_reader.forget(actor.session_id)


@dataclass
class _Opened:
    """One transaction of the world's, as a context."""

    held: Container

    def __enter__(self) -> Work:
        self._context = self.held.database.transaction()
        return Work(self._context.__enter__(), self.held.vault, self.held.clock)

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
