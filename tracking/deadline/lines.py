"""The due time explained line by line, in words a citizen can check against a calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from agencies.working_calendar import WorkingCalendar
from kernel.clock import local
from kernel.texts.bilingual import Text
from procedures.term import Term, term_text
from tracking.deadline.clock import ClockEntry, Condition, EntryKind, Turn, begin_of, due, replay

_WEEKDAYS: Final = (
    Text("thứ Hai", "Monday"),
    Text("thứ Ba", "Tuesday"),
    Text("thứ Tư", "Wednesday"),
    Text("thứ Năm", "Thursday"),
    Text("thứ Sáu", "Friday"),
    Text("thứ Bảy", "Saturday"),
    Text("Chủ nhật", "Sunday"),
)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the reckoning: `code` for machines, `text` for people, `due_at` the due time known after it."""

    code: str
    at: datetime
    text: Text
    due_at: datetime | None = None


def explain(
    entries: Sequence[ClockEntry], term: Term, calendar: WorkingCalendar, *, now: datetime | None = None
) -> list[Line]:
    """Every step from the start to the due time; empty before the clock starts. Cancelled entries are left out."""
    turns = replay(entries, term, calendar)
    if not turns:
        return []
    lines = list(_opening(turns[0], term, calendar))
    for place, (before, turn) in enumerate(pairwise(turns), start=2):
        lines.append(_line_of(turn, term))
        if turn.minutes:
            lines.extend(_days_between(before.due_at, turn.due_at, calendar))
        if turn.days:
            lines.extend(_days_behind_the_end(turns[:place], term, calendar))
        if turn.minutes or turn.days:
            lines.append(_due_line(turn.at, turn.due_at))
    if turns[-1].condition is Condition.PAUSED:
        projected = due(entries, term, calendar, now=now).projected_at or turns[-1].due_at
        vi, en = moment_text(projected)
        lines.append(
            Line("projected", turns[-1].at, Text(f"Nếu tiếp tục ngay thì hạn là {vi}.", f"Resumed now: due {en}."))
        )
    return lines


def moment_text(instant: datetime) -> Text:
    """ "10:00 thứ Năm 26/11/2026" / "10:00 Thursday 26/11/2026", in Vietnam's civil time."""
    civil = local(instant)
    vi, en = _day_text(civil.date())
    return Text(f"{civil:%H:%M} {vi}", f"{civil:%H:%M} {en}")


def duration_text(minutes: int) -> Text:
    """Working minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    vi = " ".join(
        part for part in (f"{hours} giờ" if hours else "", f"{rest} phút" if rest or not hours else "") if part
    )
    en = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part)
    return Text(vi, en)


def _day_text(day: date) -> Text:
    vi, en = _WEEKDAYS[day.weekday()]
    return Text(f"{vi} {day:%d/%m/%Y}", f"{en} {day:%d/%m/%Y}")


def _opening(turn: Turn, term: Term, calendar: WorkingCalendar) -> Iterator[Line]:
    vi, en = moment_text(turn.at)
    yield Line("start", turn.at, Text(f"Bắt đầu lúc {vi}.", f"Started at {en}."))
    begin = begin_of(term, turn.at, calendar)
    if begin - turn.at >= timedelta(minutes=1):
        vi, en = moment_text(begin)
        yield Line("begin", begin, Text(f"Ngoài giờ nhận: tính từ {vi}.", f"Outside hours: counted from {en}."))
    vi, en = term_text(term)
    yield Line("term", begin, Text(f"Thời hạn {vi}." if term.amount else f"Thời hạn: {vi}.", f"Term: {en}."))
    if term.in_calendar_days:
        yield from _days_behind_the_end([turn], term, calendar)
    else:
        yield from _days_between(begin, turn.due_at, calendar)
    yield _due_line(turn.at, turn.due_at)


def _days_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> Iterator[Line]:
    """The dates between two instants that a reader may miscount: days off, and weekend days that are worked."""
    day, last = local(start).date(), local(end).date()
    while day < last:
        day += timedelta(days=1)
        working, weekend = calendar.is_working_day(day), day.weekday() >= _SATURDAY
        if working and not weekend:
            continue
        at = datetime.combine(day, datetime.min.time(), tzinfo=local(start).tzinfo)
        name = calendar.name_of(day) or (Text("làm bù", "make-up day") if working else Text("cuối tuần", "weekend"))
        vi, en = _day_text(day)
        if working:
            yield Line("made_up", at, Text(f"{vi} được tính: {name.vi}.", f"{en} counts: {name.en}."))
        else:
            yield Line("day_off", at, Text(f"{vi} không tính: {name.vi}.", f"{en} does not count: {name.en}."))


def _days_behind_the_end(turns: Sequence[Turn], term: Term, calendar: WorkingCalendar) -> Iterator[Line]:
    """The days off on which a term of calendar days would end, and behind them: its end is moved off all of these."""
    begin = begin_of(term, turns[0].at, calendar)
    last = local(begin).date() + timedelta(days=term.amount + sum(turn.days for turn in turns))
    if not calendar.is_working_day(last):
        before = datetime.combine(last - timedelta(days=1), datetime.min.time(), tzinfo=local(begin).tzinfo)
        after = datetime.combine(calendar.working_days_after(last, 1), datetime.min.time(), tzinfo=before.tzinfo)
        yield from _days_between(before, after, calendar)


def _line_of(turn: Turn, term: Term) -> Line:
    vi, en = moment_text(turn.at)
    added = duration_text(turn.minutes)
    waited = Text(f"{added.vi} làm việc", added.en)
    if term.in_calendar_days:
        waited = Text(f"{turn.days} ngày", f"{turn.days} day{'' if turn.days == 1 else 's'}")
    texts = {
        EntryKind.PAUSE: Text(f"Tạm dừng từ {vi}.", f"Paused from {en}."),
        EntryKind.RESUME: Text(
            f"Tiếp tục lúc {vi}: cộng {waited.vi} đã chờ.", f"Resumed at {en}: {waited.en} of waiting added."
        ),
        EntryKind.EXTEND: Text(
            f"Gia hạn lúc {vi}: cộng {added.vi} làm việc.", f"Extended at {en}: {added.en} of working time added."
        ),
        EntryKind.STOP: Text(f"Kết thúc lúc {vi}.", f"Ended at {en}."),
    }
    return Line(turn.entry.kind.value, turn.at, texts[turn.entry.kind])


def _due_line(at: datetime, due_at: datetime) -> Line:
    vi, en = moment_text(due_at)
    return Line("due", at, Text(f"Hạn trả kết quả: {vi}.", f"Due: {en}."), due_at)
