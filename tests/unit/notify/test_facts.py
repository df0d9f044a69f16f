"""What texts are filled from comes back from its JSON as it was."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from kernel.notices import Person, Place, Value
from notify.planning.facts import dump_facts, load_facts

VALUES: st.SearchStrategy[Value | None] = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.builds(Person, st.text(max_size=20), st.text(max_size=9)),
    st.builds(Place, st.text(max_size=20), st.text(max_size=9), st.text(max_size=20)),
)


@given(st.dictionaries(st.text(max_size=9), VALUES))
def test_facts_come_back(facts: dict[str, Value | None]) -> None:
    assert load_facts(dump_facts(facts)) == facts


def test_a_person_sealed_before_units_were_kept_is_read() -> None:
    assert load_facts('{"handler": {"person": "Lê Thử"}}') == {"handler": Person("Lê Thử")}


def test_a_day_is_no_instant() -> None:
    read = load_facts(dump_facts({"night": date(2026, 11, 20), "at": datetime(2026, 11, 20, 3, tzinfo=UTC)}))
    assert (type(read["night"]), type(read["at"])) == (date, datetime)
