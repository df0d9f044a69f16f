"""From an open attempt to a session, and everything that may not become one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from auth.eid.pkce import code_challenge
from auth.models import LoginSession, Person
from auth.service.attempts import open_attempt
from auth.service.people import person_details
from kernel.actor import ActorKind
from kernel.audit import AuditEntry
from kernel.clock import SettableClock
from kernel.errors import DomainError
from kernel.work import Work
from tests.db.auth.support import EID, SESSIONS, House, appoint, log_in, take


def refused(work: Work, state: str, secret: str) -> str:
    with capture_logs() as logs, pytest.raises(DomainError) as raised:
        take(work, state, secret)
    assert raised.value.code == "login_failed"
    return str(logs[-1]["reason"])


def test_an_attempt_is_taken_once_by_the_app_that_opened_it(work: Work) -> None:
    start = open_attempt(work, EID, "officer")
    work.session.flush()
    taken = take(work, start.request.state, start.login_secret)
    assert (taken.login_id, taken.as_role) == (start.login_id, "officer")
    assert (taken.kept.redirect_uri, taken.kept.nonce) == (EID.redirect_uris[0], start.request.nonce)
    assert code_challenge(taken.kept.verifier) == start.request.code_challenge
    with capture_logs() as logs, pytest.raises(DomainError):
        take(work, start.request.state, start.login_secret, code="code-khac")
    assert logs[-1]["reason"] == "attempt_taken"


def test_each_attempt_has_its_own_values(work: Work) -> None:
    starts = [open_attempt(work, EID, "citizen") for _ in range(2)]
    values = [
        value
        for start in starts
        for value in (
            start.login_secret,
            start.request.state,
            start.request.nonce,
            start.request.code_challenge,
        )
    ]
    assert len(set(values)) == len(values)


def test_another_apps_secret_is_refused_and_leaves_the_attempt_open(work: Work) -> None:
    mine, other = open_attempt(work, EID, "citizen"), open_attempt(work, EID, "citizen")
    work.session.flush()
    for secret in (other.login_secret, mine.request.state, "", "khác"):
        assert refused(work, mine.request.state, secret) == "login_secret"
    assert take(work, mine.request.state, mine.login_secret).login_id == mine.login_id


def test_states_that_are_not_ours_never_reach_the_database(work: Work, clock: SettableClock) -> None:
    start = open_attempt(work, EID, "citizen")
    for state in ("", "khong-phai-state", start.login_secret, start.request.nonce, start.request.state[:-1] + "!"):
        assert refused(work, state, start.login_secret) == "state"
    work.session.expunge_all()
    assert refused(work, start.request.state, start.login_secret) == "attempt_unknown"


def test_an_attempt_expires(work: Work, clock: SettableClock) -> None:
    start = open_attempt(work, EID, "citizen")
    work.session.flush()
    clock.instant = start.expires_at
    assert refused(work, start.request.state, start.login_secret) == "attempt_expired"


def test_only_registered_redirects_are_used(work: Work) -> None:
    with pytest.raises(DomainError) as raised:
        open_attempt(work, EID, "citizen", "https://ke-gian.example/callback")
    assert (raised.value.code, raised.value.fields[0].pointer) == ("invalid_fields", "/redirect_uri")


def test_a_person_is_known_again_by_the_personal_number(work: Work) -> None:
    first = log_in(work)
    again = log_in(
        work, subject="eid-moi", full_name="Nguyễn Văn Thử Mới", birth_date=None, level=1, issuer="https://khac.example"
    )
    assert again.actor.person_id == first.actor.person_id
    assert again.actor.identity_level == 1
    assert first.actor.person_id is not None
    details = person_details(work, first.actor.person_id)
    assert details is not None
    assert (details.full_name, details.identity_number) == ("Nguyễn Văn Thử Mới", "049090000001")
    assert (details.birth_date, details.identity_level) == (date(1990, 9, 2), 1)


def test_without_a_personal_number_the_subject_of_one_issuer_counts(work: Work) -> None:
    mine = log_in(work, identity_number=None)
    assert log_in(work, identity_number=None).actor.person_id == mine.actor.person_id
    others = [
        log_in(work, identity_number=None, subject="eid-thu-2"),
        log_in(work, identity_number=None, issuer="https://khac.example"),
        log_in(work),
    ]
    assert len({mine.actor.person_id, *(grant.actor.person_id for grant in others)}) == 4
    assert mine.actor.person_id is not None
    details = person_details(work, mine.actor.person_id)
    assert details is not None
    assert details.identity_number is None


def test_first_log_ins_at_once_make_one_person(house: House) -> None:
    gate = Barrier(4)

    def log_in_together(_number: int) -> None:
        gate.wait(30)
        house.log_in()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log_in_together, range(4)))
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Person)) == 1
        assert work.session.scalar(select(func.count()).select_from(LoginSession)) == 4


def test_an_officer_session_carries_the_office(work: Work) -> None:
    citizen = log_in(work).actor
    office = appoint(work.session, citizen, roles=["leader", "hand_over"])
    grant = log_in(work, "officer")
    assert grant.actor.kind is ActorKind.OFFICER
    assert (grant.actor.officer_id, grant.actor.agency_code) == (office.id, office.agency_code)
    assert grant.actor.roles == {"leader", "hand_over"}
    assert grant.refresh_until == work.now() + SESSIONS.officer_idle
    assert log_in(work).actor.kind is ActorKind.CITIZEN


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "holds"),
    [
        (date(2026, 11, 20), None, True),
        (date(2026, 11, 21), None, False),
        (date(2025, 7, 1), date(2026, 11, 20), True),
        (date(2025, 7, 1), date(2026, 11, 19), False),
    ],
)
def test_an_office_counts_from_and_to_its_dates(
    work: Work, valid_from: date, valid_to: date | None, holds: bool
) -> None:
    appoint(work.session, log_in(work).actor, valid_from=valid_from, valid_to=valid_to)
    if holds:
        assert log_in(work, "officer").actor.kind is ActorKind.OFFICER
        return
    with pytest.raises(DomainError) as raised:
        log_in(work, "officer")
    assert raised.value.code == "not_an_officer"


def test_an_office_begins_at_midnight_in_vietnam(work: Work, clock: SettableClock) -> None:
    appoint(work.session, log_in(work).actor, valid_from=date(2026, 11, 21))
    clock.advance(timedelta(hours=14) - timedelta(microseconds=1))
    with pytest.raises(DomainError):
        log_in(work, "officer")
    clock.advance(timedelta(microseconds=1))
    assert log_in(work, "officer").actor.kind is ActorKind.OFFICER


def test_of_several_offices_the_latest_counts(work: Work) -> None:
    citizen = log_in(work).actor
    appoint(work.session, citizen, valid_from=date(2025, 7, 1))
    later = appoint(work.session, citizen, agency_code="H17.20587", valid_from=date(2026, 1, 1))
    assert log_in(work, "officer").actor.officer_id == later.id


def test_a_log_in_leaves_an_audit_row_of_ids(work: Work) -> None:
    grant = log_in(work)
    entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.open")).one()
    assert (entry.actor_id, entry.object_id, entry.details) == (grant.actor.person_id, grant.session_id, {})
