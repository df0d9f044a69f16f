"""The rules of one declaration: what refuses it and what only warns. Pure.

E01 to E14 and W01 to W07 are those known of the authority's form; shapes of document numbers are the lodging API's.
Whatever door a guest comes through, these are the rules: a door only reads its own format.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Final

from kernel.clock import local
from residence.guests import GuestDeclaration
from residence.reading.catalogues import NotInCatalogue
from residence.reading.meant import settled
from residence.rules.days import judge_residence, judge_stay, judge_years
from residence.rules.documents import judge_document, judge_identity_number
from residence.rules.findings import Finding
from residence.rules.judgement import Context, Judgement, Values, is_foreign
from residence.rules.names import judge_letters, judge_name
from residence.rules.texts import judge_texts

_ALWAYS: Final = ("full_name", "birth_date", "sex", "nationality", "document_number", "arrival", "departure")
_OF_VIETNAMESE: Final = ("document_kind", "reason")
_OF_FOREIGNERS: Final = ("residence_expiry",)
_IN_WORDS: Final = 20
_PHONE: Final = re.compile(r"(?:0|\+?84)(?:[35789]\d{8}|2\d{8,9})")


def judge_declaration(declaration: GuestDeclaration, now: datetime) -> tuple[GuestDeclaration, list[Finding]]:
    """A declaration as it was meant, and its findings: what was taken off its texts, refusals and warnings."""
    guest, taken_off = settled(declaration)
    return guest, taken_off + check_declaration(guest, now)


def check_declaration(declaration: GuestDeclaration, now: datetime) -> list[Finding]:
    """Findings of one declaration at the instant `now`, refusals and warnings."""
    told = {name: value for name in _FIELDS if (value := getattr(declaration, name)) not in ("", None)}
    return check_values(told, Context(now, local(now).date()))


def check_values(values: Values, context: Context) -> list[Finding]:
    """Findings of the typed values of a row, of which some may be missing."""
    guest = Judgement(dict(values), context, is_foreign(values, context), [], set(context.unreadable))
    for rule in _RULES:
        rule(guest)
    return guest.findings


def unknown_nationality(text: str, found: NotInCatalogue) -> Finding:
    """The finding for a text that is no code of a nationality, with what may have been meant."""
    hint = f" Có phải là {found.other}?" if found.other else ""
    return Finding("nationality_malformed", "nationality", text, {"hint": hint})


def _required(guest: Judgement) -> None:
    own: tuple[str, ...] = _OF_FOREIGNERS if guest.foreign else _OF_VIETNAMESE
    if "nationality" in guest.unreadable:
        # Until it can be read nobody knows which of both a guest must tell.
        own = ()
    for name in (*_ALWAYS, *own):
        if name not in guest.values and name not in guest.unreadable:
            guest.note("required", name)


def _reason(guest: Judgement) -> None:
    told = "reason_text" in guest.values or "reason_text" in guest.unreadable
    if guest.values.get("reason") == _IN_WORDS and not told:
        guest.note("reason_text_missing", "reason_text")


def _room_and_phone(guest: Judgement) -> None:
    if "room" not in guest.values and "room" not in guest.unreadable:
        guest.note("room_missing", "room")
    if guest.foreign or not guest.unreadable.isdisjoint(("phone", "nationality")):
        return
    phone: str = guest.values.get("phone", "")
    if phone and not _PHONE.fullmatch(phone):
        guest.note("phone_unusual", "phone", phone)


def _machine(guest: Judgement) -> None:
    if guest.values.get("needs_review"):
        guest.note("needs_review")


_FIELDS: Final = tuple(each.name for each in fields(GuestDeclaration))
# Those that take a value away stand first, so that no later one looks at it.
_RULES: Final[tuple[Callable[[Judgement], None], ...]] = (
    judge_letters,
    judge_texts,
    judge_years,
    _required,
    judge_name,
    judge_document,
    judge_identity_number,
    judge_stay,
    judge_residence,
    _reason,
    _room_and_phone,
    _machine,
)
