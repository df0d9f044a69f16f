"""What may be wrong in a form and refuses nothing: doubts, told to the citizen beside the draft and to the officer.

Registers hold old errors, lists change, and words are written in many ways: a person decides.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from kernel.errors import FieldError
from kernel.texts.folding import fold
from kernel.texts.number_words import read_number_words
from kernel.texts.vietnam import BadIdentityNumber, parse_identity_number
from procedures.forms.births import read_birth
from procedures.forms.business_lines import business_lines
from procedures.forms.business_names import business_name_doubts
from procedures.forms.formats import FormText, read_date

_SEX_WORDS: Final = {"nam": "male", "nu": "female"}
# A text of the form -> codes of what is doubtful in it.
Doubt = Callable[[FormText, date], Iterator[str]]


def _identity(held: FormText, today: date) -> Iterator[str]:
    """What an identity number says otherwise than the fields beside it."""
    try:
        number = parse_identity_number(held.text, today=today)
    except BadIdentityNumber:
        return
    sex = _SEX_WORDS.get(str(held.sibling("x-sex-field")))
    birth = read_birth(held.sibling("x-birth-field"))
    if sex is not None and sex != number.sex:
        yield "identity_number_sex_differs"
    if birth is not None and birth.year != number.birth_year:
        yield "identity_number_birth_year_differs"


def _birth(held: FormText, today: date) -> Iterator[str]:
    """Whether someone known by a year or a month may be too young."""
    birth = read_birth(held.text)
    if birth is not None and birth.maybe_under(held.node.get("x-min-age", 0), today):
        yield "age_uncertain"


def _date(held: FormText, today: date) -> Iterator[str]:
    """Whether a day lies farther away than the form expects (`x-usual-days`: {before, after})."""
    usual, day = held.node.get("x-usual-days"), read_date(held.text)
    if usual is None or day is None:
        return
    if not -usual["before"] <= (day - today).days <= usual["after"]:
        yield "date_unusual"


def _amount(held: FormText, _today: date) -> Iterator[str]:
    """Whether an amount in words is the one in digits (`x-amount-field`)."""
    amount = held.sibling("x-amount-field")
    if not isinstance(amount, int) or isinstance(amount, bool):
        return
    said = read_number_words(held.text)
    if said is None:
        yield "amount_words_unread"
    elif said != amount:
        yield "amount_words_differ"


def _line(held: FormText, _today: date) -> Iterator[str]:
    if held.text not in business_lines():
        yield "business_line_unknown"


_DOUBTS: Final[Mapping[str, Doubt]] = {
    "vn-identity-number": _identity,
    "vn-birth-date": _birth,
    "date": _date,
    "vn-amount-words": _amount,
    "vn-business-line": _line,
    "vn-business-name": lambda held, _: business_name_doubts(held.text),
}


def doubts_of(held: FormText, today: date) -> Iterator[FieldError]:
    """Doubts about one text that fits its format."""
    doubt = _DOUBTS.get(held.node["format"])
    if doubt is not None:
        yield from (FieldError(held.pointer, code) for code in doubt(held, today))


def repeated_rows(pointer: str, rows: Sequence[Any], fields: Sequence[str]) -> Iterator[FieldError]:
    """Rows of a list that say in one of `fields` what a row before them said (`x-distinct`)."""
    for name in fields:
        seen: set[str] = set()
        for place, row in enumerate(rows):
            value = row.get(name) if isinstance(row, Mapping) else None
            if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
                continue
            key = fold(str(value))
            if key in seen:
                yield FieldError(f"{pointer}/{place}/{name}", "row_repeated")
            seen.add(key)
