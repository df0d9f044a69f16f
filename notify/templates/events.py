"""What can be told: every event that has templates, what it knows, and what the law wants said of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from notify.pages import text_pages
from notify.templates.forms import Kind

CHANNELS: Final = ("zalo", "sms", "inbox")
LANGUAGES: Final = ("vi", "en")
VARIABLES: Final[Mapping[str, Kind]] = {
    "accepted": Kind.COUNT,
    "agency": Kind.OFFICE,
    "answer_by": Kind.TIME,
    "at": Kind.TIME,
    "code": Kind.WHOLE,
    "deadline": Kind.TIME,
    "due": Kind.TIME,
    "fee": Kind.MONEY,
    "handler": Kind.HANDLER,
    "heir": Kind.NAME,
    "keys": Kind.NAME,
    "last_day": Kind.DAY,
    "limit": Kind.MONEY,
    "lodging": Kind.NAME,
    "month": Kind.WHOLE,
    "night": Kind.DAY,
    "otp": Kind.WHOLE,
    "owner": Kind.NAME,
    "phone": Kind.WHOLE,
    "reason": Kind.REASON,
    "received": Kind.TIME,
    "refused": Kind.COUNT,
    "rejected": Kind.COUNT,
    "spent": Kind.MONEY,
    "state": Kind.STATUS,
    "status": Kind.STATUS,
    "until": Kind.TIME,
}
# NĐ 224/2026/NĐ-CP Đ.15.1.g, and the code by which the citizen knows the dossier.
LEGAL_MINIMUM: Final = frozenset({"agency", "handler", "received", "code"})
LEGAL_TIMES: Final = frozenset({"at", "due", "answer_by"})


class Purpose(StrEnum):
    """Why somebody is told, and so what they may switch off."""

    DOSSIER_STATUS = "dossier_status"
    SECURITY = "security"
    RESIDENCE_REMINDER = "residence_reminder"
    RESIDENCE_RESULT = "residence_result"
    OPERATIONS = "operations"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class TemplateEvent:
    """One thing that is told. `variables`: what it always knows, so what its templates may ask for; `required`: what
    they must say. `said`: (vi, en).

    `legal`: a notice the law prescribes, at once. `urgent`: somebody waits for it, so it overtakes notices.
    `can_wait`: may be held back at night.
    """

    name: str
    said: tuple[str, str]
    purpose: Purpose
    legal: bool
    urgent: bool
    can_wait: bool
    channels: tuple[str, ...]
    variables: frozenset[str]
    required: frozenset[str]


@cache
def events() -> Mapping[str, TemplateEvent]:
    """Every event by name."""
    raw = {name: entry for page in text_pages("events.yaml") for name, entry in page.items()}
    return {
        name: TemplateEvent(
            name=name,
            said=(entry["said"][0], entry["said"][1]),
            purpose=Purpose(entry["purpose"]),
            legal=bool(entry.get("legal", False)),
            urgent=bool(entry.get("urgent", False)),
            can_wait=bool(entry.get("can_wait", False)),
            channels=tuple(entry.get("channels", CHANNELS)),
            variables=frozenset(entry["variables"]),
            required=frozenset(entry.get("required", ())) | (LEGAL_MINIMUM if entry.get("legal") else frozenset()),
        )
        for name, entry in raw.items()
    }
