"""Receipts of nights and files, what is undelivered, and who is reminded."""

import io
import unicodedata
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from kernel.actor import Actor
from kernel.clock import VIETNAM
from kernel.errors import DomainError
from kernel.ids import new_id
from residence.guests import GuestDeclaration, GuestKind
from residence.ledger_models import LodgingReceipt
from residence.nights.reminders import remind_lodgings
from residence.nights.undelivered import Resolution, list_undelivered, official_file, settle_undelivered
from residence.notices.lodgings import lodging_notice
from residence.receipts.receipts import Receipt, ReceiptState, issue_receipt, read_receipt, verify_receipt
from residence.receipts.slip import qr_payload, receipt_address, render_receipt
from residence.service import reports
from residence.transmission.planner import plan_transmissions
from tests.db.residence.support import Town, foreigner, guest
from tests.unit.kernel.test_printing import NAMES

NIGHT = date(2026, 11, 20)
PAGE = "https://motcua.example/verify"


def _report(town: Town, *guests: GuestDeclaration) -> None:
    reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, list(guests))
    town.work.session.flush()
    payloads = town.work.session.scalars(text("SELECT payload FROM outbox_event WHERE kind = 'residence.declared'"))
    for payload in list(payloads):
        plan_transmissions(town.work.session, payload, 50)


def _become(town: Town, state: str, *, code: str | None = None) -> None:
    town.work.session.execute(
        text("UPDATE transmission_item SET state = :state, code = :code"), {"state": state, "code": code}
    )
    arrays = {"queued": "waiting", "sent": "unknown"}
    town.work.session.execute(text("UPDATE transmission SET state = :state"), {"state": arrays.get(state, state)})


def _issue(town: Town, actor: Actor | None = None) -> Receipt:
    return issue_receipt(town.work, actor or town.owner, town.desk, town.lodging.id, night=NIGHT)


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ("queued", ReceiptState.ACCEPTED),
        ("sent", ReceiptState.ACCEPTED),
        ("transmitted", ReceiptState.TRANSMITTED),
        ("confirmed", ReceiptState.CONFIRMED),
        ("in_doubt", ReceiptState.IN_DOUBT),
        ("refused", ReceiptState.IN_DOUBT),
    ],
)
def test_a_receipt_says_no_more_than_is_known(town: Town, item: str, state: ReceiptState) -> None:
    _report(town, guest(), foreigner())
    _become(town, item)
    receipt = _issue(town)
    assert (receipt.row.state, receipt.row.declared) == (state, 2)


def test_nothing_filed_gives_no_receipt_and_a_nil_report_one_of_its_own(town: Town) -> None:
    with pytest.raises(DomainError, match="nothing_filed"):
        _issue(town)
    reports.report_nil(town.work, town.owner, town.desk, town.lodging.id, NIGHT)
    town.work.session.flush()
    receipt = _issue(town)
    assert (receipt.row.state, receipt.row.nil, receipt.row.filed_first_at) == ("nil", True, town.work.now())


def test_while_nothing_changes_it_is_the_same_receipt(town: Town) -> None:
    _report(town, guest())
    first = _issue(town)
    town.clock.advance(timedelta(minutes=5))
    assert _issue(town).row.id == first.row.id
    _become(town, "confirmed")
    assert _issue(town).row.id != first.row.id
    assert read_receipt(town.work, town.owner, town.desk, town.lodging.id, first.row.id).row.code == first.row.code


def test_others_cannot_have_it(town: Town) -> None:
    _report(town, guest())
    with pytest.raises(DomainError, match="not_found"):
        _issue(town, town.rival)
    receipt = _issue(town)
    for lodging, actor in ((town.lodging.id, town.rival), (town.other_lodging.id, town.rival)):
        with pytest.raises(DomainError, match="not_found"):
            read_receipt(town.work, actor, town.desk, lodging, receipt.row.id)


def test_anybody_can_see_that_it_is_genuine_and_how_things_stand_now(town: Town) -> None:
    _report(town, guest())
    receipt = _issue(town)
    _become(town, "confirmed")
    spelled = "-".join(receipt.mark[at : at + 4] for at in range(0, 16, 4)).lower()
    found = verify_receipt(town.work, f" {receipt.row.code.lower()} ", spelled)
    assert found.receipt.row.state == ReceiptState.ACCEPTED
    assert (found.now.state, found.now.counts.confirmed) == (ReceiptState.CONFIRMED, 1)


