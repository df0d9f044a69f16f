"""A lodging's evening: guests declared one by one, a night without any, a guest who comes again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.frozen import frozen
from kernel.ids import new_id
from kernel.work import Work
from residence import store
from residence.clock import tonight
from residence.guests import GuestDeclaration
from residence.models import NilReport
from residence.ports import FrontDesk
from residence.rules.findings import Finding
from residence.rules.judging import judge_declaration
from residence.service.access import active_lodging, lodging_for
from residence.service.declaring import declare_arrivals, declarer, guest_in
from residence.service.guest_keys import document_index
from residence.views import NilView


@dataclass(frozen=True, slots=True)
class Reported:
    """`new` is False where the lodging had declared this guest for that night before: nothing was added."""

    stay_id: UUID
    new: bool
    warnings: list[Finding]


def report_guests(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, guests: Sequence[GuestDeclaration]
) -> list[Reported]:
    """Declares guests, all or none. Raises `invalid_fields` with the rule each one breaks, `lodging_not_active`."""
    lodging = active_lodging(work, actor, desk, lodging_id)
    judged = [judge_declaration(guest, work.now()) for guest in guests]
    findings = [found for _, found in judged]
    refuse_broken(findings, [f"/guests/{position}" for position in range(len(guests))])
    meant = [guest for guest, _ in judged]
    declared = declare_arrivals(work, actor, lodging, meant, rule=desk.settings.night_rule)
    return [Reported(stay, new, found) for (stay, new), found in zip(declared.stays, findings, strict=True)]


def refuse_broken(findings: Sequence[Sequence[Finding]], pointers: Sequence[str]) -> None:
    """Raises `invalid_fields` if any finding refuses its guest; `pointers` say where each guest stands in the body."""
    if any(finding.blocking for found in findings for finding in found):
        raise broken_guests(findings, pointers)


def broken_guests(findings: Sequence[Sequence[Finding]], pointers: Sequence[str]) -> DomainError:
    """`invalid_fields` with the rule that each finding says is broken."""
    errors = [
        FieldError(
            f"{pointer}/{finding.field}" if finding.field else pointer,
            "guest_rule",
            {"rule": finding.code, "reason_vi": finding.reason("vi"), "reason_en": finding.reason("en")},
        )
        for pointer, found in zip(pointers, findings, strict=True)
        for finding in found
        if finding.blocking
    ]
    return DomainError("invalid_fields", fields=errors)


def report_nil(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, night: date) -> NilView:
    """Says that nobody stays a night; said twice it stands once.

    Raises `night_has_guests`, `night_out_of_reach` for one to come or past, `lodging_not_active`.
    """
    lodging = active_lodging(work, actor, desk, lodging_id)
    if night not in (tonight(work.now()), local(work.now()).date()):
        raise DomainError("night_out_of_reach")
    standing = store.standing_nil(work.session, lodging.id, night)
    if standing is not None:
        return frozen(NilView, standing)
    if store.has_guests(work.session, lodging.id, night):
        raise DomainError("night_has_guests")
    by = declarer(actor)
    report = NilReport(
        id=new_id(),
        lodging_id=lodging.id,
        night=night,
        declared_at=work.now(),
        declared_by=by.person_id,
        client_id=by.client_id,
    )
    work.session.add(report)
    work.session.flush()
    write_audit(work.session, actor, "guest.nil", "lodging", lodging.id, night=night.isoformat())
    return frozen(NilView, report)


def find_guest(
    work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, document_number: str
) -> GuestDeclaration | None:
    """What this lodging declared last of the holder of a document, to be used again; None if it does not know them."""
    lodging = lodging_for(work, actor, desk, lodging_id, "report")
    since = work.now() - desk.settings.guests_kept
    stay = store.latest_stay(work.session, lodging.id, document_index(work.vault, document_number), since)
    write_audit(work.session, actor, "guest.find", "lodging", lodging.id, found=int(stay is not None))
    return None if stay is None else guest_in(work, store.heads_of(work.session, [stay.id]).get(stay.id))
