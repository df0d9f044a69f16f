"""Stretches of the way that demo, benches and tests all walk: to a filed dossier, and from there to its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from journey.desk import Desk
from journey.handset import Handset
from journey.household import (
    AGENCY,
    CERTIFICATE,
    MINUTES,
    PROCEDURE,
    REQUEST,
    certificate,
    form_values,
    minutes_photo,
    request_photo,
)
from journey.phone import Phone
from journey.photos import File
from journey.uploads import Sent, upload
from journey.wire import Witness


@dataclass(frozen=True, slots=True)
class Office:
    """The people of phường Điện Bàn at their desks: who receives, who appraises, who signs and hands over."""

    receiver: Desk
    appraiser: Desk
    leader: Desk

    def close(self) -> None:
        for desk in (self.receiver, self.appraiser, self.leader):
            desk.close()


@dataclass(frozen=True, slots=True)
class Draft:
    """A dossier that lacks nothing but its submission."""

    id: str
    papers: dict[str, list[Sent]] = field(repr=False)


def open_office(api_url: str, *, witness: Witness | None = None) -> Office:
    desks = []
    for login in ("tiep", "tham", "ky"):
        desk = Desk(api_url, witness=witness)
        desk.log_in(login)
        desks.append(desk)
    return Office(*desks)


def prepare_draft(phone: Phone, name: str, photos: Sequence[File] | None = None) -> Draft:
    """A draft for a household business called `name`, with its form and its two papers."""
    draft = phone.open_draft(PROCEDURE, AGENCY)
    request, minutes = photos or (request_photo(), minutes_photo())
    papers = {REQUEST: [upload(phone, request)], MINUTES: [upload(phone, minutes)]}
    for code, files in papers.items():
        phone.set_paper(draft["id"], code, files)
    etag = phone.read(draft["id"]).etag
    phone.save_form(draft["id"], form_values(name, phone.me(), phone.number), etag)
    return Draft(draft["id"], papers)


def file_dossier(phone: Phone, handset: Handset, name: str, photos: Sequence[File] | None = None) -> Any:
    """A filed dossier (status 1) as its citizen sees it; proves the phone first."""
    draft = prepare_draft(phone, name, photos)
    phone.prove_phone(handset)
    return phone.submit(draft.id, draft.papers).json()


def walk_to_result(office: Office, dossier_id: str) -> None:
    """From accepted (2) over both steps of the process to where its leader may finish it, a certificate attached."""
    office.receiver.start(dossier_id)
    office.appraiser.advance(dossier_id, "Hồ sơ đủ điều kiện")
    office.leader.attach_result(dossier_id, CERTIFICATE, certificate())


def walk_to_finish(office: Office, dossier_id: str) -> Any:
    """From accepted (2) over both steps of the process to finished (9)."""
    walk_to_result(office, dossier_id)
    return office.leader.finish(dossier_id)