@pytest.mark.parametrize(
    "between", ["BN {0} {1}", "BN–{0}{1}", "bn{0}{1}", "BN.{0}-{1}", "\u202aBN—{0} {1}\u202c", "{0}{1}"]
)
def test_a_genuine_receipt_is_known_however_it_is_typed(town: Town, between: str) -> None:
    _report(town, guest())
    receipt = _issue(town)
    signs = receipt.row.code.removeprefix("BN-")
    mark = "–".join(receipt.mark[at : at + 4] for at in range(0, 16, 4)).replace("O", "0").replace("I", "1")
    found = verify_receipt(town.work, between.format(signs[:5], signs[5:]).lower(), mark.replace("L", "1"))
    assert found.receipt.row.id == receipt.row.id


def test_a_forged_or_changed_receipt_is_not_genuine(town: Town) -> None:
    _report(town, guest())
    receipt = _issue(town)
    other = "A" * 16 if receipt.mark != "A" * 16 else "B" * 16
    for code, mark in ((receipt.row.code, other), ("BN-2222222222", receipt.mark), (receipt.row.code, "ệ")):
        with pytest.raises(DomainError, match="receipt_unknown"):
            verify_receipt(town.work, code, mark)
    town.work.session.get_one(LodgingReceipt, receipt.row.id).confirmed = 9
    town.work.session.flush()
    with pytest.raises(DomainError, match="receipt_unknown"):
        verify_receipt(town.work, receipt.row.code, receipt.mark)


def test_the_pdf_tells_counts_and_names_no_guest(town: Town) -> None:
    _report(town, guest(), foreigner())
    receipt = _issue(town)
    pdf = render_receipt(receipt, PAGE)
    assert pdf == render_receipt(receipt, PAGE)
    shown = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    name = town.lodging.name.upper()
    for told in (receipt.row.code, "Đêm 20/11/2026", "Đã tiếp nhận", name, "10:00 ngày 20/11/2026"):
        assert told in shown
    for kept in ("Nguyễn Văn Thử", "049090000001", "X7777856", "ZOLOCHEVSKAIA"):
        assert kept not in shown
    held = f"MCR1|{receipt.row.code}|{receipt.mark}"
    assert qr_payload(receipt.row.code, receipt.mark) == held
    page, _, behind = receipt_address(PAGE, receipt.row.code, receipt.mark).partition("#")
    assert (page, unquote(behind), "|" in behind) == (PAGE, held, False)


def test_a_lodgings_name_prints_in_every_peoples_letters(town: Town) -> None:
    _report(town, guest())
    for name in NAMES:
        town.lodging.name = town.lodging.address = name
        shown = PdfReader(io.BytesIO(render_receipt(_issue(town), PAGE))).pages[0].extract_text()
        assert "\ufffd" not in shown
        assert "Biên nhận khai báo lưu trú".upper() in shown
        whole = unicodedata.normalize("NFC", name)
        assert whole in " ".join(shown.split()) or any(map(unicodedata.combining, whole))


def test_what_waits_is_shown_after_a_while_and_can_go_by_file(town: Town) -> None:
    _report(town, guest(), foreigner())
    assert _undelivered(town) == []
    with pytest.raises(DomainError, match="nothing_for_file"):
        official_file(town.work, town.owner, town.desk, town.lodging.id, GuestKind.FOREIGN)
    _age(town)
    assert _undelivered(town) == [("queued", True), ("queued", True)]
    xml, number = official_file(town.work, town.owner, town.desk, town.lodging.id, GuestKind.FOREIGN)
    assert (b"X7777856" in xml, number) == (True, 1)
    sheet, number = official_file(town.work, town.owner, town.desk, town.lodging.id, GuestKind.VIETNAMESE)
    assert (sheet[:2], number) == (b"PK", 1)


def test_what_may_be_there_does_not_go_by_file(town: Town) -> None:
    _report(town, foreigner())
    _become(town, "sent")
    _age(town)
    assert _undelivered(town) == [("sent", False)]
    _become(town, "in_doubt", code="still_staying")
    assert _undelivered(town) == [("in_doubt", False)]
    _become(town, "in_doubt", code="too_old")
    assert _undelivered(town) == [("in_doubt", True)]


