"""Every resource of the API, grouped by who calls it, in the order of the document."""

from dataclasses import dataclass
from typing import Final

from api.auth.account import blueprint as account
from api.auth.routes import blueprint as auth
from api.blueprint import Blueprint
from api.catalogue.routes import blueprint as catalogue
from api.desk.routes import blueprint as desk
from api.docs.routes import blueprint as docs
from api.dossiers.deadlines import blueprint as deadlines
from api.dossiers.routes import blueprint as dossiers
from api.inbox.routes import blueprint as inbox
from api.lists.routes import blueprint as lists
from api.lookups.routes import blueprint as lookups
from api.messages.routes import blueprint as messages
from api.organisations.proofs import blueprint as organisation_proofs
from api.organisations.routes import blueprint as organisations
from api.partner.routes import blueprint as partner
from api.residence.authority.routes import blueprint as authority
from api.residence.batches.routes import blueprint as batches
from api.residence.lodgings.routes import blueprint as lodgings
from api.residence.police.routes import blueprint as police
from api.residence.stays.photos import blueprint as photos
from api.residence.stays.routes import blueprint as stays
from api.staff.papers import blueprint as organisation_papers
from api.staff.routes import blueprint as staff
from api.system.routes import blueprint as system
from api.templates.routes import blueprint as templates
from api.uploads.routes import blueprint as uploads
from api.verify.routes import blueprint as verify
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
