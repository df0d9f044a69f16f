"""Every query of this package."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Date, Select, bindparam, delete, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth.models import LoginAttempt, LoginSession, Officer, Person, Phone, PhoneProof, ProofDay
from auth.states import ProofState
from auth.tokens.key_models import SigningKey
from kernel.clock import local
from kernel.vault import Sealed

# Built once: a statement costs more to build than to execute.
_HOLDS = select(Phone.id).where(
    Phone.ended_at.is_(None), Phone.person_id == bindparam("person"), Phone.number_index == bindparam("number")
)


class SigningKeyRow(NamedTuple):
    id: UUID
    kid: str
    private_key: Sealed
    public_jwk: dict[str, Any]
    active_from: datetime


def signing_keys(connection: Connection) -> list[SigningKeyRow]:
    """All published keys, in the order in which they sign."""
    rows = connection.execute(
        select(
            SigningKey.id, SigningKey.kid, SigningKey.private_key, SigningKey.public_jwk, SigningKey.active_from
        ).order_by(SigningKey.active_from, SigningKey.id)
    )
    return [SigningKeyRow(*row) for row in rows]


def lock_signing_keys(session: Session) -> Sequence[SigningKey]:
    """The same as rows, for one caller at a time."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('motcua.signing_key'))"))
    return session.scalars(select(SigningKey).order_by(SigningKey.active_from, SigningKey.id)).all()


def _in_office(day: date | BindParameter[date]) -> tuple[Any, ...]:
    return (
        Officer.ended_at.is_(None),
        Officer.valid_from <= day,
        or_(Officer.valid_to.is_(None), Officer.valid_to >= day),
    )


# Asked by every process about every session every few seconds, so it is put together once.
_ALIVE = select(LoginSession.id).where(
    LoginSession.id == bindparam("session_id"),
    LoginSession.revoked_at.is_(None),
    LoginSession.expires_at > bindparam("now"),
    # A session that was lowered since is left only with tokens of its new level.
    LoginSession.identity_level >= bindparam("level"),
    or_(
        LoginSession.officer_id.is_(None),
        exists().where(Officer.id == LoginSession.officer_id, *_in_office(bindparam("day", type_=Date))),
    ),
)


def session_is_alive(connection: Connection, session_id: UUID, level: int, now: datetime) -> bool:
    """Whether a session is neither revoked nor past its end, still of this level, and its office is still held."""
    asked = {"session_id": session_id, "level": level, "now": now, "day": local(now).date()}
    return connection.execute(_ALIVE, asked).first() is not None


def add_person_once(session: Session, person: dict[str, Any]) -> None:
    """Inserts a person unless one with the same identity number is there or on its way."""
    session.execute(insert(Person).values(person).on_conflict_do_nothing())


def lock_identities(session: Session, *indexes: bytes | None) -> None:
    """Holds numbers and subjects until the transaction ends, so that two log-ins at once make one person."""
    for index in sorted(index for index in indexes if index is not None):
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:index, 'hex'), 1))"), {"index": index}
        )


def person_of_number(session: Session, identity_index: bytes) -> Person | None:
    return session.scalar(select(Person).where(Person.identity_index == identity_index).with_for_update(key_share=True))


def person_of_subject(session: Session, subject_index: bytes) -> Person | None:
    return session.scalar(select(Person).where(Person.subject_index == subject_index).with_for_update(key_share=True))


def lock_person(session: Session, person_id: UUID) -> None:
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def officer_of(session: Session, person_id: UUID, day: date) -> Officer | None:
    """The office a person holds on `day`; the latest one if there are several."""
    return session.scalar(
        select(Officer)
        .where(Officer.person_id == person_id, *_in_office(day))
        .order_by(Officer.valid_from.desc(), Officer.id.desc())
        .limit(1)
    )


def officer_in_office(session: Session, officer_id: UUID, day: date) -> Officer | None:
    return session.scalar(select(Officer).where(Officer.id == officer_id, *_in_office(day)))


def lock_attempt(session: Session, attempt_id: UUID) -> LoginAttempt | None:
    return session.get(LoginAttempt, attempt_id, with_for_update=True)


def lock_session(session: Session, session_id: UUID) -> LoginSession | None:
    # A second refresh waits here and must then see what the first one wrote.
    return session.get(LoginSession, session_id, with_for_update=True, populate_existing=True)


class SessionRow(NamedTuple):
    """A session as a refresh needs it."""

    id: UUID
    person_id: UUID
    officer_id: UUID | None
    identity_level: int
    authenticated_at: datetime
    generation: int
    rotated_at: datetime
    used_generation: int
    expires_at: datetime
    revoked_at: datetime | None


# A refresh is the most frequent write there is: two statements as the driver takes them, without a unit of work to find
# what changed and without a compiler.
_LOCK_SESSION = f"SELECT {', '.join(SessionRow._fields)} FROM login_session WHERE id = %s FOR UPDATE"  # noqa: S608
_NOTE_USE = "UPDATE login_session SET used_generation = %s WHERE id = %s AND used_generation < %s"
_MOVE_SESSION = "UPDATE login_session SET generation = %s, rotated_at = %s WHERE id = %s"


def lock_session_row(session: Session, session_id: UUID) -> SessionRow | None:
    row = session.connection().exec_driver_sql(_LOCK_SESSION, (session_id,)).one_or_none()
    return None if row is None else SessionRow(*row)