@pytest.mark.parametrize(
    ("item", "resolution", "after"),
    [
        ("in_doubt", Resolution.THERE, ("confirmed", "confirmed")),
        ("in_doubt", Resolution.SEND_AGAIN, ("queued", "waiting")),
        ("in_doubt", Resolution.WITHDRAW, ("cancelled", "cancelled")),
        ("queued", Resolution.THERE, ("confirmed", "confirmed")),
        ("queued", Resolution.WITHDRAW, ("cancelled", "cancelled")),
        ("queued", Resolution.SEND_AGAIN, ("queued", "waiting")),
        ("sent", Resolution.THERE, ("confirmed", "confirmed")),
        ("sent", Resolution.WITHDRAW, ("sent", "unknown")),
        ("refused", Resolution.THERE, ("refused", "refused")),
    ],
)
def test_a_person_settles_it(town: Town, item: str, resolution: Resolution, after: tuple[str, str]) -> None:
    _report(town, foreigner())
    _become(town, item)
    ids = [UUID(str(each)) for each in town.work.session.scalars(text("SELECT declaration_id FROM transmission_item"))]
    settle_undelivered(town.work, town.owner, town.desk, town.lodging.id, ids, resolution)
    found = town.work.session.execute(
        text("SELECT i.state, t.state FROM transmission_item i JOIN transmission t ON t.id = i.transmission_id")
    ).one()
    assert tuple(found) == after


def test_nobody_settles_what_is_being_sent_or_is_anothers(town: Town) -> None:
    _report(town, foreigner())
    ids = list(town.work.session.scalars(text("SELECT declaration_id FROM transmission_item")))
    for lodging, actor, named in (
        (town.lodging.id, town.rival, ids),
        (town.other_lodging.id, town.rival, ids),
        (town.lodging.id, town.owner, [new_id()]),
    ):
        with pytest.raises(DomainError, match="not_found"):
            settle_undelivered(town.work, actor, town.desk, lodging, named, Resolution.THERE)
    town.work.session.execute(text("UPDATE transmission SET state = 'sending'"))
    with pytest.raises(DomainError, match="transmission_under_way"):
        settle_undelivered(town.work, town.owner, town.desk, town.lodging.id, ids, Resolution.THERE)


def test_who_has_filed_nothing_is_reminded_once_at_each_time(town: Town) -> None:
    _report(town, guest())
    counts = []
    for clock in ("21:29", "21:30", "21:45", "22:30", "22:59", "23:00"):
        hour, minute = map(int, clock.split(":"))
        town.clock.instant = datetime(2026, 11, 20, hour, minute, tzinfo=VIETNAM).astimezone(UTC)
        counts.append(remind_lodgings(town.work))
    assert counts == [0, 1, 0, 1, 0, 0]
    told = town.work.session.scalars(text("SELECT payload FROM outbox_event WHERE kind = 'residence.reminder'")).all()
    other = {"lodging_id": str(town.other_lodging.id), "night": "2026-11-20"}
    assert told == [{**other, "step": "first"}, {**other, "step": "second"}]


def test_a_reminder_goes_to_those_who_may_declare_and_only_while_it_is_needed(town: Town) -> None:
    narrow, _ = town.member(town.organisation, "Lễ tân Thử", ("report_guests",))
    town.member(town.organisation, "Kế toán Thử", ())
    payload = {"lodging_id": str(town.lodging.id), "night": "2026-11-20", "step": "first"}
    notice = lodging_notice(town.work, town.desk, town.lodging.id, payload)
    assert set(notice.people) == {town.owner.person_id, narrow.person_id}
    assert (notice.still_needed, notice.channel, notice.in_doubt) == (True, "zalo", 0)
    assert notice.due_at == datetime(2026, 11, 20, 23, 0, tzinfo=VIETNAM)
    _report(town, guest())
    assert not lodging_notice(town.work, town.desk, town.lodging.id, payload).still_needed


def test_a_doubt_is_told_while_there_is_one(town: Town) -> None:
    _report(town, guest())
    payload = {"lodging_id": str(town.lodging.id), "night": "2026-11-20", "items": 1}
    assert not lodging_notice(town.work, town.desk, town.lodging.id, payload).still_needed
    _become(town, "in_doubt")
    assert lodging_notice(town.work, town.desk, town.lodging.id, payload).still_needed


def _undelivered(town: Town) -> list[tuple[str, bool]]:
    rows = list_undelivered(town.work, town.owner, town.desk, town.lodging.id, after=None, limit=9)
    return [(row.state, row.by_file) for row in rows]


def _age(town: Town) -> None:
    """What was planned was planned two hours before the test's own time."""
    town.work.session.execute(
        text("UPDATE transmission SET created_at = :at"), {"at": town.work.now() - timedelta(hours=2)}
    )
