"""Days of a guest: years that can be, a whole birth date, the order and the length of the stay."""

from datetime import date, timedelta
from typing import Final

from residence.guests import VIETNAMESE_NATIONALITY, BirthPrecision, Moment
from residence.rules.judgement import Judgement

_OLDEST: Final = 120
_SENSIBLE_YEARS: Final = range(2000, 2101)
_DATES: Final = (
    "arrival",
    "departure",
    "left",
    "residence_expiry",
    "passport_expiry",
    "entry_document_expiry",
    "entry_document_issued",
    "entry_date",
)
_DAY: Final = timedelta(hours=24)
# Longer stays happen; a wrong month or year happens more often.
_LONG_STAY: Final = timedelta(days=60)
# Nobody registers a temporary residence for longer (Luật Cư trú Đ.27), so a year was mistyped.
_LONGEST_STAY: Final = timedelta(days=731)
# An arrival so far from today is doubtful where day and month the other way round are so near.
_FAR: Final = timedelta(days=7)
_NEAR: Final = timedelta(days=3)


def judge_years(guest: Judgement) -> None:
    """Refuses days in years that no guest has, which is what spreadsheets and typing mistakes leave."""
    values, today = guest.values, guest.context.today
    for name in _DATES:
        if (value := values.get(name)) is None:
            continue
        day = value.day if value.__class__ is Moment else value
        if day.year not in _SENSIBLE_YEARS:
            guest.refuse("date_from_1900" if day.year < _SENSIBLE_YEARS.start else "date_unreadable", name, shown(day))
    birth: date | None = values.get("birth_date")
    if birth is None:
        return
    precision = values.get("birth_precision", BirthPrecision.DAY)
    if birth.year < today.year - _OLDEST:
        guest.refuse("date_from_1900", "birth_date", shown(birth))
    elif precision is not BirthPrecision.DAY and values.get("nationality") == VIETNAMESE_NATIONALITY:
        guest.refuse("birth_date_incomplete", "birth_date", shown(birth, precision), year=birth.year)


def judge_stay(guest: Judgement) -> None:
    """Born before arriving, arriving before leaving, and neither too far away."""
    values, context = guest.values, guest.context
    arrival: Moment | None = values.get("arrival")
    departure: Moment | None = values.get("departure")
    left: Moment | None = values.get("left")
    birth: date | None = values.get("birth_date")
    if birth is not None and birth > min(arrival.day if arrival else context.today, context.today):
        guest.note("birth_date_in_future", "birth_date", shown(birth))
    if arrival is None:
        return
    if departure is not None:
        _judge_length(guest, arrival, departure)
    if left is not None and _before(left, arrival):
        guest.note("checked_out_before_arrival", "left", shown(left.day))
    if _swapped_is_near(arrival.day, context.today):
        guest.note("day_and_month_swapped", "arrival", shown(arrival.day))
    if arrival.day > context.today:
        guest.note("arrival_in_future", "arrival", shown(arrival.day))
    elif context.now - arrival.instant > _DAY:
        guest.note("undeclared_over_a_day", "arrival", shown(arrival.day))


def judge_residence(guest: Judgement) -> None:
    """How long a foreigner may stay in the country, against the stay and the passport."""
    if not guest.foreign:
        return
    values = guest.values
    expiry: date | None = values.get("residence_expiry")
    departure: Moment | None = values.get("departure")
    if expiry is None:
        if "residence_expiry" not in guest.unreadable:
            guest.note("residence_expiry_missing", "residence_expiry")
        return
    if departure is not None and expiry < departure.day:
        guest.note(
            "residence_expiry_before_departure", "residence_expiry", shown(expiry), departure=shown(departure.day)
        )
    if expiry == values.get("passport_expiry"):
        guest.note("residence_expiry_is_passport_expiry", "residence_expiry", shown(expiry))


def shown(day: date, precision: BirthPrecision = BirthPrecision.DAY) -> str:
    """As much of a day as is known: 08/03/1990, 03/1990 or 1990."""
    if precision is BirthPrecision.YEAR:
        return f"{day.year:04}"
    month = f"{day.month:02}/{day.year:04}"
    return month if precision is BirthPrecision.MONTH else f"{day.day:02}/{month}"


def _judge_length(guest: Judgement, arrival: Moment, departure: Moment) -> None:
    params = {"arrival": shown(arrival.day)}
    if _before(departure, arrival):
        guest.note("departure_before_arrival", "departure", shown(departure.day), **params)
        return
    length = departure.day - arrival.day
    if length > _LONGEST_STAY:
        guest.note("departure_too_far", "departure", shown(departure.day), **params)
    elif length > _LONG_STAY:
        guest.note("departure_far", "departure", shown(departure.day), days=length.days)


def _swapped_is_near(day: date, today: date) -> bool:
    """Whether a far day is a near one with day and month the other way round, as an American program writes it."""
    if abs(day - today) <= _FAR or day.day > 12:
        return False
    return abs(date(day.year, day.day, day.month) - today) <= _NEAR


def _before(first: Moment, second: Moment) -> bool:
    if first.clock is None or second.clock is None:
        return first.day < second.day
    return first.instant < second.instant
