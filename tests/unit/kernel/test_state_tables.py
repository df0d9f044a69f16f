"""The table of a state machine, its SQL and its page."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

import pytest

from kernel.errors import DomainError
from kernel.states import IllegalMove, StateTable, by_event, stays
from kernel.states.page import StatePage


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


class Act(StrEnum):
    PUSH = "push"
    PULL = "pull"
    BURN = "burn"


MOVES = StateTable(
    stays(Door, [Act.PUSH])
    | by_event({Act.PUSH: {Door.OPEN: Door.SHUT}, Act.PULL: {Door.SHUT: Door.OPEN}})
    | {(Door.SHUT, Act.BURN): Door.GONE}
)


def test_a_row_moves_or_stays_and_what_no_row_allows_is_a_mistake() -> None:
    assert MOVES.move(Door.OPEN, Act.PUSH) is Door.SHUT
    assert MOVES.move(Door.GONE, Act.PUSH) is Door.GONE
    with pytest.raises(IllegalMove, match="pull in gone"):
        MOVES.move(Door.GONE, Act.PULL)
    assert (Door.GONE, Act.PULL) not in MOVES
    assert len(MOVES) == 5


def test_a_table_may_refuse_in_its_own_words() -> None:
    table = StateTable(dict(MOVES), lambda state, _event: DomainError("door_refused", state=state.value))
    with pytest.raises(DomainError) as refusal:
        table.move(Door.OPEN, Act.BURN)
    assert (refusal.value.code, refusal.value.params) == ("door_refused", {"state": "open"})


def test_what_changes_something_is_told_apart_from_what_stays() -> None:
    assert MOVES.sources(Act.PUSH) == [Door.OPEN]
    assert MOVES.events(Door.SHUT) == {Act.PULL, Act.BURN}


def test_the_table_becomes_sql() -> None:
    assert MOVES.sql("n.event", "a.state", [Act.PUSH, Act.BURN]) == (
        "(CASE n.event || '/' || a.state WHEN 'push/open' THEN 'shut' WHEN 'burn/shut' THEN 'gone' ELSE a.state END)"
    )


def test_a_page_draws_every_change_and_lists_every_row() -> None:
    names = {Door.OPEN: "Mở", Door.SHUT: "Đóng", Door.GONE: "Mất"}
    page = StatePage(
        file="door.md",
        title="Door (cửa)",
        table=MOVES,
        names=names,
        start=Door.SHUT,
        also=[(Door.OPEN, Door.GONE, "time")],
    )
    assert (
        page.render()
        == """# Door (cửa)

<!-- Generated from the table by `motcua diagrams`: change that, not this page. -->

```mermaid
stateDiagram-v2
    state "Mở" as open
    state "Đóng" as shut
    state "Mất" as gone
    [*] --> shut
    open --> shut: push
    shut --> open: pull
    shut --> gone: burn
    open --> gone: time
    gone --> [*]
```

What no row allows is refused.

| state | event | to |  |
|---|---|---|---|
| open | push | shut |  |
| shut | push | shut | stays |
| shut | pull | open |  |
| shut | burn | gone |  |
| gone | push | gone | stays |
"""
    )


class Floor(IntEnum):
    GROUND = 0
    FIRST = 1


class Lift(NamedTuple):
    floor: Floor
    origin: int | None


def test_a_page_of_positions_draws_their_states_and_lists_what_is_known_besides() -> None:
    rows = {
        (Lift(Floor.FIRST, 2), Act.PULL): Lift(Floor.FIRST, 1),
        (Lift(Floor.FIRST, 1), Act.PULL): Lift(Floor.GROUND, None),
    }
    page = StatePage(
        file="lift.md",
        title="Lift",
        table=StateTable(rows),
        names={Floor.GROUND: "Trệt", Floor.FIRST: "Lầu"},
        parts=tuple,
        columns=("origin",),
    ).render()
    assert '    state "1 Lầu" as s1\n    [*] --> s0\n    s1 --> s0: pull\n    s0 --> [*]\n' in page
    assert page.endswith("""| state | origin | event | to | origin there |  |
|---|---|---|---|---|---|
| 1 | 1 | pull | 0 |  |  |
| 1 | 2 | pull | 1 | 1 |  |
""")
