"""Which text, by which channel, when, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import VIETNAM, local
from notify.desk.explaining import dump_why, say_why
from notify.planning.plan import (
    PUSHING,
    Channel,
    Circumstances,
    Offer,
    Plan,
    PlannedDelivery,
    Priority,
    Reach,
    Skip,
    plan,
)
from notify.templates.book import shipped_templates
from notify.templates.events import TemplateEvent, events
from tests.support.words import faults
from tracking.notices.words import NoTemplate, template_for
from tracking.states import MOVES

BOOK = shipped_templates()
PHONE = "+84912345678"
INBOX = Offer(Channel.INBOX, "inbox")
ZALO = Offer(Channel.ZALO, "zalo", price_vnd=300, hours=(time(6), time(22)))
SMS = Offer(Channel.SMS, "esms", price_vnd=800)
OFFERS = (INBOX, ZALO, SMS)
EVERYWHERE = {Channel.ZALO: PHONE, Channel.SMS: PHONE, Channel.INBOX: "a person"}
LINKED = Reach("vi", EVERYWHERE, {Channel.ZALO: True})
UNLINKED = Reach("vi", EVERYWHERE)
LEGAL = events()["dossier.accepted"]
WAITS = events()["residence.batch_settled"]
NOT_LEGAL = events()["residence.reminder"]
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def at(clock: str, day: int = 20) -> datetime:
    """A time of day in Vietnam."""
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), VIETNAM).astimezone(UTC)


def planned(
    event: TemplateEvent,
    reach: Reach = LINKED,
    offers: Sequence[Offer] = OFFERS,
    now: datetime = NOON,
    budget: int | None = None,
) -> Plan:
    return plan(event, reach, offers, BOOK, Circumstances(now, budget))


def ways(made: Plan) -> list[str]:
    return [f"{delivery.channel}{' standby' if delivery.standby else ''}" for delivery in made.deliveries]


@pytest.mark.parametrize(
    ("event", "to", "name"),
    [
        ("submit", 1, "dossier.submitted"),
        ("accept", 2, "dossier.accepted"),
        ("decline", 3, "dossier.declined"),
        ("start", 4, "dossier.processing"),
        ("request_supplement", 5, "dossier.supplement_requested"),
        ("demand_fee", 6, "dossier.fee_demanded"),
        ("ask_withdrawal", 7, "dossier.withdrawal_asked"),
        ("grant_withdrawal", 8, "dossier.withdrawn"),
        ("stop", 8, "dossier.stopped"),
        ("finish", 9, "dossier.finished"),
        ("hand_over", 10, "dossier.handed_over"),
        ("refuse_withdrawal", 4, "dossier.withdrawal_refused"),
        ("supplement", 1, "dossier.answered"),
        ("supplement", 2, "dossier.resumed"),
        ("supplement", 4, "dossier.resumed"),
        ("fee_settled", 4, "dossier.resumed"),
        ("fee_settled", 9, "dossier.finished"),
        ("undo_accept", 1, "dossier.corrected"),
        ("undo_request_supplement", 4, "dossier.corrected"),
    ],
)
def test_every_change_of_status_has_its_text(event: str, to: int, name: str) -> None:
    assert template_for(event, to) == name
    assert BOOK.get(name, "sms", "vi").legal


def test_no_move_of_a_dossier_is_without_its_text() -> None:
    for (before, event), after in MOVES.items():
        if after.state != before.state:
            assert BOOK.get(template_for(event.value, int(after.state)), "sms", "vi").legal


def said_why(delivery: PlannedDelivery) -> tuple[str, str]:
    return say_why(dump_why(delivery.why))


@pytest.mark.parametrize(("event", "to"), [("fly", 4), ("supplement", 10)])
def test_a_change_without_a_text_is_an_error_and_no_silence(event: str, to: int) -> None:
    with pytest.raises(NoTemplate):
        template_for(event, to)


def test_zalo_first_where_it_is_linked_and_a_text_in_reserve() -> None:
    made = planned(LEGAL)
    assert ways(made) == ["inbox", "zalo", "sms standby"]
    _, zalo, sms = made.deliveries
    reserve = "If Zalo fails, or brings no receipt within 10 minutes, it goes by SMS. The law requires this notice."
    assert said_why(zalo)[1] == (
        "It goes by Zalo first. The person has switched Zalo on. It takes messages from 06:00 to 22:00. "
        f"It costs 300 VND at most. {reserve}"
    )
    assert said_why(sms)[1] == reserve
    assert (zalo.gateway, zalo.address, zalo.priority) == ("zalo", PHONE, Priority.NOTICE)


@pytest.mark.parametrize(
    ("reach", "zalo", "clock", "said"),
    [
        (UNLINKED, ZALO, "12:00", "the person does not want it"),
        (LINKED, ZALO, "23:00", "it takes no messages at this hour"),
        (LINKED, replace(ZALO, quota_left=0), "12:00", "the messages of the day are used up"),
    ],
)
def test_an_officer_reads_why_a_channel_was_passed_over(reach: Reach, zalo: Offer, clock: str, said: str) -> None:
    _, sms = planned(LEGAL, reach, (INBOX, zalo, SMS), at(clock)).deliveries
    assert f" Not by Zalo: {said}. The law requires this notice." in said_why(sms)[1]


def test_the_inbox_says_why_nothing_reached_the_phone() -> None:
    (inbox,) = planned(NOT_LEGAL, budget=0).deliveries
    assert [clause.code for clause in inbox.why] == ["always_in_app", "skip_budget", "skip_budget", "not_legal"]


def test_zalo_is_not_used_for_who_did_not_switch_it_on() -> None:
    made = planned(LEGAL, UNLINKED)
    assert ways(made) == ["inbox", "sms"]
    assert made.skipped == {Channel.ZALO: Skip.NOT_WANTED}


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("21:59:59", ["inbox", "zalo", "sms standby"]),
        ("22:00", ["inbox", "sms"]),
        ("05:59:59", ["inbox", "sms"]),
        ("06:00", ["inbox", "zalo", "sms standby"]),
    ],
)
def test_zalo_is_not_used_at_night(clock: str, expected: list[str]) -> None:
    assert ways(planned(LEGAL, now=at(clock))) == expected


@pytest.mark.parametrize(
    ("clock", "goes_at"),
    [("21:59", None), ("22:00", at("06:00", 21)), ("23:30", at("06:00", 21)), ("05:59", at("06:00")), ("06:00", None)],
)
def test_what_can_wait_is_not_sent_at_night(clock: str, goes_at: datetime | None) -> None:
    made = planned(WAITS, now=at(clock))
    assert {delivery.not_before for delivery in made.deliveries if delivery.channel in PUSHING} == {goes_at}
    assert ways(made) == ["inbox", "zalo", "sms standby"]


def test_what_the_law_wants_at_once_does_not_wait_for_the_morning() -> None:
    assert {delivery.not_before for delivery in planned(LEGAL, now=at("02:00")).deliveries} == {None}


def test_the_cheaper_channel_goes_first() -> None:
    dear = replace(ZALO, price_vnd=5000)
    assert ways(planned(LEGAL, offers=(INBOX, dear, SMS))) == ["inbox", "sms", "zalo standby"]


def test_a_used_up_quota_leaves_the_text() -> None:
    made = planned(LEGAL, offers=(INBOX, replace(ZALO, quota_left=0), SMS))
    assert (ways(made), made.skipped) == (["inbox", "sms"], {Channel.ZALO: Skip.QUOTA})


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (None, ["inbox", "zalo", "sms standby"]),
        (100_000, ["inbox", "zalo", "sms standby"]),
        (300, ["inbox", "zalo"]),
        (299, ["inbox"]),
        (0, ["inbox"]),
        (-5, ["inbox"]),
    ],
)
def test_a_budget_stops_what_the_law_does_not_want(budget: int | None, expected: list[str]) -> None:
    assert ways(planned(NOT_LEGAL, budget=budget)) == expected


def test_no_budget_stops_what_the_law_wants() -> None:
    assert ways(planned(LEGAL, budget=0)) == ["inbox", "zalo", "sms standby"]


MUTED = Reach("vi", EVERYWHERE, {Channel.ZALO: False, Channel.SMS: False})


def test_what_the_law_wants_cannot_be_muted_altogether() -> None:
    # Nobody's phone is handed to Zalo without their consent, whatever the law wants told.
    made = planned(LEGAL, MUTED)
    assert (ways(made), made.skipped) == (["inbox", "sms"], {Channel.ZALO: Skip.NOT_WANTED})
    assert [clause.code for clause in made.deliveries[-1].why[:4]] == ["first", "has_phone", "muted", "price"]
    assert ways(planned(LEGAL, MUTED, now=at("23:00"))) == ["inbox", "sms"]


def test_what_the_law_wants_goes_as_a_text_when_zalo_fails_though_texts_are_muted() -> None:
    zalo_alone = Reach("vi", EVERYWHERE, {Channel.ZALO: True, Channel.SMS: False})
    made = planned(LEGAL, zalo_alone)
    assert (ways(made), made.skipped) == (["inbox", "zalo", "sms standby"], {})
    assert [clause.code for clause in made.deliveries[-1].why] == ["reserve", "muted", "legal"]
    assert ways(planned(LEGAL, zalo_alone, now=at("23:00"))) == ["inbox", "sms"]
    assert ways(planned(NOT_LEGAL, zalo_alone)) == ["inbox", "zalo"]


def test_a_form_that_zalo_has_taken_out_of_use_is_passed_over() -> None:
    form = BOOK.get("dossier.accepted", "zalo", "vi").form
    assert form is not None
    made = planned(LEGAL, offers=(INBOX, replace(ZALO, barred=frozenset({form})), SMS))
    assert (ways(made), made.skipped) == (["inbox", "sms"], {Channel.ZALO: Skip.FORM})
    assert ways(planned(LEGAL, offers=(INBOX, replace(ZALO, barred=frozenset({"1"})), SMS)))[1] == "zalo"


def test_what_the_law_does_not_want_can_be_muted() -> None:
    made = planned(NOT_LEGAL, MUTED)
    assert (ways(made), made.pushes) == (["inbox"], False)
    assert made.skipped == {Channel.ZALO: Skip.NOT_WANTED, Channel.SMS: Skip.NOT_WANTED}


def test_a_one_time_code_goes_to_the_phone_it_proves_alone_and_overtakes_notices() -> None:
    made = planned(events()["phone_proof.code"])
    assert (ways(made), made.skipped) == (["sms"], {Channel.ZALO: Skip.NO_TEXT, Channel.INBOX: Skip.NO_TEXT})
    assert made.deliveries[0].priority is Priority.URGENT < Priority.NOTICE


@pytest.mark.parametrize("reach", [Reach("vi", {}), Reach("vi", {Channel.SMS: ""})])
def test_without_an_address_there_is_no_delivery(reach: Reach) -> None:
    made = planned(LEGAL, reach)
    assert made.deliveries == ()
    assert set(made.skipped.values()) == {Skip.NO_ADDRESS}


choices = st.none() | st.booleans()


@given(
    event=st.sampled_from([*events().values()]),
    zalo=choices,
    sms=choices,
    minute=st.integers(0, 24 * 60 - 1),
    quota=st.none() | st.integers(-1, 2),
    budget=st.none() | st.integers(-1000, 5000),
    language=st.sampled_from(["vi", "en", "fr"]),
)
def test_whatever_is_said_a_plan_keeps_its_promises(
    event: TemplateEvent,
    zalo: bool | None,
    sms: bool | None,
    minute: int,
    quota: int | None,
    budget: int | None,
    language: str,
) -> None:
    now = at("00:00") + timedelta(minutes=minute)
    said = {Channel.ZALO: zalo, Channel.SMS: sms}
    wanted = {channel: word for channel, word in said.items() if word is not None}
    made = planned(
        event, Reach(language, EVERYWHERE, wanted), (INBOX, replace(ZALO, quota_left=quota), SMS), now, budget
    )
    used = [delivery.channel for delivery in made.deliveries]
    assert len(used) == len(set(used))
    assert set(used) | set(made.skipped) == set(Channel)
    assert not set(used) & set(made.skipped)
    assert [delivery.standby for delivery in made.deliveries if delivery.channel in PUSHING] in (
        [],
        [False],
        [False, True],
    )
    if event.legal:
        assert made.pushes
    if not zalo:
        assert Channel.ZALO not in used
    for delivery in made.deliveries:
        sent_at = delivery.not_before or now
        assert delivery.channel is not Channel.ZALO or time(6) <= local(sent_at).time() < time(22)
        for text, said_in in zip(said_why(delivery), ("vi", "en"), strict=True):
            assert faults(text, said_in) == []
            assert "…" not in text
        assert (
            event.legal or delivery.channel is Channel.INBOX or budget is None or delivery.price_vnd <= max(budget, 0)
        )
