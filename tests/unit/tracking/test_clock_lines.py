"""The due time in words."""

from datetime import datetime, time

import pytest

from agencies.working_calendar import WorkingCalendar, default_overrides
from kernel.clock import VIETNAM
from kernel.texts.bilingual import Text
from procedures.term import Term, Unit
from tracking.deadline.clock import ClockEntry, EntryKind, due
from tracking.deadline.lines import duration_text, explain

CALENDAR = WorkingCalendar(overrides=default_overrides())
THREE_DAYS = Term(3, Unit.WORKING_DAYS)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def test_every_day_that_does_not_count_is_named() -> None:
    lines = explain([ClockEntry(EntryKind.START, at("2026-11-20 10:00"))], THREE_DAYS, CALENDAR)
    assert [line.text.vi for line in lines] == [
        "Bắt đầu lúc 10:00 thứ Sáu 20/11/2026.",
        "Thời hạn 3 ngày làm việc.",
        "thứ Bảy 21/11/2026 không tính: cuối tuần.",
        "Chủ nhật 22/11/2026 không tính: cuối tuần.",
        "thứ Ba 24/11/2026 không tính: Ngày Văn hóa Việt Nam.",
        "Hạn trả kết quả: 10:00 thứ Năm 26/11/2026.",
    ]
    assert lines[-1].text.en == "Due: 10:00 Thursday 26/11/2026."
    assert lines[-1].due_at == at("2026-11-26 10:00")


def test_pauses_extensions_and_the_end_each_have_their_line() -> None:
    entries = [
        ClockEntry(EntryKind.START, at("2026-11-20 10:00")),
        ClockEntry(EntryKind.PAUSE, at("2026-11-20 16:00")),
        ClockEntry(EntryKind.RESUME, at("2026-11-23 08:30")),
        ClockEntry(EntryKind.EXTEND, at("2026-11-25 08:00"), 480),
        ClockEntry(EntryKind.STOP, at("2026-11-25 09:00")),
    ]
    lines = explain(entries, THREE_DAYS, CALENDAR)
    assert [line.text.en for line in lines[6:]] == [
        "Paused from 16:00 Friday 20/11/2026.",
        "Resumed at 08:30 Monday 23/11/2026: 2 h 30 min of waiting added.",
        "Due: 14:30 Thursday 26/11/2026.",
        "Extended at 08:00 Wednesday 25/11/2026: 8 h of working time added.",
        "Due: 14:30 Friday 27/11/2026.",
        "Ended at 09:00 Wednesday 25/11/2026.",
    ]
    assert [line.due_at for line in lines if line.due_at][-1] == due(entries, THREE_DAYS, CALENDAR).due_at


def test_while_paused_the_projection_closes_the_list() -> None:
    entries = [
        ClockEntry(EntryKind.START, at("2026-11-13 10:00")),
        ClockEntry(EntryKind.PAUSE, at("2026-11-13 16:00")),
    ]
    last = explain(entries, THREE_DAYS, CALENDAR, now=at("2026-11-16 08:00"))[-1]
    assert (last.code, last.text.vi) == ("projected", "Nếu tiếp tục ngay thì hạn là 14:00 thứ Tư 18/11/2026.")
    assert last.due_at is None


def test_a_start_outside_hours_and_a_make_up_day_are_said() -> None:
    entries = [ClockEntry(EntryKind.START, at("2026-08-21 18:00"))]
    texts = [line.text for line in explain(entries, Term(1, Unit.WORKING_DAYS), CALENDAR)]
    assert (
        Text(
            "Ngoài giờ nhận: tính từ 07:00 thứ Bảy 22/08/2026.",
            "Outside hours: counted from 07:00 Saturday 22/08/2026.",
        )
        in texts
    )
    assert Text("Thời hạn 1 ngày làm việc.", "Term: 1 working day.") in texts
    entries = [ClockEntry(EntryKind.START, at("2026-08-21 10:00"))]
    texts = [line.text for line in explain(entries, Term(1, Unit.WORKING_DAYS), CALENDAR)]
    assert Text("thứ Bảy 22/08/2026 được tính: làm bù.", "Saturday 22/08/2026 counts: make-up day.") in texts


def test_a_same_day_term_says_so_and_nothing_is_said_before_the_start() -> None:
    term = Term(0, Unit.WORKING_DAYS, cutoff=time(15))
    lines = explain([ClockEntry(EntryKind.START, at("2026-11-20 15:01"))], term, CALENDAR)
    assert [line.code for line in lines] == ["start", "begin", "term", "due"]
    assert lines[2].text.vi == "Thời hạn: trong ngày."
    assert lines[3].due_at == at("2026-11-23 17:00")
    assert explain([], term, CALENDAR) == []


@pytest.mark.parametrize(
    ("minutes", "vi", "en"),
    [(0, "0 phút", "0 min"), (59, "59 phút", "59 min"), (60, "1 giờ", "1 h"), (61, "1 giờ 1 phút", "1 h 1 min")],
)
def test_durations(minutes: int, vi: str, en: str) -> None:
    assert duration_text(minutes) == Text(vi, en)
