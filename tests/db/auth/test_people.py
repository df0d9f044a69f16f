"""What others may read, the officers of the sandbox, and what lies in the tables."""

import re
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from agencies.models import Agency
from auth.models import LoginAttempt, Officer
from auth.seed import sandbox_officers, seed_people
from auth.service.attempts import open_attempt
from auth.service.people import birth_of, forget_ended, officer_name, person_contact, person_details
from auth.service.phones import confirm_phone_proof, read_proof_message, request_phone_proof
from auth.service.sessions import refresh_session
from kernel.actor import ActorKind
from kernel.clock import SettableClock
from kernel.errors import present
from kernel.ids import new_id
from kernel.work import Work
from procedures.forms.births import read_birth
from tests.db.auth.support import EID, PHONE, SESSIONS, House, appoint, log_in, take

TABLES = (
    "person", "officer", "login_attempt", "login_session", "signing_key", "phone", "phone_proof", "outbox_event",
    "audit_entry",
)  # fmt: skip


def test_nobody_is_known_by_an_unknown_id(work: Work) -> None:
    assert person_contact(work, new_id()) is None
    assert person_details(work, new_id()) is None
    assert officer_name(work, new_id()) is None


def test_details_of_a_person_and_the_name_of_an_officer(work: Work) -> None:
    actor = log_in(work).actor
    assert actor.person_id is not None
    details, contact = person_details(work, actor.person_id), person_contact(work, actor.person_id)
    assert details is not None
    assert contact is not None
    assert asdict(details) == {
        "full_name": "Nguyễn Văn Thử",
        "identity_number": "049090000001",
        "birth_date": date(1990, 9, 2),
        "identity_level": 2,
    }
    assert (contact.full_name, contact.phone) == ("Nguyễn Văn Thử", None)
    assert "049090000001" not in repr(details)
    ended = appoint(work.session, actor, display_name="Hồ Văn Ký", valid_to=date(2025, 12, 31))
    assert officer_name(work, ended.id) == "Hồ Văn Ký"


@pytest.mark.parametrize("part", ["1950", "1950-06"])
def test_a_birth_known_by_its_year_fills_forms(work: Work, part: str) -> None:
    person = present(log_in(work, birth_date=None, birth_part=part).actor.person_id)
    details = person_details(work, person)
    assert details is not None
    assert (details.birth_date, birth_of(work, person)) == (None, part)
    assert read_birth(part) is not None
    log_in(work)
    assert birth_of(work, person) == "1990-09-02"
    log_in(work, birth_date=None, birth_part=part)
    assert birth_of(work, person) == "1990-09-02"


def test_the_sandbox_officers_are_seeded_once_and_can_log_in(work: Work) -> None:
    seeds = sandbox_officers()
    for code in {seed.agency_code for seed in seeds}:
        work.session.add(Agency(code=code, name="UBND Thử", short_name="Thu", path=f"{code}/"))
    work.session.flush()
    assert seed_people(work, seeds) == len(seeds)
    work.session.flush()
    assert seed_people(work, seeds) == 0
    assert len(work.session.scalars(select(Officer)).all()) == len(seeds)
    for seed in seeds:
        actor = log_in(work, "officer", identity_number=seed.identity_number, full_name=seed.full_name).actor
        assert (actor.kind, actor.agency_code) == (ActorKind.OFFICER, seed.agency_code)
        assert actor.roles == set(seed.roles)
        assert actor.officer_id is not None
        assert officer_name(work, actor.officer_id) == seed.display_name


def test_attempts_are_forgotten_a_day_after_they_ended(work: Work, clock: SettableClock) -> None:
    open_attempt(work, EID, "citizen")
    work.session.flush()
    clock.advance(timedelta(days=1))
    forget_ended(work)
    assert work.session.scalars(select(LoginAttempt)).all()
    clock.advance(timedelta(minutes=11))
    forget_ended(work)
    work.session.expire_all()
    assert not work.session.scalars(select(LoginAttempt)).all()


def test_nothing_personal_or_secret_lies_in_a_table_or_a_log(house: House) -> None:
    with capture_logs() as logs:
        with house.work() as work:
            start = open_attempt(work, EID, "citizen")
        with house.work() as work:
            taken = take(work, start.request.state, start.login_secret)
        tokens = house.log_in()
        actor = house.reader.read(tokens.access_token)
        with house.work() as work:
            proof = request_phone_proof(work, actor, PHONE)
        with house.work() as work:
            message = read_proof_message(work, proof.proof_id)
            assert message is not None
            confirm_phone_proof(work, actor, proof.proof_id, f"{(int(message.code) + 1) % 10**6:06d}")
            refresh_session(work, SESSIONS, tokens.refresh_token)
    secrets = [
        "049090000001", "1990-09-02", "84905000001", "0905000001", message.code, start.login_secret,
        start.request.state, taken.kept.nonce, taken.kept.verifier, tokens.access_token, tokens.refresh_token,
        "eid-thu-1", "PRIVATE KEY",
    ]  # fmt: skip
    with house.database.reading() as connection:
        kept = "\n".join(
            str(row)
            for table in TABLES
            for row in connection.scalars(text(f"SELECT t::text FROM {table} t"))  # noqa: S608
        )
    assert "Nguyễn Văn Thử" in kept
    assert str(tokens.session_id) in kept
    for secret in secrets:
        # Columns of bytes are shown in hexadecimal.
        for spelling in (secret, secret.encode().hex()):
            # Six digits may well occur inside a longer run of them.
            whole = re.compile(f"(?<![0-9a-f]){re.escape(spelling)}(?![0-9a-f])")
            assert not whole.search(kept), spelling
            assert not whole.search(repr(logs)), spelling
