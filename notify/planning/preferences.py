"""What a person wants to be told, over which channel: said for each purpose, changed at any time."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.database.sessions import ring_after_commit
from kernel.errors import DomainError, FieldError
from kernel.work import Work
from notify.planning.plan import PUSHING, WANTED_UNSAID, Channel
from notify.registers import Preference
from notify.sending.states import SENDABLE
from notify.templates.events import Purpose

LEGAL: Final = frozenset({Purpose.DOSSIER_STATUS})
"""Purposes that the law wants told (NĐ 224/2026/NĐ-CP Đ.15.1.g): a person chooses how, not whether."""
FIXED: Final = frozenset({Purpose.SECURITY})
"""Purposes that nobody can change: a one-time code goes to the phone it proves."""
NOT_WANTED: Final = "not_wanted"
SEND: Final = "send"
_WANTED: Final = text("""
SELECT p.person_id, p.purpose, p.channel, p.wanted
FROM unnest(CAST(:people AS uuid[]), CAST(:purposes AS text[])) AS wish(person_id, purpose)
JOIN preference p ON p.person_id = wish.person_id AND p.purpose = wish.purpose
""")
_TAKE_BACK: Final = text("""
WITH theirs AS MATERIALIZED (
    SELECT d.id, d.notification_id, d.position FROM delivery d JOIN notification n ON n.id = d.notification_id
    WHERE n.person_id = :person AND n.purpose = :purpose AND d.channel = :channel
        AND d.state = ANY(CAST(:open AS text[])) ORDER BY d.id FOR UPDATE OF d),
cancelled AS (
    UPDATE delivery d SET state = 'cancelled', code = :code, due_at = NULL, settled_at = now()
    FROM theirs WHERE d.id = theirs.id),
behind AS (
    UPDATE delivery s SET due_at = now() FROM theirs t
    WHERE s.notification_id = t.notification_id AND s.position > t.position AND s.state = 'standby'
    RETURNING s.id)
SELECT count(*) FROM behind
""")
Choices = Mapping[Purpose, Mapping[Channel, bool]]


def wanted_channels(
    session: Session, wishes: Collection[tuple[UUID, Purpose]]
) -> dict[tuple[UUID, Purpose], dict[Channel, bool]]:
    """What each person said for the purpose beside them; channels without a word are left out."""
    found: dict[tuple[UUID, Purpose], dict[Channel, bool]] = {wish: {} for wish in wishes}
    if not found:
        return found
    people, purposes = zip(*found, strict=True)
    rows = session.execute(_WANTED, {"people": list(people), "purposes": [str(purpose) for purpose in purposes]})
    for row in rows:
        found[row.person_id, Purpose(row.purpose)][Channel(row.channel)] = row.wanted
    return found


def read_preferences(work: Work, actor: Actor) -> dict[Purpose, dict[Channel, bool]]:
    """Every purpose and channel of the caller, with what holds where nothing was said."""
    rows = work.session.scalars(select(Preference).where(Preference.person_id == actor.person_id))
    said = {(row.purpose, row.channel): row.wanted for row in rows}
    return {
        purpose: {channel: said.get((str(purpose), str(channel)), WANTED_UNSAID[channel]) for channel in Channel}
        for purpose in Purpose
    }


def save_preferences(work: Work, actor: Actor, choices: Choices) -> dict[Purpose, dict[Channel, bool]]:
    """Takes the choices that are given and leaves the others.

    Raises DomainError("preference_refused"): the inbox cannot be muted, a fixed purpose not be changed, and of a legal
    one at least one channel that reaches the phone stays.
    """
    after = read_preferences(work, actor)
    for purpose, channels in choices.items():
        after[purpose].update(channels)
    wrong = [*_wrong(choices, after)]
    if wrong:
        raise DomainError("preference_refused", fields=wrong)
    for purpose, channels in choices.items():
        for channel, wanted in channels.items():
            _say(work.session, actor, purpose, channel, wanted=wanted)
            # A text is the last resort of what the law wants told.
            if not wanted and not (purpose in LEGAL and WANTED_UNSAID[channel]):
                _take_back(work.session, actor, purpose, channel)
    write_audit(work.session, actor, "preferences.save", "person", _person(actor))
    return after


def _wrong(choices: Choices, after: Choices) -> list[FieldError]:
    wrong = []
    for purpose, channels in choices.items():
        if purpose in FIXED:
            wrong.append(FieldError(f"/{purpose}", "purpose_fixed"))
        elif channels.get(Channel.INBOX) is False:
            wrong.append(FieldError(f"/{purpose}/{Channel.INBOX}", "inbox_stays"))
        elif purpose in LEGAL and not any(after[purpose][channel] for channel in PUSHING):
            wrong.append(FieldError(f"/{purpose}", "legal_notice_needs_a_channel"))
    return wrong


def _say(session: Session, actor: Actor, purpose: Purpose, channel: Channel, *, wanted: bool) -> None:
    statement = insert(Preference).values(
        person_id=_person(actor), purpose=str(purpose), channel=str(channel), wanted=wanted
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "purpose", "channel"], set_={"wanted": wanted, "said_at": func.now()}
        )
    )


def _take_back(session: Session, actor: Actor, purpose: Purpose, channel: Channel) -> None:
    """What has not left by this channel never will, and what stands by for it goes."""
    values = {"person": _person(actor), "purpose": str(purpose), "channel": str(channel), "code": NOT_WANTED}
    if session.execute(_TAKE_BACK, {**values, "open": [str(state) for state in SENDABLE]}).scalar_one():
        ring_after_commit(session, SEND)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise DomainError("not_found")
    return actor.person_id
