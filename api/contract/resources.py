"""Every resource of the API, grouped by who calls it, in the order of the document."""

from dataclasses import dataclass
from typing import Final

from api.account.login.account import blueprint as account
from api.account.login.routes import blueprint as auth
from api.account.organisations.proofs import blueprint as organisation_proofs
from api.account.organisations.routes import blueprint as organisations
from api.citizen.dossiers.deadlines import blueprint as deadlines
from api.citizen.dossiers.routes import blueprint as dossiers
from api.citizen.inbox.routes import blueprint as inbox
from api.citizen.uploads.routes import blueprint as uploads
from api.edge.blueprint import Blueprint
from api.lodging.authority.routes import blueprint as authority
from api.lodging.batches.routes import blueprint as batches
from api.lodging.lodgings.routes import blueprint as lodgings
from api.lodging.stays.photos import blueprint as photos
from api.lodging.stays.routes import blueprint as stays
from api.officer.desk.routes import blueprint as desk
from api.officer.messages.routes import blueprint as messages
from api.officer.staff.papers import blueprint as organisation_papers
from api.officer.staff.routes import blueprint as staff
from api.officer.templates.routes import blueprint as templates
from api.partner.routes import blueprint as partner
from api.police.routes import blueprint as police
from api.public.catalogue.routes import blueprint as catalogue
from api.public.docs.routes import blueprint as docs
from api.public.lists.routes import blueprint as lists
from api.public.lookups.routes import blueprint as lookups
from api.public.verify.routes import blueprint as verify
from api.system.routes import blueprint as system
from api.webhooks.routes import blueprint as webhooks


@dataclass(frozen=True, slots=True)
class Group:
    """The resources of one kind of caller. `about` begins what the document says of each."""

    name: str
    about: str
    resources: tuple[Blueprint, ...]


GROUPS: Final = (
    Group("Log in (đăng nhập)", "For everybody", (auth, account)),
    Group(
        "Citizen (công dân)", "For citizens", (catalogue, lists, uploads, dossiers, deadlines, inbox, lookups, verify)
    ),
    Group(
        "Hotel (cơ sở lưu trú)",
        "For hotels and other organisations",
        (organisations, organisation_proofs, lodgings, stays, photos, batches, authority),
    ),
    Group(
        "Officer (cán bộ)",
        "For officers",
        (desk, messages, templates, organisation_papers, staff),
    ),
    Group("Police (công an)", "For the police", (police,)),
    Group("Partner (đối tác)", "For systems of partners", (partner,)),
    Group("Operator (vận hành)", "For operators and gateways", (system, docs, webhooks)),
)
RESOURCES: Final = tuple(resource for group in GROUPS for resource in group.resources)
