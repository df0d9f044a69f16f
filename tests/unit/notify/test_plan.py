"""Which text, by which channel, and why."""

import pytest

from notify.plan import CODE_TEMPLATE, NoTemplate, Offer, Priority, Reach, plan, template_for
from notify.texts import shipped_templates
from tracking.states import MOVES

BOOK = shipped_templates()
SMS = Offer("sms", "twilio")
PHONE = Reach("vi", {"sms": "+84912345678"})


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
        ("undo_hand_over", 9, "dossier.corrected"),
    ],
)
def test_every_change_of_status_has_its_text(event: str, to: int, name: str) -> None:
    assert template_for(event, to) == name
    assert BOOK.get(name, "sms", "vi").legal


def test_no_move_of_a_dossier_is_without_its_text() -> None:
    for (state, _, event), move in MOVES.items():
        if move.to != state:
            assert BOOK.get(template_for(event.value, int(move.to)), "sms", "vi").legal


@pytest.mark.parametrize(("event", "to"), [("fly", 4), ("supplement", 10)])
def test_a_change_without_a_text_is_an_error_and_no_silence(event: str, to: int) -> None:
    with pytest.raises(NoTemplate):
        template_for(event, to)


def test_a_notice_goes_by_the_first_channel_that_has_an_address() -> None:
    offers = [Offer("zalo", "zbs"), SMS, Offer("sms", "esms")]
    (delivery,) = plan("dossier.accepted", PHONE, offers, BOOK)
    assert (delivery.channel, delivery.gateway, delivery.address) == ("sms", "twilio", "+84912345678")
    assert delivery.priority is Priority.NOTICE
    assert delivery.reason == "sms by twilio: first channel with an address; required by law"


def test_a_one_time_code_overtakes_notices() -> None:
    (delivery,) = plan(CODE_TEMPLATE, PHONE, [SMS], BOOK)
    assert delivery.priority is Priority.URGENT
    assert delivery.priority < Priority.NOTICE
    assert delivery.reason.endswith("asked for by the person")


@pytest.mark.parametrize("reach", [Reach("vi", {}), Reach("vi", {"sms": ""}), Reach("vi", {"zalo": "84912345678"})])
def test_without_an_address_there_is_no_delivery(reach: Reach) -> None:
    assert plan("dossier.accepted", reach, [SMS], BOOK) == ()