def move_session(session: Session, row: SessionRow, now: datetime) -> SessionRow:
    """The session with the next refresh token; `row` is locked."""
    moved = row._replace(generation=row.generation + 1, rotated_at=now)
    session.connection().exec_driver_sql(_MOVE_SESSION, (moved.generation, now, row.id))
    return moved


def note_use(connection: Connection, session_id: UUID, generation: int) -> None:
    """An access token of this generation was shown, so the answer that carried it has arrived."""
    connection.exec_driver_sql(_NOTE_USE, (generation, session_id, generation))


def lower_levels(session: Session, person_id: UUID, level: int, now: datetime) -> None:
    """No open session of the person stands above `level` any more."""
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.person_id == person_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.identity_level > level,
        )
        .values(identity_level=level)
    )


def open_sessions(session: Session, person_id: UUID, now: datetime) -> Sequence[LoginSession]:
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.created_at.desc())
    ).all()


def lock_number(session: Session, number_index: bytes) -> None:
    """Holds a number until the transaction ends, so that two askers cannot both be the last one allowed."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:number, 'hex'), 0))"), {"number": number_index}
    )


class AskedCodes(NamedTuple):
    """When codes were asked for: by the person for any number, by them for this one, and for it by others."""

    by_person: list[datetime]
    by_person_here: list[datetime]
    by_others_here: list[datetime]


def asked_codes(session: Session, person_id: UUID, number_index: bytes, since: datetime) -> AskedCodes:
    asked = select(PhoneProof.created_at, PhoneProof.person_id, PhoneProof.number_index).where(
        PhoneProof.created_at > since,
        or_(PhoneProof.person_id == person_id, PhoneProof.number_index == number_index),
    )
    found = AskedCodes([], [], [])
    for at, asker, number in session.execute(asked):
        if asker != person_id:
            found.by_others_here.append(at)
            continue
        found.by_person.append(at)
        if number == number_index:
            found.by_person_here.append(at)
    return found


def count_proof(session: Session, day: date, most: int) -> int | None:
    """Counts one more code of this day; how many that makes, or None, and nothing is counted, past `most`.

    Holds the day until the transaction ends, so that the last one allowed is the last one.
    """
    if most < 1:
        return None
    return session.scalar(
        insert(ProofDay)
        .values(day=day, sent=1)
        .on_conflict_do_update(
            index_elements=[ProofDay.day], set_={"sent": ProofDay.sent + 1}, where=ProofDay.sent < most
        )
        .returning(ProofDay.sent)
    )


def pending_proofs(session: Session, person_id: UUID) -> Sequence[PhoneProof]:
    return session.scalars(
        select(PhoneProof).where(PhoneProof.person_id == person_id, PhoneProof.state == ProofState.PENDING)
    ).all()


def lock_proof(session: Session, proof_id: UUID, person_id: UUID) -> PhoneProof | None:
    return session.scalar(
        select(PhoneProof).where(PhoneProof.id == proof_id, PhoneProof.person_id == person_id).with_for_update()
    )


def find_phone(session: Session, person_id: UUID, number_index: bytes) -> Phone | None:
    """The number as this person holds it now."""
    return session.scalar(_held().where(Phone.person_id == person_id, Phone.number_index == number_index))


def holds_phone(session: Session, person_id: UUID, number_index: bytes) -> bool:
    """Whether this person holds the number now, as far as it is written."""
    values = {"person": person_id, "number": number_index}
    return session.connection().execute(_HOLDS, values).first() is not None


def lock_holder(session: Session, number_index: bytes) -> Phone | None:
    """Whoever holds a number now; the number itself is locked."""
    return session.scalar(_held().where(Phone.number_index == number_index).with_for_update())


def lock_phone(session: Session, phone_id: UUID, person_id: UUID) -> Phone | None:
    """One of a person's numbers, held or ended."""
    return session.scalar(select(Phone).where(Phone.id == phone_id, Phone.person_id == person_id).with_for_update())


def has_ended(session: Session, person_id: UUID, number_index: bytes) -> bool:
    """Whether a person held a number once and does not any more."""
    theirs = select(Phone.ended_at).where(Phone.person_id == person_id, Phone.number_index == number_index)
    ends = session.scalars(theirs).all()
    return bool(ends) and None not in ends


def phones_of(session: Session, person_id: UUID) -> Sequence[Phone]:
    """Those held now, the newest proof first."""
    return session.scalars(
        _held().where(Phone.person_id == person_id).order_by(Phone.verified_at.desc(), Phone.id.desc())
    ).all()


def every_phone_of(session: Session, people: Collection[UUID]) -> Sequence[Phone]:
    """Those held and those ended, of all these people, the newest proof first."""
    return session.scalars(
        select(Phone).where(Phone.person_id.in_(people)).order_by(Phone.verified_at.desc(), Phone.id.desc())
    ).all()


def _held() -> Select[Phone]:
    return select(Phone).where(Phone.ended_at.is_(None))


def delete_ended(session: Session, *, attempts_before: datetime, proofs_before: datetime) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.expires_at < attempts_before))
    session.execute(delete(PhoneProof).where(PhoneProof.created_at < proofs_before))
    session.execute(delete(ProofDay).where(ProofDay.day < local(proofs_before).date()))
