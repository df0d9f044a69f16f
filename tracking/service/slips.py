"""The receipt slip (giấy tiếp nhận và hẹn trả kết quả) that a citizen takes out of their dossier."""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.actor import ANONYMOUS, Actor
from kernel.audit import write_audit
from kernel.errors import DomainError, present
from kernel.texts.bilingual import Text
from kernel.work import Work
from procedures.definition import Procedure
from procedures.term import term_text
from tracking import store
from tracking.handover import WAY_LABELS, HandOverWay
from tracking.models import PHONE_FIELD, SECRET_FIELD, Dossier
from tracking.office import Office
from tracking.reading.views import mask_phone
from tracking.service.lookup import named_by
from tracking.slip import SlipFacts, SlipPaper
from tracking.states import LABELS, BusinessState, Event

_OPEN_WAY: Final = "Tải về trong ứng dụng, hoặc nhận tại bộ phận một cửa"


def own_slip(work: Work, actor: Actor, office: Office, dossier_id: UUID) -> SlipFacts:
    """What the slip of the caller's dossier tells now; the reading is audited.

    Raises `not_found`, and `slip_not_yet` while no acceptance stands.
    """
    dossier = store.find_own_dossier(work.session, actor, dossier_id)
    if dossier.accepted_at is None:
        raise DomainError("slip_not_yet")
    write_audit(work.session, actor, "dossier.read_slip", "dossier", dossier.id, version=dossier.version)
    return _facts(work, office, dossier)


@dataclass(frozen=True, slots=True)
class CheckedSlip:
    """What the slip should say now, and where its dossier stands."""

    facts: SlipFacts
    status: Text


def check_slip(work: Work, office: Office, code: str, secret: str) -> CheckedSlip:
    """The slip that bears this code and this secret, for anybody who holds it; the reading is audited.

    Raises `lookup_failed` for a pair that no slip bears, `slip_not_yet` while no acceptance stands.
    """
    dossier_id = named_by(work.session.connection(), work.vault, code, secret)
    dossier = present(work.session.get(Dossier, dossier_id))
    if dossier.accepted_at is None:
        raise DomainError("slip_not_yet")
    write_audit(work.session, ANONYMOUS, "dossier.check_slip", "dossier", dossier.id, version=dossier.version)
    return CheckedSlip(_facts(work, office, dossier), LABELS[BusinessState(dossier.state)])


def _facts(work: Work, office: Office, dossier: Dossier) -> SlipFacts:
    procedure = office.catalogue.version(work.session, dossier.version_id).procedure
    agency = office.catalogue.agency(work.session, dossier.agency_code)
    parent = agency.parent_code and office.catalogue.agency(work.session, agency.parent_code).name
    card = office.people.person_card(work, dossier.applicant_id)
    # An accepted dossier has been filed: the table's own check says that it has a code, and with it what follows it.
    return SlipFacts(
        code=present(dossier.code),
        secret=work.vault.open(SECRET_FIELD, dossier.id, present(dossier.lookup_secret)),
        agency=agency.name,
        agency_parent=parent,
        agency_address=agency.address,
        agency_phone=agency.phone,
        officer=_receiver(work, dossier),
        applicant=dossier.applicant_name,
        identity_number=card.identity_number and mask_identity(card.identity_number),
        phone=mask_phone(work.vault.open(PHONE_FIELD, dossier.id, present(dossier.notify_phone))),
        procedure_code=procedure.code,
        procedure_name=procedure.name.vi,
        papers=_papers(work, dossier, procedure),
        submitted_at=present(dossier.submitted_at),
        accepted_at=present(dossier.accepted_at),
        due_at=dossier.due_at,
        term=term_text(procedure.term).vi,
        fee_vnd=dossier.fee_vnd,
        return_way=WAY_LABELS[HandOverWay(dossier.hand_over_way)].vi if dossier.hand_over_way else _OPEN_WAY,
        as_of=dossier.updated_at,
    )


def _receiver(work: Work, dossier: Dossier) -> str:
    """Who accepted it last: the handler of today may be somebody else."""
    rows = reversed(store.list_timeline(work.session, dossier.id))
    return next(row.actor_name or "" for row in rows if row.event == Event.ACCEPT)


def _papers(work: Work, dossier: Dossier, procedure: Procedure) -> tuple[SlipPaper, ...]:
    counts = Counter(file.code for file, _ in store.list_files(work.session, dossier.id, "paper"))
    return tuple(SlipPaper(paper.name.vi, counts[paper.code]) for paper in procedure.papers if counts[paper.code])


def mask_identity(number: str) -> str:
    """Enough for the owner to know the number: "•••••••••001"."""
    return f"{'•' * (len(number) - 3)}{number[-3:]}"
